package import Commands
package import Configuration
import ReceiverClient
import System

extension Command {
    static let checkConfig = Command(
        name: "check-config",
        summary: "Checks a configuration and prints its effective values, without secrets.",
        options: [.config, .set],
        exitCodes: [.inputOutput, .configuration],
        example: "check-config --config /etc/cashin-receiver/config.json5",
        run: runCheckConfig
    )
}

@Sendable private func runCheckConfig(
    _ arguments: CommandArguments,
    _ console: Console
) async -> ExitCode {
    switch loadConfiguration(arguments, console) {
    case .failure(let failure): return failure.code
    case .success((_, let loaded)):
        let check = StartCheck(loaded: loaded, passedNames: PassedSockets.currentNames())
        let problems = check.problems
        guard problems.isEmpty else {
            for problem in problems { console.complain(problem.description) }
            return .configuration
        }
        console.output("// Effective values: defaults included, paths resolved, secrets omitted.\n")
        console.output(loaded.effectiveText)
        for warning in loaded.warnings { console.complain(warning.warningDescription) }
        return .success
    }
}

/// Loads the configuration that a command line names; on failure all problems are printed.
package func loadConfiguration(
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
        console.complain("\(programName): \(error.text)")
        return .failure(CommandFailure(code: .usage))
    }
}

/// The exit code of a command whose problem was printed already.
package struct CommandFailure: Error {
    package let code: ExitCode
}
