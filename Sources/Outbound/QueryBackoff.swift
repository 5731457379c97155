/// Status inquiries whose answer the store could not write, and until when each has to wait.
///
/// Such an inquiry stays due. Without a wait, a failure of our own would send the same query again
/// and again.
struct QueryBackoff: Equatable, Sendable {
    private struct Wait: Equatable {
        var seconds: Int
        var end: ContinuousClock.Instant
    }

    private var waits: [Int64: Wait] = [:]

    private static let secondsMin = 5
    private static let secondsMax = 300

    /// Inquiries remembered at a time. Beyond it, the one whose wait ends first is forgotten: it
    /// may be asked again sooner than it should be.
    private static let countMax = 1_000

    /// How many inquiries wait at `now`.
    func waitingCount(at now: ContinuousClock.Instant) -> Int {
        waits.values.count { $0.end > now }
    }

    /// Whether the inquiry has to wait at `now`.
    func isWaiting(_ id: Int64, at now: ContinuousClock.Instant) -> Bool {
        waits[id].map { $0.end > now } ?? false
    }

    /// Records that the answer to an inquiry could not be written: it waits 5 s from now, and twice
    /// as long after each further time, up to 300 s.
    mutating func recordFailure(of id: Int64, at now: ContinuousClock.Instant) {
        // An inquiry that is not due any more never reports a success.
        waits = waits.filter { $0.value.end + .seconds(Self.secondsMax) > now }
        let seconds = waits[id].map { min($0.seconds * 2, Self.secondsMax) } ?? Self.secondsMin
        waits[id] = Wait(seconds: seconds, end: now + .seconds(seconds))
        guard waits.count > Self.countMax else { return }
        let others = waits.filter { $0.key != id }
        let first = others.min { ($0.value.end, $0.key) < ($1.value.end, $1.key) }
        if let first { waits[first.key] = nil }
    }

    /// Records that the answer to an inquiry was written.
    mutating func recordSuccess(of id: Int64) { waits[id] = nil }
}
