import HTTPServer
import Logging
import Metrics
import Synchronization

/// Counts the requests without a valid bearer token, and logs those with an unknown one.
/// Thread-safe.
///
/// A client with an old token repeats its request all day, and a guesser sends thousands: one line
/// a minute at most is logged, which counts the requests since the line before.
final class UnauthorizedRequests: Sendable {
    private let counter: LabelledCounter<UnauthorizedReason>
    private let log: Log
    private let limit = Mutex(LinePace(pauseNanoseconds: 60_000_000_000))

    init(counter: LabelledCounter<UnauthorizedReason>, log: Log) {
        self.counter = counter
        self.log = log
    }

    /// Records a request.
    ///
    /// - Parameter now: by the monotonic clock.
    func record(_ reason: UnauthorizedReason, from peer: Peer, atNanoseconds now: UInt64) {
        counter.add(reason)
        guard reason == .unknownToken else { return }
        guard let count = limit.withLock({ $0.add(atNanoseconds: now) }) else { return }
        log.warning("a request to the internal API had an unknown token") {
            $0.add("client", describing: peer)
            $0.add("requests", count)
        }
    }
}

/// Decides which of many equal events are logged: the first, and later ones after a pause.
struct LinePace {
    let pauseNanoseconds: UInt64

    /// The time of the last line; nil before the first.
    private var lastNanoseconds: UInt64?

    /// Events since the last line.
    private var count = 0

    init(pauseNanoseconds: UInt64) { self.pauseNanoseconds = pauseNanoseconds }

    /// Adds an event; returns how many events its line stands for, and nil when it has no line.
    mutating func add(atNanoseconds now: UInt64) -> Int? {
        count += 1
        // Threads may report their events in another order than that of their times.
        if let last = lastNanoseconds, now < last &+ pauseNanoseconds { return nil }
        defer { (lastNanoseconds, count) = (now, 0) }
        return count
    }
}
