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

    /// `HH:mm:ss` on the day of `reference`, `yyyy-MM-dd HH:mm:ss` on others; both in milliseconds.
    package static func shortText(milliseconds: Int64, onDayOf reference: Int64) -> String {
        let text = text(milliseconds: milliseconds)
        let (day, clock) = (text.prefix(10), text.dropFirst(11).prefix(8))
        let isSameDay = day == Self.text(milliseconds: reference).prefix(10)
        return isSameDay ? String(clock) : "\(day) \(clock)"
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

    /// `yyyy-MM-dd` of a day that is given as days since 1970-01-01.
    package static func dayText(dayNumber: Int) -> String {
        let bytes = bytes(milliseconds: Int64(dayNumber) * millisecondsPerDay - offsetMilliseconds)
        return String(decoding: bytes.prefix(10), as: UTF8.self)
    }

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

/// A date of the proleptic Gregorian calendar, years 1 to 9999.
struct CivilDate: Equatable {
    let year: Int
    let month: Int
    let day: Int

    /// The date, if it exists.
    init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month) else { return nil }
        guard (1...Self.days(in: month, of: year)).contains(day) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The date of a day number; days outside the years 1 to 9999 become the nearest one within.
    init(dayNumber: Int) {
        // Years that start in March end with the leap day, so that the lengths of months repeat:
        // 153 days in each five from March on.
        let days = min(max(dayNumber, Self.dayNumberMin), Self.dayNumberMax) + Self.daysToEpoch
        let era = days / Self.daysPerEra
        let dayOfEra = days % Self.daysPerEra
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var dayNumber: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.daysToEpoch
    }

    /// Whether it is the last day of its month.
    var isLastOfMonth: Bool { day == Self.days(in: month, of: year) }

    /// The day numbers of 0001-01-01 and 9999-12-31.
    static let dayNumberMin = -719_162
    static let dayNumberMax = 2_932_896

    /// Days in 400 years.
    private static let daysPerEra = 146_097

    /// Days from 0000-03-01 to 1970-01-01.
    private static let daysToEpoch = 719_468

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}
