import Payments
import Store

extension StorePolicy {
    /// The merchant's choices of a configuration.
    init(_ configuration: Configuration) {
        self.init(
            judging: JudgePolicy(configuration),
            schedule: QuerySchedule(configuration)
        )
    }
}

extension JudgePolicy {
    fileprivate init(_ configuration: Configuration) {
        self.init()
        let notify = configuration.notify
        timestampToleranceSeconds = notify.timestampToleranceSeconds
        staleTimestamp = notify.staleTimestamp
        confirmWithQuery = notify.confirmWithQuery
        externalIDConflict = notify.externalIDConflict
        unknownTransactions = notify.unknownTransactions
        amountMismatch = notify.amountMismatch
        referenceRoles = notify.referenceRoles
        canQuery = !configuration.isReceiveOnly && configuration.reconcile.isEnabled
    }
}

extension QuerySchedule {
    fileprivate init(_ configuration: Configuration) {
        self.init()
        let reconcile = configuration.reconcile
        whileOpenSeconds = reconcile.whileOpenSeconds
        scheduleSeconds = reconcile.scheduleSeconds
        recheckCancelledSeconds = reconcile.recheckCancelledSeconds
        recheckSuccessSeconds = reconcile.recheckSuccessSeconds
        graceSeconds = reconcile.graceSeconds
        defaultValiditySeconds = configuration.cashIn.defaultValiditySeconds
    }
}
