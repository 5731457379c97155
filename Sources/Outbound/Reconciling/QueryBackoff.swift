import Payments

/// Status inquiries whose result the store could not write, and until when each has to wait
/// (article Statuses, "Fairness").
///
/// Such an inquiry stays due. Without a wait, a failure of our own would send the same query again
/// and again. Inquiries are identified by their payments, which have one at most. Times are of the
/// monotonic clock. The waits are in memory only: after a restart the inquiries are queried at
/// once.
struct QueryBackoff: Equatable, Sendable {
    /// The last wait of one inquiry; it may be over.
    private struct Wait: Equatable {
        /// The length of the wait; the next one is twice as long.
        var seconds: Int
        var end: ContinuousClock.Instant
    }

    /// Waits by payment: the present ones, and those that ended at most ``secondsMax`` ago when the
    /// last failure was recorded.
    private var waits: [Payment.ID: Wait] = [:]

    /// The first wait.
    private static let secondsMin = 5

    /// The longest wait. It is also how long an ended wait still doubles the next one.
    private static let secondsMax = 300

    /// The maximum of stored waits, which bounds memory and the work of ``recordFailure(of:at:)``.
    /// Beyond it, the one that ends first is forgotten: its inquiry may be queried too early.
    private static let countMax = 1_000

    /// How many inquiries have to wait at `now`.
    func waitingCount(at now: ContinuousClock.Instant) -> Int {
        waits.values.count { $0.end > now }
    }

    /// Whether the inquiry has to wait at `now`.
    func isWaiting(_ id: Payment.ID, at now: ContinuousClock.Instant) -> Bool {
        waits[id].map { $0.end > now } ?? false
    }

    /// Records that the result of an inquiry could not be written: it waits ``secondsMin`` from
    /// `now`, and twice as long after each further failure, up to ``secondsMax``.
    mutating func recordFailure(of id: Payment.ID, at now: ContinuousClock.Instant) {
        // Waits of inquiries that are no longer due are not removed by a success.
        waits = waits.filter { $0.value.end + .seconds(Self.secondsMax) > now }
        let seconds = waits[id].map { min($0.seconds * 2, Self.secondsMax) } ?? Self.secondsMin
        waits[id] = Wait(seconds: seconds, end: now + .seconds(seconds))
        guard waits.count > Self.countMax else { return }
        let others = waits.filter { $0.key != id }
        let first = others.min { ($0.value.end, $0.key) < ($1.value.end, $1.key) }
        if let first { waits[first.key] = nil }
    }

    /// Records that the result of an inquiry was written: its next wait is ``secondsMin`` again.
    mutating func recordSuccess(of id: Payment.ID) { waits[id] = nil }
}
