import Text

extension ReportPeriod {
    /// The Jakarta day of a time.
    init(day milliseconds: Int64) {
        let millisecondsPerDay: Int64 = 86_400_000
        let day = Int64(JakartaTime.day(milliseconds: milliseconds))
        let start = day * millisecondsPerDay - JakartaTime.offsetMilliseconds
        self.init(from: start, to: start + millisecondsPerDay)
    }

    /// The shortest period that contains both.
    func union(_ other: ReportPeriod) -> ReportPeriod {
        ReportPeriod(
            from: min(from ?? .min, other.from ?? .min),
            to: max(to ?? .max, other.to ?? .max)
        )
    }
}
