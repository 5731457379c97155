package import HTTPServer
package import Logging
package import Payments
package import Snap
import Synchronization

/// What the receiver counts since its start, for `GET /metrics` (article Metrics). Thread-safe.
///
/// A callback increments atomic counters and takes no lock.
package final class Metrics: Sendable {
    /// Responses with 2005600, and those with another code.
    private let successes = Counter()
    private let otherResponses = LabelledCounter<ResponseCode>()

    /// The time from the first byte of an authentic callback to its response.
    package let callbackDuration = Histogram()

    /// Redeliveries of stored callbacks.
    package let redeliveries = Counter()

    /// Callbacks that did not get 2005600.
    package let refusals = RefusalCounter()

    /// Authentic callbacks, by key.
    package let keys = KeyCounters()

    /// Gateway calls, by outcome.
    package let generateCalls = LabelledCounter(
        ["accepted", "not_accepted", "qr_refused", "unknown"]
    )
    package let queryCalls = LabelledCounter(
        ["found", "not_found", "refused", "unauthorized", "unavailable", "unreadable"]
    )
    package let generateDuration = Histogram()
    package let queryDuration = Histogram()

    /// Responses of the internal API, by HTTP status.
    package let apiResponses = LabelledCounter([200, 401, 403, 500, 503])

    /// Requests to the internal listener without a valid token.
    package let unauthorized = LabelledCounter(UnauthorizedReason.allCases)

    /// Messages of alerts.
    package let alerts = AlertCounters()

    /// Reloads of the configuration.
    package let reloads = ReloadCounter()

    /// The start of the process, in milliseconds since the epoch.
    package let startedMilliseconds: Int64

    /// The log, which counts its lines and those that it dropped.
    package let log: Log

    private let isUp = Atomic(true)
    private let followers = Atomic(0)
    private let listeners = Mutex<[ListenerMetrics]>([])
    private let outcomes = CallbackOutcome.allCases.map { _ in Counter() }

    /// - Parameter startedMilliseconds: since the epoch.
    package init(startedMilliseconds: Int64, log: Log) {
        self.startedMilliseconds = startedMilliseconds
        self.log = log
    }

    /// Whether the gateway responds to queries, as far as is known.
    package var isGatewayUp: Bool {
        get { isUp.load(ordering: .relaxed) }
        set { isUp.store(newValue, ordering: .relaxed) }
    }

    /// Counts a response to a callback.
    package func count(_ code: ResponseCode) {
        // Most responses are successful, and those must not wait for a lock.
        if code == NotifyResponse.successful.code {
            successes.add()
        } else {
            otherResponses.add(code)
        }
    }

    /// The number of responses to callbacks with each code.
    package var responseCounts: [ResponseCode: UInt64] {
        var counts = otherResponses.values
        counts[NotifyResponse.successful.code] = successes.value
        return counts
    }

    /// Counts a callback by its first outcome.
    package func count(_ outcome: CallbackOutcome) { outcomes[Int(outcome.rawValue)].add() }

    /// The number of callbacks with an outcome.
    package func count(of outcome: CallbackOutcome) -> UInt64 {
        outcomes[Int(outcome.rawValue)].value
    }
}

// The listeners and their clients.
extension Metrics {
    /// The present load of a listener's handler.
    package struct Load: Equatable, Sendable {
        /// Requests that are being handled, open long polls and streams included.
        package let requests: Int

        /// The maximum of ``requests``.
        package let requestsMax: Int

        package init(requests: Int, requestsMax: Int) {
            self.requests = requests
            self.requestsMax = requestsMax
        }
    }

    /// A listener, with the functions that read its counters.
    package struct ListenerMetrics: Sendable {
        package let name: String
        let server: Server
        let readLoad: @Sendable () -> Load

        package var counters: ServerCounters { server.counters }
        package var connectionsMax: Int { server.limits.connections }
        package var load: Load { readLoad() }
    }

    /// Adds a listener.
    package func add(_ server: Server, name: String, load: @escaping @Sendable () -> Load) {
        listeners.withLock {
            $0.append(ListenerMetrics(name: name, server: server, readLoad: load))
        }
    }

    /// The listeners that were added.
    package var allListeners: [ListenerMetrics] { listeners.withLock { $0 } }

    /// Counts a long poll or stream that opens (1) or ends (-1).
    package func countFollower(_ change: Int) { followers.add(change, ordering: .relaxed) }

    /// Open long polls and streams.
    package var followerCount: Int { followers.load(ordering: .relaxed) }
}

/// Counts reloads of the configuration. Thread-safe.
package final class ReloadCounter: Sendable {
    package let applied = Counter()
    package let refused = Counter()
    private let isApplied = Atomic(true)

    /// Counts a reload.
    package func add(isApplied: Bool) {
        (isApplied ? applied : refused).add()
        self.isApplied.store(isApplied, ordering: .relaxed)
    }

    /// Whether the last reload was applied; true before the first one.
    package var isLastApplied: Bool { isApplied.load(ordering: .relaxed) }
}

/// Counts callbacks by the key that verified them. Thread-safe.
///
/// Keys come from the configuration alone, so requests cannot create series. A key that a reload
/// removed keeps its series until the program ends.
package final class KeyCounters: Sendable {
    private let counters = Mutex<[(key: String, counter: Counter)]>([])

    /// How many hexadecimal digits of a fingerprint name a key.
    package static let digits = 12

    /// The counter of a key; a notify context stores it, so that a callback takes no lock.
    ///
    /// - Parameter fingerprint: lowercase hexadecimal SHA-256 of the key's SPKI.
    package func counter(of fingerprint: String) -> Counter {
        let key = String(fingerprint.prefix(Self.digits))
        return counters.withLock { counters in
            if let known = counters.first(where: { $0.key == key }) { return known.counter }
            let counter = Counter()
            counters.append((key, counter))
            return counter
        }
    }

    /// The number of callbacks by key, in the order of the configuration.
    package var values: [(key: String, count: UInt64)] {
        counters.withLock { $0.map { ($0.key, $0.counter.value) } }
    }
}
