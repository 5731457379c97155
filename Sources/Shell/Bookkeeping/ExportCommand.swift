package import Commands
import Configuration
import ReceiverClient
import Synchronization
import System
import Text

extension Command {
    package static let export = Command(
        running: ExportCommand.self,
        name: "export",
        summary: "Writes the payments or transitions of a period as CSV.",
        options: ExportCommand.options,
        scope: .journal,
        responseSeconds: 3_600,
        example: "export --what payments --from 2026-11-01 --to 2026-12-01 --out november.csv"
    )
}

/// `GET /v1/export`
struct ExportCommand: APICommand {
    static let options = filters.map(\.option) + [out]
    static let streams = true

    private static let filters =
        [
            ListFilter(
                "--what",
                value: "WHAT",
                as: "what",
                "What to export: payments (default) or transitions."
            )
        ] + ListFilter.bookkeepingPeriod
    private static let out = CommandOption(
        name: "--out",
        value: "FILE",
        summary: "Writes to this new file (mode 0600) instead of standard output."
    )

    private let parameters: [(name: String, value: String?)]
    private let file: String?

    init(_ arguments: CommandArguments) throws(UsageError) {
        parameters = ListFilter.parameters(Self.filters, arguments)
        file = arguments.one(Self.out)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let target = try ExportTarget(file, session.console)
        defer { session.console.progress("") }
        do throws(CommandProblem) {
            try await session.api.stream(["v1", "export"], parameters) { target.write($0) }
        } catch {
            throw target.problem ?? error
        }
        try target.finish()
    }
}

/// Where an export goes: a new file, or standard output.
private final class ExportTarget: Sendable {
    private struct State {
        var bytesCount = 0

        /// Why the target accepts nothing more.
        var problem: CommandProblem?
    }

    private let path: String?
    private let file: NewFile?
    private let console: Console
    private let state = Mutex(State())

    /// Creates the file; one that exists is a problem, and stays as it is.
    init(_ path: String?, _ console: Console) throws(CommandProblem) {
        self.path = path
        self.console = console
        guard let path else {
            file = nil
            return
        }
        do throws(FileError) {
            file = try NewFile(path, mode: 0o600)
        } catch {
            throw Self.problem(path, error)
        }
    }

    var problem: CommandProblem? { state.withLock { $0.problem } }

    /// Writes a part; returns whether the target accepts more.
    func write(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            state.bytesCount += bytes.count
            if let file, let path {
                do throws(FileError) {
                    try file.append(bytes)
                } catch {
                    state.problem = Self.problem(path, error)
                }
            } else {
                console.output(bytes: bytes)
                if console.hasLostOutput {
                    state.problem = CommandProblem(
                        .inputOutput,
                        "standard output cannot be written"
                    )
                }
            }
            // On the terminal that shows the export, progress would only be in its way.
            if file != nil || !console.isTerminal {
                console.progress("exporting: \(state.bytesCount / 1_000) KB")
            }
            return state.problem == nil
        }
    }

    /// Makes the file durable.
    func finish() throws(CommandProblem) {
        guard let file, let path else { return }
        do throws(FileError) {
            try file.finish()
        } catch {
            throw Self.problem(path, error)
        }
    }

    private static func problem(_ path: String, _ error: FileError) -> CommandProblem {
        CommandProblem(.inputOutput, "--out \(quoted(path)) cannot be written, \(error)")
    }
}
