package import Ledger

/// What the commands about the database's files need of a configuration.
///
/// Only the section `storage` is checked: a wrong key of another section, or a variable of the
/// environment that only the service manager sets, must not prevent a restore.
package struct DatabaseSettings: Sendable {
    package let storage: Configuration.Storage

    /// As ``Configuration/isReceiveOnly``, by the keys alone.
    package let isReceiveOnly: Bool

    fileprivate let isReconciling: Bool

    /// The choices that the follow-up of a restore depends on.
    package var policy: LedgerPolicy {
        var policy = LedgerPolicy()
        policy.isOutbound = !isReceiveOnly
        policy.isReconciling = isReconciling
        return policy
    }
}

extension ConfigurationRequest {
    /// Reads what the commands about the database's files need.
    package func loadDatabaseSettings() throws(ConfigurationProblems) -> DatabaseSettings {
        let root = try LoadedConfiguration.root(of: file, overrides: overrides)
        var context = context
        context.readsFiles = false
        let reader = ConfigurationReader(file: file, overrides: overrides, context: context)
        let (storage, _) = ConfigurationSection.read(root, by: reader) { root in
            root.section("storage") { Configuration.Storage($0) }
        }
        // Any other section that there is counts as unknown to this reading.
        let problems = reader.problems.filter { problem in
            problem.path == "storage" || !Configuration.knownSections.contains(problem.path)
        }
        guard problems.isEmpty, let storage else { throw ConfigurationProblems(problems) }
        let hasKey = root["cashIn"]?["privateKeyFile"]?.isFilled == true
        let hasMerchant = root["cashIn"]?["merchantId"]?.isFilled == true
        return DatabaseSettings(
            storage: storage,
            isReceiveOnly: !hasKey || !hasMerchant,
            isReconciling: root["reconcile"]?["enabled"] != .boolean(false)
        )
    }
}

extension JSON5Value {
    /// The value of the member `name` of an object.
    fileprivate subscript(name: String) -> JSON5Value? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Whether a text is given. A number counts: on the command line it need not be quoted.
    fileprivate var isFilled: Bool {
        switch self {
        case .string(let text): !text.isEmpty
        case .number: true
        default: false
        }
    }
}
