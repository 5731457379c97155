import Crypto
package import Diagnosis
import HTTPCore
package import HTTPServer
import JSON5
package import Ledger

/// The complete configuration, validated, with defaults filled in.
///
/// Its properties have the names of the keys in the file. A table of all keys is in the folder
/// `deploy`.
package struct Configuration: Sendable, Equatable {
    package var notify: Notify
    /// The section `internal`.
    package var internalAPI: InternalAPI
    package var cashIn: CashIn
    package var storage: Storage
    package var reconcile: Reconcile
    /// The limits of the notify listener, and the defaults of `internal.limits`.
    package var limits: Limits
    package var log: LogSettings
    package var alerts: [Alert]

    /// The path of every known key, in the order in which the keys are read.
    ///
    /// Found by reading an empty configuration: each read registers its key.
    static let knownKeys: [String] = {
        let reader = ConfigurationReader(file: "", overrides: [], context: .init())
        _ = ConfigurationSection.read(.object([]), by: reader) { Configuration($0) }
        return reader.knownPaths
    }()

    /// The names of the sections.
    static let knownSections = Set(knownKeys.filter { !$0.contains(".") })

    /// Reads all sections; nil if a required value is missing or invalid.
    ///
    /// Relations between keys are checked only if all required values were read.
    init?(_ section: ConfigurationSection) {
        let notify = section.section("notify") { Notify($0) }
        let limits = section.section("limits") { Limits($0, default: Limits()) }
        let internalAPI = section.section("internal") { InternalAPI($0, limits: limits) }
        let cashIn = section.section("cashIn") { CashIn($0) }
        let storage = section.section("storage") { Storage($0) }
        reconcile = section.section("reconcile") { Reconcile($0) }
        log = section.section("log") { LogSettings($0) }
        alerts = Self.alerts(section)
        guard let notify, let cashIn, let storage else { return nil }
        self.notify = notify
        self.internalAPI = internalAPI
        self.cashIn = cashIn
        self.storage = storage
        self.limits = limits
        fitConnections(section.reader)
        checkRelations(section.reader)
    }
}

extension Configuration {
    /// Whether generate and query are not configured: the merchant's private key or id is absent.
    package var isReceiveOnly: Bool { cashIn.privateKeyFile == nil || cashIn.merchantID == nil }
}

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
