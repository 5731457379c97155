import Synchronization

/// What the alerts have sent since the start, and what waits to be sent. Thread-safe.
package final class AlertCounters: Sendable {
    /// What became of one attempt to send a message.
    package enum Result: String, CaseIterable, Sendable {
        /// The receiver accepted it.
        case sent
        /// It may not have arrived; it is sent again.
        case failed
        /// The receiver rejected it.
        case rejected
    }

    private struct Counts {
        var results: [Result: UInt64] = [:]
        var waiting = 0
    }

    /// By the name of the alert. Names that a reload removes are removed here as well.
    private let alerts = Mutex<[String: Counts]>([:])

    package init() {}

    /// Sets the names of the alerts; the counts of those that stay are preserved.
    package func setNames(_ names: [String]) {
        alerts.withLock { alerts in
            let present = alerts
            alerts = [:]
            for name in names { alerts[name] = present[name] ?? Counts() }
        }
    }

    /// Counts an attempt to send a message.
    package func count(_ result: Result, of name: String) {
        alerts.withLock { $0[name]?.results[result, default: 0] += 1 }
    }

    /// Sets how many entries wait for a message.
    package func setWaiting(_ count: Int, of name: String) {
        alerts.withLock { $0[name]?.waiting = count }
    }

    /// One alert, as it was at one time.
    package struct Values {
        package let name: String
        package let results: [Result: UInt64]
        package let waiting: Int
    }

    /// All alerts, by name.
    package var values: [Values] {
        alerts.withLock { $0 }.sorted { $0.key < $1.key }.map { name, counts in
            Values(name: name, results: counts.results, waiting: counts.waiting)
        }
    }
}
