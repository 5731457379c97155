package import Payments
import Snap

/// Why an amount that a merchant wrote is refused although it is a number.
package enum RupiahLiteralProblem: Equatable {
    /// The point may stand between thousands, as in Indonesia.
    case ambiguous(literal: Amount, thousands: Amount)

    /// More than two digits stand behind the point.
    case decimals

    /// Finds the problem of a literal, of a string or a number; nil when it has none of these.
    package init?(_ literal: String) {
        if case .ambiguous(let amount, let thousands)? = ReportedAmount(text: literal.utf8.span) {
            self = .ambiguous(literal: amount, thousands: thousands)
        } else if Self.decimalsCount(of: literal) > 2 {
            self = .decimals
        } else {
            return nil
        }
    }

    /// How many digits stand behind the point; 0 when it is not digits with a fraction. The
    /// decimals of a number with an exponent are not those of its value.
    private static func decimalsCount(of literal: String) -> Int {
        let point = UInt8(ascii: ".")
        let parts = literal.utf8.split(separator: point, omittingEmptySubsequences: false)
        let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") < 10 }
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy(isDigit) }) else { return 0 }
        return parts[1].count
    }
}

extension RupiahLiteralProblem: CustomStringConvertible {
    /// What is wrong and what to write instead, to stand behind the member's name and a colon.
    package var description: String {
        switch self {
        case .ambiguous(let literal, let thousands):
            let whole = thousands.sen / 100
            return "\(literal)0 may mean \(whole) in Indonesia, where a point stands between "
                + "thousands; write \(whole) or \(thousands) (or \(literal))"
        case .decimals: return "expected no more than two decimals, as in 10000.00"
        }
    }
}
