import AlertMessages
import Configuration
import Logging
import Metrics
import Store

/// Counts and logs what came of the messages of one alert. A condition that lasts is one line.
struct AlertReport {
    private let alert: Configuration.Alert
    private let log: Log
    private let counters: AlertCounters

    /// Whether the last message did not arrive.
    private var isFailing = false

    /// The last rejected message; the same one is not logged again.
    private var rejected: AlertMessage?

    /// Whether the database could not be read.
    private var isStoreFailing = false

    init(alert: Configuration.Alert, log: Log, counters: AlertCounters) {
        self.alert = alert
        self.log = log
        self.counters = counters
    }

    /// Records what came of a message.
    mutating func record(_ outcome: AlertOutcome, of message: AlertMessage) {
        switch outcome {
        case .sent(let status):
            counters.count(.sent, of: alert.name)
            if isFailing { log.info("alerts are sent again") { $0.add("alert", alert.name) } }
            isFailing = false
            log.info("sent an alert") {
                $0.add("alert", alert.name)
                $0.add("kind", message.kindText)
                $0.add("open", message.openCount)
                $0.add("resolved", message.resolvedCount)
                $0.add("status", status)
            }
        case .failed(let reason, _):
            counters.count(.failed, of: alert.name)
            log.write(isFailing ? .debug : .warning, "cannot send an alert; it is retried") {
                $0.add("alert", alert.name)
                $0.add("kind", message.kindText)
                $0.add("error", reason)
            }
            isFailing = true
        case .rejected(let reason):
            counters.count(.rejected, of: alert.name)
            log.write(rejected == message ? .debug : .warning, "an alert was rejected") {
                $0.add("alert", alert.name)
                $0.add("kind", message.kindText)
                $0.add("error", reason)
            }
            rejected = message
        case .interrupted: break
        }
    }

    /// Records whether the database could be read; nil for success.
    mutating func record(storeFailure failure: StoreError?) {
        guard (failure != nil) != isStoreFailing else { return }
        isStoreFailing = failure != nil
        guard let failure else { return }
        log.warning("an alert cannot read the attention list; it is retried") {
            $0.add("alert", alert.name)
            $0.add("error", describing: failure)
        }
    }
}
