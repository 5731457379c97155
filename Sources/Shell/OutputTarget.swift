import Commands
import ReceiverClient
import Synchronization
import System
import Text

/// Where a stream of the API goes: a new file, or standard output.
final class OutputTarget: Sendable {
    private struct State {
        var bytesCount = 0

        /// Why the target accepts nothing more.
        var problem: CommandProblem?
    }

    private let path: String?
    private let option: String
    private let work: String
    private let file: NewFile?
    private let console: Console
    private let state = Mutex(State())

    /// Creates the file; one that exists is a problem, and stays as it is.
    ///
    /// - Parameters:
    ///   - path: nil for standard output.
    ///   - option: the option that names the file, for problems.
    ///   - work: what takes the time, such as `exporting`.
    init(
        _ path: String?,
        of option: String,
        doing work: String,
        _ console: Console
    ) throws(CommandProblem) {
        self.path = path
        self.option = option
        self.work = work
        self.console = console
        guard let path else {
            file = nil
            return
        }
        do throws(FileError) {
            file = try NewFile(path, mode: 0o600)
        } catch {
            throw Self.problem(option, path, error)
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
                    state.problem = Self.problem(option, path, error)
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
            // On the terminal that shows the stream, progress would only be in its way.
            if file != nil || !console.isTerminal {
                console.progress("\(work): \(state.bytesCount / 1_000) KB")
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
            throw Self.problem(option, path, error)
        }
    }

    private static func problem(
        _ option: String,
        _ path: String,
        _ error: FileError
    ) -> CommandProblem {
        CommandProblem(.inputOutput, "\(option) \(quoted(path)) cannot be written, \(error)")
    }
}
