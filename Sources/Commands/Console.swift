package import System
import Synchronization

/// The standard output and standard error of a command.
package final class Console: Sendable {
    /// Whether standard output is a terminal.
    package let isTerminal: Bool

    /// Whether standard error is a terminal.
    private let isErrorTerminal: Bool
    private let write: @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void
    private let lost = Atomic(false)

    /// - Parameters:
    ///   - isTerminal: by default, whether standard output is a terminal.
    ///   - isErrorTerminal: by default, whether standard error is a terminal.
    ///   - write: writes one whole text; by default to the process's own streams.
    package init(
        isTerminal: Bool = StandardStream.output.isTerminal,
        isErrorTerminal: Bool = StandardStream.error.isTerminal,
        write: @escaping @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void = {
            (stream, bytes) throws(SystemError) in try stream.write(bytes)
        }
    ) {
        self.isTerminal = isTerminal
        self.isErrorTerminal = isErrorTerminal
        self.write = write
    }

    /// Whether a write to standard output has failed.
    package var hasLostOutput: Bool { lost.load(ordering: .relaxed) }

    /// Writes `text`, which includes its line ends, to standard output.
    package func output(_ text: String) {
        do throws(SystemError) {
            try write(.output, Array(text.utf8).span)
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
            try write(.error, Array(text.utf8).span)
        } catch {
            // There is no other stream to report the failure on.
            return
        }
    }
}
