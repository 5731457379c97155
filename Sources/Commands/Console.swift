package import Sockets
import Synchronization

/// Where a command writes for its user.
package final class Console: Sendable {
    /// Whether people see standard output as it is written, on a terminal.
    package let isTerminal: Bool
    private let write: @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void
    private let lost = Atomic(false)

    /// - Parameters:
    ///   - isTerminal: what standard output is, where left out.
    ///   - write: takes whole texts; the program's own streams where left out.
    package init(
        isTerminal: Bool = StandardStream.output.isTerminal,
        write: @escaping @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void = {
            (stream, bytes) throws(SystemError) in try stream.write(bytes)
        }
    ) {
        self.isTerminal = isTerminal
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
    package func complain(_ line: String) {
        do throws(SystemError) {
            try write(.error, Array((line + "\n").utf8).span)
        } catch {
            // There is no other place left to say it.
            return
        }
    }
}
