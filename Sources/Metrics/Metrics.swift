package import HTTPServer
package import Logging
package import Payments
package import Snap
import Synchronization

/// What is counted while the receiver runs; shown by `GET /metrics`.
package final class Metrics: Sendable {
    /// Answers of the notify listener by their code.
    package let answers = LabelledCounter<ResponseCode>()

    /// From the first byte of an authentic callback to its answer.
    package let callbackDuration = Histogram()
    package let repetitions = Counter()

    /// Calls of the gateway.
    package let generateCalls = LabelledCounter<String>()
    package let queryCalls = LabelledCounter<String>()
    package let generateDuration = Histogram()
    package let queryDuration = Histogram()

    /// Reloads of the configuration, by result.
    package let reloads = LabelledCounter<String>()

    /// When the daemon began to serve, in milliseconds since the epoch.
    package let startedMilliseconds: Int64

    /// Counts the lines that it had to drop.
    package let log: Log

    private let isUp = Atomic(true)
    private let servers = Mutex<[(name: String, server: Server)]>([])
    private let outcomes = CallbackOutcome.allCases.map { _ in Counter() }

    package init(startedMilliseconds: Int64, log: Log) {
        self.startedMilliseconds = startedMilliseconds
        self.log = log
    }

    /// Whether the gateway answers our queries, as far as is known.
    package var isGatewayUp: Bool {
        get { isUp.load(ordering: .relaxed) }
        set { isUp.store(newValue, ordering: .relaxed) }
    }

    /// Has what a listener's server counts shown as well.
    package func add(_ server: Server, name: String) {
        servers.withLock { $0.append((name, server)) }
    }

    /// What the listeners count, by their names.
    package var serverCounters: [(name: String, counters: ServerCounters)] {
        servers.withLock { $0.map { ($0.name, $0.server.counters) } }
    }

    /// Counts an authentic callback.
    package func count(_ outcome: CallbackOutcome) { outcomes[Int(outcome.rawValue)].add() }

    /// How many callbacks had an outcome.
    package func count(of outcome: CallbackOutcome) -> UInt64 {
        outcomes[Int(outcome.rawValue)].value
    }
}
