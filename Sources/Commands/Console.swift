package import Sockets
import Synchronization

/// Where a command writes for its user.
package final class Console: Sendable {
    private let write: @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void
    private let lost = Atomic(false)

    /// - Parameter write: takes whole texts; the program's own streams where left out.
    package init(
        write: @escaping @Sendable (StandardStream, Span<UInt8>) throws(SystemError) -> Void = {
            (stream, bytes) throws(SystemError) in try stream.write(bytes)
        }
    ) {
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
