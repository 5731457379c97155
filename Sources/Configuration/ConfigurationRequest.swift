package import Commands
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
        return ConfigurationContext(
            environment: CurrentProcess.environment(),
            descriptorsMax: descriptorsMax
        )
    }
}
