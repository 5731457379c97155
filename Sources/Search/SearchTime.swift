import Text

/// Times as people read them, in Jakarta time.
struct SearchTime {
    private let day: String.SubSequence

    /// - Parameter criteria: times of the day in its middle have no date.
    init(_ criteria: SearchCriteria) {
        day = JakartaTime.text(milliseconds: criteria.atMilliseconds).prefix(10)
    }

    /// `14:05:11`, or `2026-11-22 14:05:11` on another day.
    func text(_ milliseconds: Int64) -> String {
        let text = JakartaTime.text(milliseconds: milliseconds)
        let time = text.dropFirst(11).prefix(8)
        return text.prefix(10) == day ? String(time) : "\(text.prefix(10)) \(time)"
    }
}
