import Commands
import Configuration

/// The reason why a command failed, with its exit code.
struct CommandProblem: Error, Equatable {
    let code: ExitCode

    /// The messages for the user, one line each.
    let lines: [String]

    /// Whether the same call may succeed later.
    var isPassing = false

    /// The name of the problem in a response of the API (article Routes), such as `feed-changed`.
    var type: String?

    init(_ code: ExitCode, _ lines: [String]) {
        self.code = code
        self.lines = lines
    }

    init(_ code: ExitCode, _ line: String) { self.init(code, [line]) }

    init(_ error: UsageError) { self.init(.usage, error.text) }

    init(_ error: ConfigurationProblems) {
        self.init(.configuration, error.problems.map(\.description))
    }
}

extension CommandArguments {
    /// Reads `--config` and `--set`.
    func configurationRequest(
        context: ConfigurationContext = .current()
    ) throws(CommandProblem) -> ConfigurationRequest {
        do throws(UsageError) {
            return try ConfigurationRequest(self, context: context)
        } catch {
            throw CommandProblem(error)
        }
    }
}
