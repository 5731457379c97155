import Payments

extension JudgePolicy {
    /// The merchant's choices of a configuration.
    init(_ configuration: Configuration) {
        self.init()
        let notify = configuration.notify
        timestampToleranceSeconds = notify.timestampToleranceSeconds
        staleTimestamp = notify.staleTimestamp
        confirmWithQuery = notify.confirmWithQuery
        externalIDConflict = notify.externalIDConflict
        unknownTransactions = notify.unknownTransactions
        amountMismatch = notify.amountMismatch
        referenceRoles = notify.referenceRoles
    }
}
