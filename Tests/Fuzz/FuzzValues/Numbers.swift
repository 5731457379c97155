import Payments
import Snap
import Text

/// Decimal literals against arithmetic on the digits themselves.
func checkDecimal(_ text: [UInt8]) {
    for allowsExponent in [false, true] {
        for scale in [0, 2] {
            let value = DecimalLiteral.value(
                of: text.span,
                scale: scale,
                allowsExponent: allowsExponent
            )
            let exact = ExactDecimal(text, allowsExponent: allowsExponent)
            precondition(value == exact?.integer(timesTenTo: scale), "another value")
        }
    }
}

/// The amounts of strings and of numbers: never negative, never above the largest one, and printed
/// in the form that is read again.
func checkAmount(_ text: [UInt8]) {
    for amount in [Amount(text: text.span), Amount(number: text.span)].compactMap(\.self) {
        precondition((0...Amount.senMax).contains(amount.sen))
        precondition(Amount(text: amount.description.utf8.span) == amount)
    }
    guard let reported = ReportedAmount(text: text.span) else {
        precondition(Amount(text: text.span) == nil)
        return
    }
    precondition(reported.literal == Amount(text: text.span))
    guard case .ambiguous(let literal, let thousands) = reported else { return }
    precondition(thousands.sen == literal.sen * 1_000 && text.suffix(4) == Array(".000".utf8)[...])
}

/// A decimal number as its digits and the place of its point.
struct ExactDecimal {
    /// Without leading zeros; empty for zero.
    private var digits: [UInt8]

    /// How many of the digits stand behind the point; negative when zeros follow them.
    private var fractionCount: Int
    private let isNegative: Bool

    /// `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`, sign and exponent only if allowed.
    init?(_ text: [UInt8], allowsExponent: Bool) {
        guard let text = String(validating: text, as: UTF8.self) else { return nil }
        let number =
            #/
            (?<sign>-?) (?<whole>[0-9]+) (?:\.(?<fraction>[0-9]+))?
            (?<exponent>[eE][+\-]?[0-9]+)?
            /#
        guard let found = text.wholeMatch(of: number) else { return nil }
        if !allowsExponent, !found.sign.isEmpty || found.exponent != nil { return nil }
        let fraction = found.fraction ?? ""
        digits = Array(String(found.whole + fraction).drop { $0 == "0" }.utf8)
        // An exponent of this size cannot give an accepted number, whatever the digits are.
        let exponent = found.exponent.map { Int($0.dropFirst().drop { $0 == "+" }) ?? .max / 4 }
        let isTiny = found.exponent?.dropFirst().first == "-" && exponent == .max / 4
        fractionCount = fraction.utf8.count - (isTiny ? -.max / 4 : exponent ?? 0)
        isNegative = !found.sign.isEmpty
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            fractionCount -= 1
        }
    }

    /// The number times a power of ten; nil if that is negative, no integer, or has more than 18
    /// digits.
    func integer(timesTenTo scale: Int) -> Int64? {
        if digits.isEmpty { return 0 }
        let zerosCount = scale - fractionCount
        guard !isNegative, zerosCount >= 0, digits.count + zerosCount <= 18 else { return nil }
        let text = digits + Array(repeating: UInt8(ascii: "0"), count: zerosCount)
        return Int64(String(decoding: text, as: UTF8.self))
    }
}
