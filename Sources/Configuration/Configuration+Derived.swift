import Crypto
package import Diagnosis
import HTTPCore
package import HTTPServer
package import Ledger

extension LedgerPolicy {
    /// The rules for callbacks and the schedule of status inquiries, as configured.
    ///
    /// `externalIdConflict` and the corroboration rules also depend on whether the receiver can
    /// query the gateway at all (`isOutbound`) and whether it does so on a schedule
    /// (`isReconciling`).
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
    /// The offsets of the section `reconcile`, in seconds.
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

extension ServerLimits {
    /// The limits of one listener.
    ///
    /// The server's limit of the request target is lowered to `headerBytes`, because the target is
    /// part of the head.
    package init(_ limits: Configuration.Limits) {
        self.init()
        http.headerBytes = limits.headerBytes
        http.headerCount = limits.headerCount
        http.targetBytes = min(http.targetBytes, limits.headerBytes)
        http.bodyBytes = limits.bodyBytes
        connections = limits.connections
        headerSeconds = limits.headerSeconds
        bodySeconds = limits.bodySeconds
        idleSeconds = limits.idleSeconds
    }
}

extension DiagnosisSettings {
    /// The paths, body forms and keys that a diagnosis compares a signature with.
    ///
    /// - Parameter otherKeys: additional public keys to try, which are not configured.
    package init(_ loaded: LoadedConfiguration, otherKeys: [Key] = []) {
        let configuration = loaded.configuration
        self.init(
            signaturePaths: configuration.notify.signaturePaths,
            publicURL: configuration.notify.publicURL,
            bodyForms: configuration.notify.signatureBodies,
            keys: loaded.keys.publicKeys.map { Key(name: $0.file, key: $0.key) },
            merchantKey: loaded.keys.privateKey.map {
                Key(name: configuration.cashIn.privateKeyFile ?? "", key: $0.publicKey)
            },
            otherKeys: otherKeys,
            clientID: configuration.cashIn.clientID,
            timestampToleranceSeconds: configuration.notify.timestampToleranceSeconds
        )
    }
}
