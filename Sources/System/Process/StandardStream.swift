import Glibc

/// One of the two output streams of a program.
package enum StandardStream: Sendable {
    case output, error

    private var raw: CInt { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Whether it is a terminal. Wraps `isatty(3)`.
    package var isTerminal: Bool { isatty(raw) == 1 }

    /// Writes all of `bytes`, with one call if the stream accepts them.
    ///
    /// Waits for a full stream, at most `waitMilliseconds` at a time: another process that shares
    /// the stream may have made it non-blocking. Wraps `write(2)`.
    package func write(_ bytes: Span<UInt8>, waitMilliseconds: CInt = 1000) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            do throws(SystemError) {
                written += try write(bytes.extracting(written..<bytes.count))
            } catch {
                guard error.code == EAGAIN, try isWritable(within: waitMilliseconds) else {
                    throw error
                }
            }
        }
    }

    /// Waits until the reader of the stream has closed it, which only a pipe or a socket reports,
    /// or until the latch is open. Blocks the calling thread. Wraps `poll(2)`.
    ///
    /// - Returns: whether the reader has closed it.
    package func waitUntilUnread(orUntil latch: Latch) throws(SystemError) -> Bool {
        // Without requested events, poll(2) reports only errors and hang-ups.
        var entries = [
            pollfd(fd: raw, events: 0, revents: 0),
            pollfd(fd: latch.raw, events: Int16(POLLIN), revents: 0),
        ]
        _ = try retryingOnInterrupt("poll") { unsafe poll(&entries, 2, -1) }
        return entries[0].revents != 0 && entries[1].revents == 0
    }

    private func write(_ bytes: Span<UInt8>) throws(SystemError) -> Int {
        let raw = raw
        return try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            while true {
                let count = unsafe Glibc.write(raw, bytes.baseAddress, bytes.count)
                if count >= 0 { return count }
                // A closed standard stream (EBADF) is the choice of the parent process, not a
                // mistake of this program.
                let code = errno
                if code != EINTR { throw SystemError(call: "write", code: code) }
            }
        }
    }

    private func isWritable(within milliseconds: CInt) throws(SystemError) -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        return try retryingOnInterrupt("poll") { unsafe poll(&entry, 1, milliseconds) } > 0
    }
}
