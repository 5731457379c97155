package import Commands
package import Configuration

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
