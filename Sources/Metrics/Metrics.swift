package import HTTPServer
package import Logging
package import Payments
package import Snap
import Synchronization

/// What the receiver counts since its start, for `GET /metrics`. Thread-safe.
package final class Metrics: Sendable {
    /// Responses to callbacks, by response code.
    private let responses = LabelledCounter<ResponseCode>()

    /// The time from the first byte of an authentic callback to its response.
    package let callbackDuration = Histogram()

    /// Redeliveries of stored callbacks.
    package let redeliveries = Counter()

    /// Gateway calls, by outcome.
    package let generateCalls = LabelledCounter<String>()
    package let queryCalls = LabelledCounter<String>()
    package let generateDuration = Histogram()
    package let queryDuration = Histogram()

    /// Reloads of the configuration, by result.
    package let reloads = LabelledCounter<String>()

    /// Requests to the internal listener without a valid token.
    package let unauthorized = LabelledCounter<UnauthorizedReason>()

    /// Messages of alerts.
    package let alerts = AlertCounters()

    /// The start of serving, in milliseconds since the epoch.
    package let startedMilliseconds: Int64

    /// The log, which counts the lines that it dropped.
    package let log: Log

    private let isUp = Atomic(true)
    private let servers = Mutex<[(name: String, server: Server)]>([])
    private let outcomes = CallbackOutcome.allCases.map { _ in Counter() }

    package init(startedMilliseconds: Int64, log: Log) {
        self.startedMilliseconds = startedMilliseconds
        self.log = log
    }

    /// Whether the gateway responds to queries, as far as is known.
    package var isGatewayUp: Bool {
        get { isUp.load(ordering: .relaxed) }
        set { isUp.store(newValue, ordering: .relaxed) }
    }

    /// Adds the counters of a listener.
    package func add(_ server: Server, name: String) {
        servers.withLock { $0.append((name, server)) }
    }

    /// The counters of the listeners, with their names.
    package var serverCounters: [(name: String, counters: ServerCounters)] {
        servers.withLock { $0.map { ($0.name, $0.server.counters) } }
    }

    /// Counts a response to a callback.
    package func count(_ code: ResponseCode) { responses.add(code) }

    /// The number of responses to callbacks with each code.
    package var responseCounts: [ResponseCode: UInt64] { responses.values }

    /// Counts an authentic callback by its first outcome.
    package func count(_ outcome: CallbackOutcome) { outcomes[Int(outcome.rawValue)].add() }

    /// The number of callbacks with an outcome.
    package func count(of outcome: CallbackOutcome) -> UInt64 {
        outcomes[Int(outcome.rawValue)].value
    }
}
