import Synchronization
package import System
import Text

/// A program with commands: selects the one on the command line and runs it.
package struct Program: Sendable {
    /// The name in usage and error messages.
    package let name: String

    /// The purpose of the program, in one line.
    package let summary: String

    /// The commands, in the order of the overview.
    package let commands: [Command]

    package init(name: String, summary: String, commands: [Command]) {
        self.name = name
        self.summary = summary
        self.commands = commands
    }

    /// Runs the command line of the process and returns its exit status.
    ///
    /// Signals are held from the first instruction until a command handles them, so that one that
    /// arrives while a daemon starts is not lost.
    package static func main(_ program: @autoclosure () -> Program) -> Int32 {
        Signals.block()
        let program = program()
        let arguments = CurrentProcess.arguments()
        if program.command(named: arguments)?.receivesSignals != true { Signals.release() }
        return MainThread.wait { await program.run(arguments) }.rawValue
    }

    /// Runs a command line without the program's name, and returns the exit code.
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
            console.output("\(name) \(Version.description)\n")
            return .success
        case "--completion":
            console.output(completionScript)
            return .success
        case "--manual":
            return printManual(Array(arguments.dropFirst()), console)
        default: break
        }
        guard let command = command(named: arguments) else {
            return refuse(first, console)
        }
        return await run(command, Array(arguments.dropFirst(command.words.count)), console)
    }

    /// Prints the manual page of a command, or without a name that of the program.
    private func printManual(_ words: [String], _ console: Console) -> ExitCode {
        if words.isEmpty {
            console.output(manualPage)
            return .success
        }
        guard let command = commands.first(where: { $0.words == words }) else {
            return refuse(words.joined(separator: " "), console)
        }
        console.output(command.manualPage(program: self))
        return .success
    }

    private func refuse(_ command: String, _ console: Console) -> ExitCode {
        let nearest = nearestKey(to: command, among: commands.map(\.name))
        let hint = nearest.map { ", the nearest is \($0)" } ?? ""
        console.complain("\(name): unknown command \(quoted(command))\(hint)")
        return .usage
    }

    /// The command whose name the arguments begin with; nil if there is none.
    private func command(named arguments: [String]) -> Command? {
        // The longest name wins: "attention resolve" is not "attention" with an operand.
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
    /// The name, split into the words of a command line.
    package var words: [String] { name.split(separator: " ").map(String.init) }
}

/// The standard output and standard error of a command.
package final class Console: Sendable {
    /// Whether standard output is a terminal.
    package let isTerminal: Bool

    /// Whether texts may have characters outside ASCII; see ``LocaleCharacters``.
    package let isUTF8: Bool

    /// Whether standard error is a terminal.
    private let isErrorTerminal: Bool
    private let write: @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void
    private let lost = Atomic(false)

    /// - Parameters:
    ///   - isTerminal: by default, whether standard output is a terminal.
    ///   - isErrorTerminal: by default, whether standard error is a terminal.
    ///   - isUTF8: by default, whether the character set of the locale is UTF-8.
    ///   - write: writes one whole text; by default to the process's own streams.
    package init(
        isTerminal: Bool = StandardStream.output.isTerminal,
        isErrorTerminal: Bool = StandardStream.error.isTerminal,
        isUTF8: Bool = LocaleCharacters.isUTF8(CurrentProcess.environment()),
        write: @escaping @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void = {
            (stream, bytes) throws(SystemError) in try stream.write(bytes)
        }
    ) {
        self.isTerminal = isTerminal
        self.isErrorTerminal = isErrorTerminal
        self.isUTF8 = isUTF8
        self.write = write
    }

    /// Whether a write to standard output has failed.
    package var hasLostOutput: Bool { lost.load(ordering: .relaxed) }

    /// Writes `text`, which includes its line ends, to standard output. Characters that the locale
    /// does not have are escaped as in JSON.
    package func output(_ text: String) { output(bytes: Array(shown(text).utf8)) }

    private func shown(_ text: String) -> String { isUTF8 ? text : LocaleCharacters.ascii(text) }

    /// Writes bytes to standard output as they are; a text may be split anywhere.
    package func output(bytes: [UInt8]) {
        do throws(SystemError) {
            try write(.output, bytes.span)
        } catch {
            lost.store(true, ordering: .relaxed)
        }
    }

    /// Writes one line to standard error.
    package func complain(_ line: String) { writeError(line + "\n") }

    /// Shows the progress of a command on a terminal, replacing the text shown before.
    ///
    /// - Parameter text: one line; empty to clear it.
    package func progress(_ text: String) {
        // Return to the start of the line and erase it (ECMA-48, EL).
        if isErrorTerminal { writeError("\r\u{1B}[K" + text) }
    }

    private func writeError(_ text: String) {
        do throws(SystemError) {
            let text = isUTF8 ? text : text.replacing("\u{2026}", with: "...")
            try write(.error, Array(shown(text).utf8).span)
        } catch {
            // There is no other stream to report the failure on.
            return
        }
    }
}

/// Exit codes of the program (sysexits.h).
package enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case usage = 64
    case badData = 65
    case unavailable = 69
    case internalError = 70
    case inputOutput = 74
    case configuration = 78

    /// The general meaning of the code, for `--help`.
    var meaning: String {
        switch self {
        case .success: "done"
        case .usage: "the command line is wrong"
        case .badData: "the input data is invalid"
        case .unavailable: "a required file or service is not available"
        case .internalError: "an internal error of the program"
        case .inputOutput: "reading or writing failed"
        case .configuration: "the configuration is wrong; every problem is listed"
        }
    }
}
