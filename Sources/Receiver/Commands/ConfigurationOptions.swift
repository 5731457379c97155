import Commands
import System

extension CommandOption {
    static let config = CommandOption(
        name: "--config",
        value: "FILE",
        summary: "The configuration; \(ConfigurationRequest.standardFile) by default."
    )
    static let set = CommandOption(
        name: "--set",
        value: "KEY=VALUE",
        summary: "Overrides one key; VALUE is JSON5, or a plain string where it is none.",
        isRepeatable: true
    )
}

/// Which configuration a command line asks for; it can be loaded again and again.
struct ConfigurationRequest: Sendable {
    static let standardFile = "/etc/cashin-receiver/config.json5"

    let file: String
    let overrides: [ConfigurationOverride]
    let context: ConfigurationContext

    /// Reads `--config` and `--set`.
    init(_ arguments: CommandArguments, context: ConfigurationContext) throws(UsageError) {
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

    func load() throws(ConfigurationProblems) -> LoadedConfiguration {
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

/// Loads what a command line asks for; on failure everything wrong has been told.
func loadConfiguration(
    _ arguments: CommandArguments,
    _ console: Console
) -> Result<(ConfigurationRequest, LoadedConfiguration), CommandFailure> {
    do throws(UsageError) {
        let request = try ConfigurationRequest(arguments, context: .current())
        do throws(ConfigurationProblems) {
            return .success((request, try request.load()))
        } catch {
            for problem in error.problems { console.complain(problem.description) }
            return .failure(CommandFailure(code: .configuration))
        }
    } catch {
        console.complain("\(Program.receiver.name): \(error.text)")
        return .failure(CommandFailure(code: .usage))
    }
}

/// A command that ends early, its reason told already.
struct CommandFailure: Error {
    let code: ExitCode
}
