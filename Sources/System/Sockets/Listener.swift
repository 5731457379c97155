import CLinux
import Glibc
import Synchronization

/// A socket that accepts connections.
package final class Listener: Sendable {
    /// The actual address, with the port that the system chose.
    package let address: SocketAddress

    private let descriptor: Mutex<Descriptor?>
    private let file: SocketFile?

    /// Takes ownership of a listening socket; `file` is removed when it is closed.
    init(_ descriptor: consuming Descriptor, file: SocketFile? = nil) throws(SystemError) {
        address = try descriptor.localAddress()
        if case .ip = address {
            // Responses are written in one piece. Connections inherit the option from their
            // listener.
            try descriptor.setOption(CInt(IPPROTO_TCP), TCP_NODELAY, to: 1)
        }
        self.descriptor = Mutex(descriptor)
        self.file = file
    }

    deinit { close() }

    /// Stops listening and removes the file of a Unix socket; connections that wait to be accepted
    /// are reset.
    package func close() {
        let open = descriptor.withLock { $0.take() }
        if open != nil { file?.remove() }
    }

    /// Accepts one waiting connection; nil when none waits or the listener is closed.
    ///
    /// Wraps `accept4(2)`. Connections that broke while they waited are skipped.
    package func accept() throws(SystemError) -> Accepted? {
        guard let raw else { return nil }
        while true {
            do throws(SystemError) {
                return try Accepted(acceptingOn: raw)
            } catch {
                switch error.code {
                case EAGAIN: return nil
                // accept(2): errors of the new connection concern that connection only.
                case ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH,
                    ENETUNREACH, EPERM:
                    continue
                default: throw error
                }
            }
        }
    }

    /// The number of the descriptor; nil when it is closed.
    var raw: CInt? {
        descriptor.withLock { (descriptor: inout Descriptor?) -> CInt? in descriptor?.raw }
    }
}

/// A new connection, with the address of the client.
package struct Accepted: ~Copyable {
    package let peer: SocketAddress
    private let descriptor: Descriptor

    /// Accepts one connection that waits on the listening socket `raw`.
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

    /// The connection without the address.
    package consuming func take() -> Descriptor { descriptor }
}
