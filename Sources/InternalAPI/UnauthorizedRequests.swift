import HTTPServer
import Logging
import Metrics

/// Counts the requests without a valid bearer token, and logs those with an unknown one.
/// Thread-safe.
///
/// A client with an old token repeats its request all day, and a guesser sends thousands: one line
/// a minute at most is logged, and one that counts the others.
final class UnauthorizedRequests: Sendable {
    private let counter: LabelledCounter<UnauthorizedReason>
    private let lines: LineLimit

    init(counter: LabelledCounter<UnauthorizedReason>, log: Log) {
        self.counter = counter
        lines = LineLimit(log, summary: "requests with an unknown token not logged", linesMax: 1)
    }

    /// Records a request.
    func record(_ reason: UnauthorizedReason, from peer: Peer) {
        counter.add(reason)
        guard reason == .unknownToken else { return }
        lines.warning(
            "a request to the internal API had an unknown token",
            reason: reason.rawValue
        ) {
            $0.add("client", describing: peer)
        }
    }

    /// Reports the lines that were not written, before a stop.
    func reportOmittedLines() { lines.endPeriod() }
}
