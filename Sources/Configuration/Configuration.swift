/// The complete configuration, validated, with defaults filled in.
///
/// Its properties have the names of the keys in the file. The table in the README describes them.
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
