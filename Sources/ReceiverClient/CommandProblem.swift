package import Commands
package import Configuration

/// The reason why a command failed, with its exit code.
package struct CommandProblem: Error, Equatable {
    package let code: ExitCode

    /// The messages for the user, one line each.
    package let lines: [String]

    /// Whether the same call may succeed later.
    package var isPassing = false

    /// The name of the problem in a response of the API (article Routes), such as `feed-changed`.
    package var type: String?

    package init(_ code: ExitCode, _ lines: [String]) {
        self.code = code
        self.lines = lines
    }

    package init(_ code: ExitCode, _ line: String) { self.init(code, [line]) }

    package init(_ error: UsageError) { self.init(.usage, error.text) }

    package init(_ error: ConfigurationProblems) {
        self.init(.configuration, error.problems.map(\.description))
    }
}

extension CommandArguments {
    /// Reads `--config` and `--set`.
    package func configurationRequest(
        context: ConfigurationContext = .current()
    ) throws(CommandProblem) -> ConfigurationRequest {
        do throws(UsageError) {
            return try ConfigurationRequest(self, context: context)
        } catch {
            throw CommandProblem(error)
        }
    }
}
