import Text
import System

/// A program made of commands: finds the one that was asked for and runs it.
package struct Program: Sendable {
    /// How the program calls itself.
    package let name: String

    /// What it is for, in one line.
    package let summary: String

    /// In the order of the list.
    package let commands: [Command]

    package init(name: String, summary: String, commands: [Command]) {
        self.name = name
        self.summary = summary
        self.commands = commands
    }

    /// The whole of a program: runs the process's command line and returns its exit status.
    ///
    /// Signals are held from the first instruction on, until a command receives them: one that
    /// arrives during the start of a daemon is acted on when it can be.
    package static func main(_ program: @autoclosure () -> Program) -> Int32 {
        Signals.hold()
        let program = program()
        let arguments = CurrentProcess.arguments()
        if program.command(named: arguments)?.receivesSignals != true { Signals.release() }
        return MainThread.wait { await program.run(arguments) }.rawValue
    }

    /// Runs a command line without the program's name, and returns what to exit with.
    package func run(_ arguments: [String], console: Console = Console()) async -> ExitCode {
        let code = await dispatch(arguments, console)
        return code == .success && console.hasLostOutput ? .inputOutput : code
    }

    private func dispatch(_ arguments: [String], _ console: Console) async -> ExitCode {
        guard let first = arguments.first else {
            console.complain(overview)
            return .usage
        }
        switch first {
        case "--help", "-h", "help":
            console.output(overview)
            return .success
        case "--version":
            console.output("\(name) \(Version.text)\n")
            return .success
        default: break
        }
        guard let command = command(named: arguments) else {
            let nearest = nearestKey(to: first, among: commands.map(\.name))
            let hint = nearest.map { ", the nearest is \($0)" } ?? ""
            console.complain("\(name): unknown command \(quoted(first))\(hint)")
            return .usage
        }
        return await run(command, Array(arguments.dropFirst(command.words.count)), console)
    }

    /// The command that a command line begins with.
    private func command(named arguments: [String]) -> Command? {
        // The longest name wins: "attention resolve" is more than "attention" with an operand.
        let named = commands.filter { arguments.starts(with: $0.words) }
        return named.max { $0.words.count < $1.words.count }
    }

    private func run(
        _ command: Command,
        _ arguments: [String],
        _ console: Console
    ) async -> ExitCode {
        if arguments.prefix(while: { $0 != "--" }).contains(where: ["--help", "-h"].contains) {
            console.output(command.help(program: name))
            return .success
        }
        let parsed: CommandArguments
        do throws(UsageError) {
            parsed = try command.parse(arguments)
        } catch {
            console.complain("\(name) \(command.name): \(error.text)")
            console.complain("See \(name) \(command.name) --help")
            return .usage
        }
        return await command.run(parsed, console)
    }
}

extension Command {
    /// The name as it stands on a command line.
    package var words: [String] { name.split(separator: " ").map(String.init) }
}
