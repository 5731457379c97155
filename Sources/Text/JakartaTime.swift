/// Jakarta's civil time, at the fixed offset +07:00: the form of SNAP BI's times.
package enum JakartaTime {
    /// The offset from UTC.
    package static let offsetMilliseconds: Int64 = 7 * 3_600_000

    /// `yyyy-MM-ddTHH:mm:ss+07:00`, with the fraction cut off.
    package static func text(milliseconds: Int64) -> String {
        text(milliseconds, hasFraction: false)
    }

    /// `yyyy-MM-ddTHH:mm:ss.SSS+07:00`.
    package static func textWithFraction(milliseconds: Int64) -> String {
        text(milliseconds, hasFraction: true)
    }

    /// The same texts as bytes.
    package static func bytes(milliseconds: Int64, hasFraction: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(32)
        append(milliseconds: milliseconds, hasFraction: hasFraction, to: &output)
        return output
    }

    /// Appends 25 bytes, or 29 with the fraction. Instants outside the years 1 to 9999 become the
    /// nearest date within.
    package static func append(
        milliseconds: Int64,
        hasFraction: Bool = false,
        to output: inout [UInt8]
    ) {
        let (day, time) = localDayAndTime(milliseconds)
        let date = CivilDate(dayNumber: day)
        appendTwoDigits(date.year / 100, to: &output)
        appendTwoDigits(date.year % 100, to: &output)
        output.append(UInt8(ascii: "-"))
        appendTwoDigits(date.month, to: &output)
        output.append(UInt8(ascii: "-"))
        appendTwoDigits(date.day, to: &output)
        output.append(UInt8(ascii: "T"))
        appendTwoDigits(time / 3_600_000, to: &output)
        output.append(UInt8(ascii: ":"))
        appendTwoDigits(time / 60_000 % 60, to: &output)
        output.append(UInt8(ascii: ":"))
        appendTwoDigits(time / 1000 % 60, to: &output)
        if hasFraction {
            output.append(UInt8(ascii: "."))
            output.append(UInt8(ascii: "0") + UInt8(time / 100 % 10))
            appendTwoDigits(time % 100, to: &output)
        }
        output.append(contentsOf: offsetText)
    }

    /// Days since 1970-01-01 in Jakarta's calendar; an X-EXTERNAL-ID is unique within such a day.
    package static func day(milliseconds: Int64) -> Int { localDayAndTime(milliseconds).day }

    /// The start of the Jakarta day `yyyy-MM-dd`, in milliseconds since the epoch; nil when the
    /// text is not an existing date.
    package static func startOfDay(_ text: Span<UInt8>) -> Int64? {
        guard text.count == 10, let date = Timestamp.date(in: text) else { return nil }
        return Int64(date.dayNumber) * millisecondsPerDay - offsetMilliseconds
    }

    private static let millisecondsPerDay: Int64 = 86_400_000
    private static let offsetText = Array("+07:00".utf8)

    /// The day number, and the milliseconds since local midnight.
    private static func localDayAndTime(_ milliseconds: Int64) -> (day: Int, time: Int) {
        // Far beyond every date that can be written, and far from overflow.
        let bound: Int64 = 1 << 60
        let local = Int(min(max(milliseconds, -bound), bound) + offsetMilliseconds)
        let (day, time) = local.dividedDown(by: Int(millisecondsPerDay))
        return (day, time)
    }

    private static func text(_ milliseconds: Int64, hasFraction: Bool) -> String {
        let bytes = bytes(milliseconds: milliseconds, hasFraction: hasFraction)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func appendTwoDigits(_ value: Int, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "0") + UInt8(value / 10))
        output.append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
