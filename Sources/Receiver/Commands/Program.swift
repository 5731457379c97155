import Sockets

/// The program `cashin-receiver`: finds the command and runs it.
package enum Program {
    /// How the program calls itself.
    static let name = "cashin-receiver"

    /// The whole program: runs a command line and returns the process's exit status.
    package static func main(_ arguments: [String]) -> Int32 {
        MainThread.wait { await run(arguments) }.rawValue
    }

    /// Runs a command line without the program's name, and returns what to exit with.
    package static func run(_ arguments: [String], console: Console = Console()) async -> ExitCode {
        let code = await dispatch(arguments, console)
        return code == .success && console.hasLostOutput ? .inputOutput : code
    }

    private static func dispatch(_ arguments: [String], _ console: Console) async -> ExitCode {
        guard let first = arguments.first else {
            console.complain(Command.overview(program: name))
            return .usage
        }
        switch first {
        case "--help", "-h", "help":
            console.output(Command.overview(program: name))
            return .success
        case "--version":
            console.output("\(name) \(Version.text)\n")
            return .success
        default: break
        }
        guard let command = Command.all.first(where: { $0.name == first }) else {
            let nearest = nearestKey(to: first, among: Command.all.map(\.name))
            let hint = nearest.map { ", the nearest is \($0)" } ?? ""
            console.complain("\(name): unknown command \(JSON5Value.literal(first))\(hint)")
            return .usage
        }
        return await run(command, Array(arguments.dropFirst()), console)
    }

    private static func run(
        _ command: Command,
        _ arguments: [String],
        _ console: Console
    ) async -> ExitCode {
        if arguments.contains("--help") || arguments.contains("-h") {
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
