package import Commands
package import Configuration

/// Loads what a command line asks for; on failure everything wrong has been told.
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

/// A command that ends early, its reason told already.
package struct CommandFailure: Error {
    package let code: ExitCode
}
