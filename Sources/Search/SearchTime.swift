import Text

/// Times as people read them, in Jakarta time.
struct SearchTime {
    private let reference: Int64

    /// - Parameter criteria: times of the day in its middle have no date.
    init(_ criteria: SearchCriteria) { reference = criteria.atMilliseconds }

    /// `14:05:11`, or `2026-11-22 14:05:11` on another day.
    func text(_ milliseconds: Int64) -> String {
        JakartaTime.shortText(milliseconds: milliseconds, onDayOf: reference)
    }
}
