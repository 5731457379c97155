/// Reads decimal numbers exactly from their literals, without binary fractions.
package enum DecimalLiteral {
    /// `literal` × 10^`scale`.
    ///
    /// Nil when that is not an integer, is negative or has more than 18 digits, or when the literal
    /// is not digits with an optional fraction.
    ///
    /// - Parameter allowsExponent: also accepts the other parts of a JSON number: a minus sign,
    ///   which is valid before zero only, and an exponent.
    package static func value(of literal: Span<UInt8>, scale: Int, allowsExponent: Bool) -> Int64? {
        var scanner = DecimalScanner(literal)
        let isNegative = allowsExponent && scanner.skip(UInt8(ascii: "-"), in: literal)
        guard scanner.skipDigits(in: literal) > 0 else { return nil }
        var fractionCount = 0
        if scanner.skip(UInt8(ascii: "."), in: literal) {
            fractionCount = scanner.skipDigits(in: literal)
            guard fractionCount > 0 else { return nil }
        }
        var exponent = 0
        if allowsExponent, !scanner.isAtEnd {
            guard let value = scanner.exponent(in: literal) else { return nil }
            exponent = value
        }
        guard scanner.isAtEnd else { return nil }
        guard scanner.significand != 0 else { return 0 }
        guard !isNegative else { return nil }
        // The significand ends in a digit other than zero, so a negative power would leave a
        // fraction.
        let power = scanner.zerosCount - fractionCount + exponent + scale
        guard power >= 0, scanner.digitsCount + power <= DecimalScanner.digitsMax else {
            return nil
        }
        return (0..<power).reduce(scanner.significand) { value, _ in value * 10 }
    }
}

/// Collects the digits of a literal from left to right.
private struct DecimalScanner {
    /// The digits without leading and trailing zeros; meaningless above ``digitsMax`` digits.
    private(set) var significand: Int64 = 0

    /// The number of digits of the significand.
    private(set) var digitsCount = 0

    /// The number of zeros after the significand.
    private(set) var zerosCount = 0

    private var position = 0
    private let count: Int

    /// Every number with this many digits fits in an Int64.
    static let digitsMax = 18

    /// Greater than any exponent that can give an amount; it prevents overflow.
    private static let exponentMax = 1 << 40

    init(_ literal: Span<UInt8>) { count = literal.count }

    var isAtEnd: Bool { position == count }

    mutating func skip(_ byte: UInt8, in literal: Span<UInt8>) -> Bool {
        guard position < count, literal[position] == byte else { return false }
        position += 1
        return true
    }

    /// Adds digits to the significand; returns how many there were.
    mutating func skipDigits(in literal: Span<UInt8>) -> Int {
        let start = position
        while let digit = digit(in: literal) {
            position += 1
            if digit == 0 {
                if digitsCount > 0 { zerosCount += 1 }
                continue
            }
            digitsCount += zerosCount + 1
            if digitsCount <= Self.digitsMax {
                for _ in 0...zerosCount { significand *= 10 }
                significand += Int64(digit)
            }
            zerosCount = 0
        }
        return position - start
    }

    /// Reads `e`, an optional sign and digits; nil for anything else.
    mutating func exponent(in literal: Span<UInt8>) -> Int? {
        guard literal[position] | 0x20 == UInt8(ascii: "e") else { return nil }
        position += 1
        let isNegative = skip(UInt8(ascii: "-"), in: literal)
        if !isNegative { _ = skip(UInt8(ascii: "+"), in: literal) }  // a plus changes nothing
        let start = position
        var value = 0
        while let digit = digit(in: literal) {
            value = min(value * 10 + Int(digit), Self.exponentMax)
            position += 1
        }
        guard position > start else { return nil }
        return isNegative ? -value : value
    }

    /// The digit at the current position, without consuming it; nil for anything else.
    private func digit(in literal: Span<UInt8>) -> UInt8? {
        guard position < count else { return nil }
        let digit = literal[position] &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }
}

extension Int64 {
    /// The number that decimal digits alone represent; nil for any other text, and for a number
    /// that is too large.
    ///
    /// `Int64("+5")` is 5, but numbers from outside must have no sign.
    package init?(digits: some Collection<UInt8>) {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.init(String(decoding: digits, as: UTF8.self))
    }
}
