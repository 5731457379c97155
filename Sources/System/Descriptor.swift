import Glibc
import Synchronization

/// An open descriptor and the duty to close it, once.
package struct Descriptor: ~Copyable {
    /// The number, for C and Dispatch. It must not outlive this value.
    let raw: CInt

    /// Takes over `raw`, which nothing else may close.
    init(owning raw: CInt) { self.raw = raw }

    deinit {
        // Linux gives the number up whatever close(2) returns; a second attempt could close the
        // descriptor that another thread has just opened under it.
        _ = Glibc.close(raw)
    }
}

extension Descriptor {
    /// What became of an attempt to receive.
    package enum Received: Equatable, Sendable {
        /// So many bytes, at least one, at the front of the buffer.
        case bytes(Int)
        /// Nothing is there yet.
        case wouldBlock
        /// The peer has ended its side; nothing more will come.
        case ended
    }

    /// Takes bytes that have arrived, as many as `buffer`, which is not empty, has room for.
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

    /// Hands bytes to the kernel and returns how many it took; 0 when its buffer is full.
    ///
    /// A peer that has gone is an error, never a signal. Wraps `send(2)`.
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

    /// Ends our side: the peer will read to the end of what was sent. Wraps `shutdown(2)`.
    package borrowing func endSending() throws(SystemError) {
        let raw = raw
        _ = try retryingOnInterrupt("shutdown") { shutdown(raw, CInt(SHUT_WR)) }
    }

    /// Makes closing discard what was not sent yet and reset the connection.
    ///
    /// For a peer that does not read: without it the kernel would keep the bytes for minutes.
    /// Wraps `setsockopt(2)`, `SO_LINGER`.
    package borrowing func resetOnClose() throws(SystemError) {
        let raw = raw
        var value = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        _ = try retryingOnInterrupt("setsockopt") {
            unsafe setsockopt(raw, SOL_SOCKET, SO_LINGER, &value, size)
        }
    }
}

/// Carries a descriptor into a closure, which cannot own one itself.
final class DescriptorBox: Sendable {
    private let content: Mutex<Descriptor?>

    init(_ descriptor: consuming Descriptor) { content = Mutex(descriptor) }

    /// The descriptor, the first time.
    func take() -> Descriptor? { content.withLock { $0.take() } }
}
