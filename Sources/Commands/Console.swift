package import System
import Synchronization

/// Where a command writes for its user.
package final class Console: Sendable {
    /// Whether people see standard output as it is written, on a terminal.
    package let isTerminal: Bool

    /// Whether people see standard error as it is written.
    private let isErrorTerminal: Bool
    private let write: @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void
    private let lost = Atomic(false)

    /// - Parameters:
    ///   - isTerminal: what standard output is, where left out.
    ///   - isErrorTerminal: the same of standard error.
    ///   - write: takes whole texts; the program's own streams where left out.
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

    /// Whether something meant for standard output did not get there.
    package var hasLostOutput: Bool { lost.load(ordering: .relaxed) }

    /// Writes `text`, which ends its own lines, to standard output.
    package func output(_ text: String) {
        do throws(SystemError) {
            try write(.output, Array(text.utf8).span)
        } catch {
            lost.store(true, ordering: .relaxed)
        }
    }

    /// Writes one line to standard error.
    package func complain(_ line: String) { writeError(line + "\n") }

    /// Shows how far a command is, on a terminal only, in place of what was shown before.
    ///
    /// - Parameter text: one line; empty to remove it.
    package func progress(_ text: String) {
        // Back to the start of the line, and erase it (ECMA-48, EL).
        if isErrorTerminal { writeError("\r\u{1B}[K" + text) }
    }

    private func writeError(_ text: String) {
        do throws(SystemError) {
            try write(.error, Array(text.utf8).span)
        } catch {
            // There is no other place left to say it.
            return
        }
    }
}
