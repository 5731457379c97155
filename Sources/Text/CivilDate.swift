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
