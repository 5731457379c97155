package import Commands
import Crypto
import JSON5
package import Ledger
import System

extension CommandOption {
    package static let config = CommandOption(
        name: "--config",
        value: "FILE",
        summary: "The configuration file; \(ConfigurationRequest.standardFile) by default."
    )
    package static let set = CommandOption(
        name: "--set",
        value: "KEY=VALUE",
        summary: "Overrides one key; a VALUE that is not JSON5 is taken as a string.",
        isRepeatable: true
    )
}

/// The configuration that a command line names; a reload loads it again.
package struct ConfigurationRequest: Sendable {
    package static let standardFile = "/etc/cashin-receiver/config.json5"

    package let file: String
    package let overrides: [ConfigurationOverride]
    package let context: ConfigurationContext

    /// Reads `--config` and `--set`.
    package init(_ arguments: CommandArguments, context: ConfigurationContext) throws(UsageError) {
        file = arguments.one(.config) ?? Self.standardFile
        var overrides: [ConfigurationOverride] = []
        for argument in arguments.all(.set) {
            guard let override = ConfigurationOverride(argument) else {
                throw UsageError(text: "--set \(JSON5Value.literal(argument)): expected KEY=VALUE")
            }
            overrides.append(override)
        }
        self.overrides = overrides
        self.context = context
    }

    package func load() throws(ConfigurationProblems) -> LoadedConfiguration {
        try LoadedConfiguration.load(file: file, overrides: overrides, context: context)
    }
}

extension ConfigurationContext {
    /// The environment and the descriptor limit of this process.
    package static func current() -> ConfigurationContext {
        let descriptorsMax: Int
        do throws(SystemError) {
            descriptorsMax = try FileLimit.current().hard
        } catch {
            // If the limit is unknown, no configured number is reported as exceeding it.
            descriptorsMax = .max
        }
        var context = ConfigurationContext(
            environment: CurrentProcess.environment(),
            descriptorsMax: descriptorsMax
        )
        context.hasTrustedCertificates = { !SystemTrustStore.isEmpty }
        return context
    }
}

/// The part of a configuration that the commands on database files need.
///
/// Only the section `storage` is checked. An invalid key of another section, or an environment
/// variable that only the service manager sets, must not prevent a restore.
package struct DatabaseSettings: Sendable {
    package let storage: Configuration.Storage

    /// Like ``Configuration/isReceiveOnly``, but determined from the keys without reading the
    /// files.
    package let isReceiveOnly: Bool

    /// The value of `reconcile.enabled`.
    fileprivate let isReconciling: Bool

    /// The policy for the queries and entries that a restore creates.
    package var policy: LedgerPolicy {
        var policy = LedgerPolicy()
        policy.isOutbound = !isReceiveOnly
        policy.isReconciling = isReconciling
        return policy
    }
}

extension ConfigurationRequest {
    /// Reads the settings that the commands on database files need.
    package func loadDatabaseSettings() throws(ConfigurationProblems) -> DatabaseSettings {
        let root = try LoadedConfiguration.root(of: file, overrides: overrides)
        var context = context
        context.readsFiles = false
        let reader = ConfigurationReader(file: file, overrides: overrides, context: context)
        let (storage, _) = ConfigurationSection.read(root, by: reader) { root in
            root.section("storage") { Configuration.Storage($0) }
        }
        // This reader reports all other sections as unknown; those that exist are no problems.
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
    /// Whether the value is a text that is not empty.
    ///
    /// A number counts as well, because a text need not be quoted on the command line.
    fileprivate var isFilled: Bool {
        switch self {
        case .string(let text): !text.isEmpty
        case .number: true
        default: false
        }
    }
}
