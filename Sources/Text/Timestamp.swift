/// An instant, written as in RFC 3339 or as epoch milliseconds.
///
/// It does not contain the text; code that must repeat the text stores it.
package struct Timestamp: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds; finer digits are cut off.
    package let milliseconds: Int64

    /// The instant of this number.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads an RFC 3339 date-time (section 5.6), strictly: any offset, any number of fraction
    /// digits, `T` and `Z` in either case, years 0001 to 9999, dates that exist.
    ///
    /// A leap second is accepted only where one can be, in the last minute of a month in UTC
    /// (section 5.7), and means the second after it. Nil for anything else.
    package init?(rfc3339 text: Span<UInt8>) {
        guard text.count >= 20, let date = Self.date(in: text) else { return nil }
        guard text[10] | 0x20 == UInt8(ascii: "t") else { return nil }
        guard text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":") else { return nil }
        guard let hour = twoDigits(text, at: 11, max: 23) else { return nil }
        guard let minute = twoDigits(text, at: 14, max: 59) else { return nil }
        guard let second = twoDigits(text, at: 17, max: 60) else { return nil }
        guard let fraction = Self.fraction(in: text) else { return nil }
        guard let offsetMinutes = Self.offsetMinutes(in: text, at: fraction.end) else { return nil }
        let utcMinutes = date.dayNumber * 1440 + hour * 60 + minute - offsetMinutes
        if second == 60 {
            let (day, minuteOfDay) = utcMinutes.dividedDown(by: 1440)
            guard minuteOfDay == 1439, CivilDate(dayNumber: day).isLastOfMonth else { return nil }
        }
        milliseconds = Int64((utcMinutes * 60 + second) * 1000 + fraction.milliseconds)
    }

    /// Reads milliseconds since 1970 from a number literal with 13 digits before the point, which
    /// are the years 2001 to 2286. Fewer digits would be seconds, more digits a date without
    /// punctuation: both are nil.
    package init?(epochMilliseconds literal: Span<UInt8>) {
        guard let value = DecimalLiteral.value(of: literal, scale: 0, allowsExponent: true),
            (1_000_000_000_000...9_999_999_999_999).contains(value)
        else { return nil }
        milliseconds = value
    }

    /// The date `yyyy-mm-dd` at the start of `text`.
    static func date(in text: Span<UInt8>) -> CivilDate? {
        guard text.count >= 10 else { return nil }
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") else { return nil }
        guard let century = twoDigits(text, at: 0, max: 99) else { return nil }
        guard let year = twoDigits(text, at: 2, max: 99) else { return nil }
        guard let month = twoDigits(text, at: 5, max: 12) else { return nil }
        guard let day = twoDigits(text, at: 8, max: 31) else { return nil }
        return CivilDate(year: century * 100 + year, month: month, day: day)
    }

    /// The optional fraction after the seconds, and its end.
    private static func fraction(in text: Span<UInt8>) -> (milliseconds: Int, end: Int)? {
        guard text[19] == UInt8(ascii: ".") else { return (0, 19) }
        var milliseconds = 0
        var weight = 100
        var index = 20
        while index < text.count, let digit = digit(text[index]) {
            milliseconds += digit * weight
            weight /= 10
            index += 1
        }
        return index > 20 ? (milliseconds, index) : nil
    }

    /// The offset `Z` or `±hh:mm`, which must end the text.
    private static func offsetMinutes(in text: Span<UInt8>, at index: Int) -> Int? {
        guard index < text.count else { return nil }
        if text[index] | 0x20 == UInt8(ascii: "z") { return text.count == index + 1 ? 0 : nil }
        guard text.count == index + 6, text[index + 3] == UInt8(ascii: ":") else { return nil }
        guard let hours = twoDigits(text, at: index + 1, max: 23) else { return nil }
        guard let minutes = twoDigits(text, at: index + 4, max: 59) else { return nil }
        switch text[index] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }
}

extension Int {
    /// Quotient and remainder; the remainder is never negative.
    func dividedDown(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private func twoDigits(_ text: Span<UInt8>, at index: Int, max: Int) -> Int? {
    guard let tens = digit(text[index]), let ones = digit(text[index + 1]) else { return nil }
    let value = tens * 10 + ones
    return value <= max ? value : nil
}

private func digit(_ byte: UInt8) -> Int? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? Int(value) : nil
}
