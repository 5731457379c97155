package import Payments
import Snap

/// The reason why an amount in a merchant's request is refused although it is a number.
package enum RupiahLiteralProblem: Equatable {
    /// The point may be a decimal point, or separate thousands as in Indonesia.
    case ambiguous(literal: Amount, thousands: Amount)

    /// The number has more than two decimals.
    case decimals

    /// Checks the literal of a string or number; nil if it has none of these problems.
    package init?(_ literal: String) {
        if case .ambiguous(let amount, let thousands)? = ReportedAmount(text: literal.utf8.span) {
            self = .ambiguous(literal: amount, thousands: thousands)
        } else if Self.decimalsCount(of: literal) > 2 {
            self = .decimals
        } else {
            return nil
        }
    }

    /// The number of decimals of a literal that consists of digits and a fraction; else 0.
    ///
    /// A number with an exponent is left out: the decimals of its literal are not those of its
    /// value.
    private static func decimalsCount(of literal: String) -> Int {
        let point = UInt8(ascii: ".")
        let parts = literal.utf8.split(separator: point, omittingEmptySubsequences: false)
        let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") < 10 }
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy(isDigit) }) else { return 0 }
        return parts[1].count
    }
}

extension RupiahLiteralProblem: CustomStringConvertible {
    /// What is wrong and what to write instead; follows the name of the member and a colon.
    package var description: String {
        switch self {
        case .ambiguous(let literal, let thousands):
            let whole = thousands.sen / 100
            return "\(literal)0 may mean \(whole) in Indonesia, where a point separates "
                + "thousands; write \(whole) or \(thousands) (or \(literal))"
        case .decimals: return "expected no more than two decimals, as in 10000.00"
        }
    }
}
