import Logging
import Store

/// Logs when the reconciler stops being able to use the store, and when it can again.
///
/// `Store.Hooks.commitsFailed` reports failed commits only. A failed read reaches its caller alone,
/// and without queries the log would look as if nothing were due. A failure that lasts is one line,
/// because the reconciler tries again every ``WakeUps/delaySecondsMax``.
struct StoreUseReport {
    private let log: Log

    /// Whether the last result was a failure.
    private var isFailing = false

    init(log: Log) { self.log = log }

    /// Records the result of a pass of the loop, or of the read before the first one; nil for
    /// success. The pass must have used the store.
    mutating func record(_ failure: StoreError?) {
        guard (failure != nil) != isFailing else { return }
        isFailing = failure != nil
        if let failure {
            log.warning("the reconciler cannot use the database") {
                $0.add("error", describing: failure)
            }
        } else {
            log.info("the reconciler can use the database again")
        }
    }
}
