import CLinux
import Glibc
import Synchronization

/// A socket that connections can be made to.
package final class Listener: Sendable {
    /// Where it really listens: with the port that the system chose.
    package let address: SocketAddress

    private let descriptor: Mutex<Descriptor?>
    private let file: SocketFile?

    /// Takes over a socket that listens already; `file` is to be removed at the end.
    init(_ descriptor: consuming Descriptor, file: SocketFile? = nil) throws(SystemError) {
        address = try descriptor.localAddress()
        if case .ip = address {
            // Answers are written whole. Connections inherit the option from their listener.
            try descriptor.setOption(CInt(IPPROTO_TCP), TCP_NODELAY, to: 1)
        }
        self.descriptor = Mutex(descriptor)
        self.file = file
    }

    deinit { close() }

    /// Stops listening; who waits to be accepted is reset. Removes a Unix socket's file.
    package func close() {
        let open = descriptor.withLock { $0.take() }
        if open != nil { file?.remove() }
    }

    /// Takes one waiting connection, or nil when none waits or the listener is closed.
    ///
    /// Wraps `accept4(2)`. A connection that broke while it waited is passed over.
    package func accept() throws(SystemError) -> Accepted? {
        guard let raw else { return nil }
        while true {
            do throws(SystemError) {
                return try Accepted(acceptingOn: raw)
            } catch {
                switch error.code {
                case EAGAIN: return nil
                // accept(2): errors of the new connection itself count as that connection's end.
                case ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH,
                    ENETUNREACH, EPERM:
                    continue
                default: throw error
                }
            }
        }
    }

    /// The descriptor's number, while it is open.
    var raw: CInt? {
        descriptor.withLock { (descriptor: inout Descriptor?) -> CInt? in descriptor?.raw }
    }
}

/// A new connection, and who made it.
package struct Accepted: ~Copyable {
    package let peer: SocketAddress
    private let descriptor: Descriptor

    /// Takes one connection that waits on the listening socket `raw`.
    fileprivate init(acceptingOn raw: CInt) throws(SystemError) {
        let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = try unsafe withUnsafeMutablePointer(to: &storage) {
            (pointer) throws(SystemError) in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(SystemError) in
                try retryingOnInterrupt("accept4") { unsafe accept4(raw, address, &size, flags) }
            }
        }
        descriptor = Descriptor(owning: accepted)
        peer = SocketAddress(storage, size: size) ?? .unix(path: "")
    }

    /// The connection alone.
    package consuming func take() -> Descriptor { descriptor }
}
