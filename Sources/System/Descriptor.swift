import Glibc
import Synchronization

/// An open descriptor that is closed exactly once, when the value is discarded.
package struct Descriptor: ~Copyable {
    /// The number, for C and Dispatch; it must not be used after this value is discarded.
    let raw: CInt

    /// Takes ownership of `raw`, which no other code may close.
    init(owning raw: CInt) { self.raw = raw }

    deinit {
        // Linux frees the number whatever close(2) returns. A second attempt could close a
        // descriptor that another thread has just opened under the same number.
        _ = Glibc.close(raw)
    }
}

extension Descriptor {
    /// The result of an attempt to receive.
    package enum Received: Equatable, Sendable {
        /// This many bytes, at least one, at the start of the buffer.
        case bytes(Int)
        /// No bytes have arrived yet.
        case wouldBlock
        /// The peer has closed its sending side; no bytes will follow.
        case ended
    }

    /// Receives bytes that have arrived, as many as `buffer`, which must not be empty, has room
    /// for.
    ///
    /// Wraps `recv(2)`.
    package borrowing func receive(into buffer: inout [UInt8]) throws(SystemError) -> Received {
        precondition(!buffer.isEmpty, "no room to receive into")
        let raw = raw
        do throws(SystemError) {
            let count = try unsafe buffer.withUnsafeMutableBufferPointer {
                (bytes) throws(SystemError) in
                try retryingOnInterrupt("recv") {
                    unsafe recv(raw, bytes.baseAddress, bytes.count, 0)
                }
            }
            return count == 0 ? .ended : .bytes(count)
        } catch {
            if error.code == EAGAIN { return .wouldBlock }
            throw error
        }
    }

    /// Passes bytes to the kernel; returns how many it accepted, 0 when its buffer is full.
    ///
    /// A closed connection is an error, never a signal. Wraps `send(2)`.
    package borrowing func send(_ bytes: Span<UInt8>) throws(SystemError) -> Int {
        let raw = raw
        let flags = CInt(MSG_NOSIGNAL)
        do throws(SystemError) {
            return try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
                try retryingOnInterrupt("send") {
                    unsafe Glibc.send(raw, bytes.baseAddress, bytes.count, flags)
                }
            }
        } catch {
            if error.code == EAGAIN { return 0 }
            throw error
        }
    }

    /// Closes the sending side: the peer reads to the end of what was sent. Wraps `shutdown(2)`.
    package borrowing func endSending() throws(SystemError) {
        let raw = raw
        _ = try retryingOnInterrupt("shutdown") { shutdown(raw, CInt(SHUT_WR)) }
    }

    /// Makes closing discard unsent bytes and reset the connection.
    ///
    /// For a peer that does not read: otherwise the kernel would keep the bytes for minutes. Wraps
    /// `setsockopt(2)`, `SO_LINGER`.
    package borrowing func resetOnClose() throws(SystemError) {
        let raw = raw
        var value = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        _ = try retryingOnInterrupt("setsockopt") {
            unsafe setsockopt(raw, SOL_SOCKET, SO_LINGER, &value, size)
        }
    }
}

/// Passes a descriptor into a closure, which cannot own one.
final class DescriptorBox: Sendable {
    private let content: Mutex<Descriptor?>

    init(_ descriptor: consuming Descriptor) { content = Mutex(descriptor) }

    /// The descriptor on the first call, then nil.
    func removeDescriptor() -> Descriptor? { content.withLock { $0.take() } }
}
