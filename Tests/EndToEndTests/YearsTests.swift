import Foundation
import Glibc
import Support
import Testing

/// Years of a shop in minutes: nothing grows that should not, and no boundary of days, months and
/// years moves money.
@Suite(.onSQLite, .blocking)
struct YearsTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// `scripts/years` gives the days; without it, the days around some boundaries are tried.
    private static let dayCount = environment["YEARS_DAYS"].flatMap { Int($0) }
    private static let perDay = environment["YEARS_PER_DAY"].flatMap { Int($0) } ?? 20
    private static let seed = environment["YEARS_SEED"].flatMap { UInt64($0) } ?? 1

    @Test(arguments: [
        (day: "2027-12-31", from: "two years, and a leap day", days: [0, 1, 59, 60, 61, 365, 366]),
        (day: "2038-01-18", from: "32 bits of seconds", days: [0, 1, 2]),
    ])
    func `no boundary moves money`(_ row: (day: String, from: String, days: [Int])) throws {
        let run = try ShopRun(from: row.day, callbacksPerDay: 5, seed: Self.seed)
        for day in row.days { try run.live(day...day) }
        try run.checkBackup()
    }

    @Test(.enabled(if: dayCount != nil))
    func `years pass`() throws {
        let first = Self.environment["YEARS_FROM"] ?? "2028-01-01"
        let run = try ShopRun(from: first, callbacksPerDay: Self.perDay, seed: Self.seed)
        try run.live(0...(Self.dayCount ?? 1) - 1) { row in
            FileHandle.standardError.write(Data("years: \(row)\n".utf8))
        }
        try run.checkBackup()
        print(ShopYear.table(run.years))
    }
}
