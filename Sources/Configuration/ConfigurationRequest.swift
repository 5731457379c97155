package import Commands
import System

extension CommandOption {
    package static let config = CommandOption(
        name: "--config",
        value: "FILE",
        summary: "The configuration; \(ConfigurationRequest.standardFile) by default."
    )
    package static let set = CommandOption(
        name: "--set",
        value: "KEY=VALUE",
        summary: "Overrides one key; VALUE is JSON5, or a plain string where it is none.",
        isRepeatable: true
    )
}

/// Which configuration a command line asks for; it can be loaded again and again.
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
    /// This process's.
    package static func current() -> ConfigurationContext {
        let descriptorsMax: Int
        do throws(SystemError) {
            descriptorsMax = try FileLimit.current().hard
        } catch {
            // Without a known limit, no cap can be said to exceed it.
            descriptorsMax = .max
        }
        return ConfigurationContext(
            environment: CurrentProcess.environment(),
            descriptorsMax: descriptorsMax
        )
    }
}
