import Foundation
import Glibc
import Support

/// A pseudo terminal, for what a program shows to people who wait.
enum Terminal {
    /// `TIOCSPTLCK` and `TIOCGPTN`, which Swift does not import: ioctl_tty(2).
    private static let unlockRequest: CUnsignedLong = 0x4004_5431
    private static let numberRequest: CUnsignedLong = 0x8004_5430

    /// Runs a program whose standard error is a terminal, and returns how it ended and what it
    /// showed there.
    static func run(
        _ path: String,
        _ arguments: [String],
        output: String = "/dev/null"
    ) throws -> (end: ChildProcess.End, shown: String) {
        let own = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (CInt, CUnsignedInt) = (0, 0)
        guard own >= 0, ioctl(own, unlockRequest, &lock) == 0,
            ioctl(own, numberRequest, &number) == 0
        else { throw ChildProcess.Failure.call("ptmx", errno) }
        let reader = TerminalReader(own)
        // Open here as well: without any, the terminal would be hung up before the program runs.
        let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard other >= 0 else { throw ChildProcess.Failure.call("open", errno) }
        let id = try spawn([path] + arguments) { actions in
            actions.redirectInput()
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, other, STDERR_FILENO)
        }
        close(other)
        let (exitCode, signal) = waitForEnd(of: id)
        return (exitCode.map { .exited($0) } ?? .signalled(signal), reader.text())
    }
}

/// Reads a terminal to its end, on a thread of its own: a program must not wait for it.
private final class TerminalReader: @unchecked Sendable {
    private let end = DispatchSemaphore(value: 0)
    private var bytes: [UInt8] = []

    init(_ descriptor: CInt) {
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                // EIO: the last process has closed its end.
                if count <= 0 { break }
                bytes += buffer[..<count]
            }
            close(descriptor)
            end.signal()
        }
    }

    /// All that was shown. To be called once, when the program has ended.
    func text() -> String {
        end.wait()
        return String(decoding: bytes, as: UTF8.self)
    }
}
