package import Ledger

extension LedgerPolicy {
    /// The merchant's choices of a configuration.
    package init(_ configuration: Configuration) {
        self.init()
        let notify = configuration.notify
        timestampToleranceSeconds = notify.timestampToleranceSeconds
        staleTimestamp = notify.staleTimestamp
        confirmWithQuery = notify.confirmWithQuery
        externalIDConflict = notify.externalIDConflict
        unknownTransactions = notify.unknownTransactions
        amountMismatch = notify.amountMismatch
        referenceRoles = notify.referenceRoles
        isOutbound = !configuration.isReceiveOnly
        isReconciling = configuration.reconcile.isEnabled
        schedule = InquirySchedule(configuration)
    }
}

extension InquirySchedule {
    fileprivate init(_ configuration: Configuration) {
        self.init()
        let reconcile = configuration.reconcile
        whileOpenSeconds = reconcile.whileOpenSeconds
        expireAfterSeconds = reconcile.expireAfterSeconds
        scheduleSeconds = reconcile.scheduleSeconds
        recheckCancelledSeconds = reconcile.recheckCancelledSeconds
        recheckSuccessSeconds = reconcile.recheckSuccessSeconds
        graceSeconds = reconcile.graceSeconds
        defaultValiditySeconds = configuration.cashIn.defaultValiditySeconds
    }
}
