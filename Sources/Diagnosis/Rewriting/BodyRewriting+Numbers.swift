import Text

extension BodyRewriting {
    /// A number for a string, and the reverse.
    static let quotes: [BodyRewriting] = [
        BodyRewriting(.quotes, .numberQuotes, "the amount's value is signed as a number") {
            JSONTree.replacing($0) { name, value in
                name == "value" && value.string.map(isNumber) == true
                    ? Array(value.literal.utf8) : nil
            }
        },
        BodyRewriting(.quotes, .numberQuotes, "numbers are signed as strings") {
            JSONTree.replacing($0) { _, value in
                value.kind == .number ? Array("\"\(value.literal)\"".utf8) : nil
            }
        },
        BodyRewriting(
            .quotes,
            .quotes,
            "quotation marks are signed straight (\"), not typographic"
        ) { straight($0) },
    ]

    /// Other notations of the same number.
    static let numbers = notations.map { notation in
        BodyRewriting(.numbers, .numberLiterals, "numbers are signed \(notation.detail)") {
            JSONTree.replacing($0) { name, value in
                guard value.kind == .number || name == "value",
                    let number = NumberText(value.literal), let text = notation.rewrite(number)
                else { return nil }
                return Array((value.kind == .number ? text : "\"\(text)\"").utf8)
            }
        }
    }

    private struct Notation: Sendable {
        let detail: String
        let rewrite: @Sendable (NumberText) -> String?
    }

    private static let notations = [
        Notation(detail: "without trailing zeros, such as 10000.0") {
            $0.shortened(keepsFraction: true)
        },
        Notation(detail: "without a zero fraction, such as 10000") {
            $0.shortened(keepsFraction: false)
        },
        Notation(detail: "with two decimals, such as 10000.00") { $0.withDecimals(2) },
        Notation(detail: "with one decimal, such as 10000.0") { $0.withDecimals(1) },
        Notation(detail: "with an exponent from ten million on, such as 1.0E7") { $0.doubleText },
        Notation(detail: "without an exponent, such as 10000000") { $0.plainText },
        Notation(detail: "without an exponent, such as 10000000.00") {
            $0.plain?.withDecimals(2)
        },
    ]

    private static func isNumber(_ text: String) -> Bool { NumberText(text) != nil }

    /// The body with " for typographic double quotation marks, and ' for single ones (U+2018 to
    /// U+201D).
    private static func straight(_ body: [UInt8]) -> [UInt8] {
        var output = body
        for (last, mark) in [(0x9C, 0x22), (0x9D, 0x22), (0x98, 0x27), (0x99, 0x27)]
            as [(UInt8, UInt8)]
        {
            output = output.replacing(all: [0xE2, 0x80, last], with: [mark])
        }
        return output
    }
}

/// A number literal of JSON, and its other notations; exact, because no digit is converted.
struct NumberText: Equatable {
    private let isNegative: Bool
    /// The digits before the point.
    private let whole: String
    /// The digits after the point; nil if there is no point.
    private let fraction: String?
    private let exponent: Int?

    /// Digits of a literal that is rewritten; more than any amount has.
    private static let digitsMax = 40

    /// Reads a literal; nil for any other text.
    init?(_ text: String) {
        var rest = Substring(text)
        isNegative = rest.hasPrefix("-")
        if isNegative { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring?
        if rest.hasPrefix(".") {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            if digits.isEmpty { return nil }
            fraction = digits
            rest = rest.dropFirst(digits.count + 1)
        }
        var exponent: Int?
        if rest.hasPrefix("e") || rest.hasPrefix("E") {
            guard let value = Int(rest.dropFirst()), abs(value) <= Self.digitsMax else {
                return nil
            }
            exponent = value
            rest = ""
        }
        guard rest.isEmpty, !whole.isEmpty, whole.count <= Self.digitsMax,
            fraction.map({ $0.count <= Self.digitsMax }) ?? true
        else { return nil }
        self.whole = String(whole)
        self.fraction = fraction.map { String($0) }
        self.exponent = exponent
    }

    private init(isNegative: Bool, whole: String, fraction: String?) {
        self.isNegative = isNegative
        self.whole = whole
        self.fraction = fraction
        exponent = nil
    }

    private var sign: String { isNegative ? "-" : "" }

    /// The literal with the trailing zeros of its fraction removed; nil with an exponent or without
    /// a fraction.
    ///
    /// - Parameter keepsFraction: whether a fraction of zeros is shortened to `.0` instead of
    ///   removed.
    func shortened(keepsFraction: Bool) -> String? {
        guard exponent == nil, var digits = fraction else { return nil }
        while digits.hasSuffix("0") { digits.removeLast() }
        if digits.isEmpty { return sign + whole + (keepsFraction ? ".0" : "") }
        return sign + whole + "." + digits
    }

    /// The literal with exactly `count` decimals; nil with an exponent, or if digits would be lost.
    func withDecimals(_ count: Int) -> String? {
        guard exponent == nil else { return nil }
        var digits = fraction ?? ""
        while digits.count > count, digits.hasSuffix("0") { digits.removeLast() }
        if digits.count > count { return nil }
        return sign + whole + "." + digits + String(repeating: "0", count: count - digits.count)
    }

    /// The number without an exponent; nil if it has none.
    var plain: NumberText? {
        guard let exponent, exponent >= 0 else { return nil }
        let digits = fraction ?? ""
        let moved = digits.prefix(exponent)
        let zeros = String(repeating: "0", count: max(0, exponent - digits.count))
        let rest = digits.dropFirst(exponent)
        let isZero = rest.allSatisfy { $0 == "0" }
        return NumberText(
            isNegative: isNegative,
            whole: Self.withoutZeros(whole + moved + zeros),
            fraction: isZero ? nil : String(rest)
        )
    }

    /// The text of ``plain``.
    var plainText: String? {
        plain.map { $0.sign + $0.whole + ($0.fraction.map { "." + $0 } ?? "") }
    }

    /// The text as Java's `Double.toString` writes it: `10000.0`, and `1.0E7` from ten million on.
    var doubleText: String? {
        guard exponent == nil else { return nil }
        let digits = Self.withoutZeros(whole)
        if digits.count <= 7 { return shortened(keepsFraction: true) ?? sign + whole + ".0" }
        var mantissa = digits.dropFirst() + (fraction ?? "")
        while mantissa.hasSuffix("0") { mantissa.removeLast() }
        let tail = mantissa.isEmpty ? "0" : String(mantissa)
        return "\(sign)\(digits.prefix(1)).\(tail)E\(digits.count - 1)"
    }

    private static func withoutZeros(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }
}
