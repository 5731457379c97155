/// A point in time in the form of the Date field, such as `Sun, 06 Nov 1994 08:49:37 GMT`
/// (IMF-fixdate, RFC 9110 section 5.6.7).
///
/// The caller supplies the time, and can reuse the value for the rest of its second.
package struct HTTPDate: Equatable, Sendable {
    /// The 29 bytes of the formatted date.
    package let bytes: [UInt8]

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    /// The names of the months.
    package static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter epochSeconds: seconds since 1970-01-01T00:00:00Z; clamped to the years 1970 to
    ///   9999.
    package init(epochSeconds: Int) {
        let seconds = min(max(epochSeconds, 0), 253_402_300_799)
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = Self.civil(day: day)
        var text = "\(Self.weekdays[day % 7]), \(Self.padded(date.day)) "
        text += "\(Self.months[date.month - 1]) \(Self.padded(date.year, width: 4)) "
        text += "\(Self.padded(second / 3_600)):\(Self.padded(second / 60 % 60)):"
        text += "\(Self.padded(second % 60)) GMT"
        bytes = Array(text.utf8)
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    ///
    /// Years are counted from March, so that the leap day is the last day of a year, and grouped in
    /// eras of 400 years, each of 146,097 days.
    private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let daysToEpoch = 719_468  // from 0000-03-01
        let (era, dayOfEra) = (day + daysToEpoch).quotientAndRemainder(dividingBy: 146_097)
        let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfMonth)
    }

    private static func padded(_ number: Int, width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
