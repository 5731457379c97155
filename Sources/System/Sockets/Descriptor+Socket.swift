import CLinux
import Glibc

// Creates sockets, all non-blocking and close-on-exec from the start.
extension Descriptor {
    /// Creates a stream socket of the address family. Wraps `socket(2)`.
    static func streamSocket(_ family: CInt) throws(SystemError) -> Descriptor {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return Descriptor(owning: try retryingOnInterrupt("socket") { socket(family, type, 0) })
    }

    /// Wraps `bind(2)`.
    borrowing func bind(to address: SocketAddress) throws(SystemError) {
        let raw = raw
        _ = try unsafe address.withSockaddr { (pointer, size) throws(SystemError) in
            try retryingOnInterrupt("bind") { unsafe Glibc.bind(raw, pointer, size) }
        }
    }

    /// Wraps `connect(2)`.
    borrowing func connect(to address: SocketAddress) throws(SystemError) {
        let raw = raw
        _ = try unsafe address.withSockaddr { (pointer, size) throws(SystemError) in
            try retryingOnInterrupt("connect") { unsafe Glibc.connect(raw, pointer, size) }
        }
    }

    /// Wraps `listen(2)`.
    borrowing func listen(backlog: CInt) throws(SystemError) {
        let raw = raw
        _ = try retryingOnInterrupt("listen") { Glibc.listen(raw, backlog) }
    }

    /// Wraps `setsockopt(2)` for a number.
    borrowing func setOption(_ level: CInt, _ name: CInt, to value: CInt) throws(SystemError) {
        let raw = raw
        var value = value
        let size = socklen_t(MemoryLayout<CInt>.size)
        _ = try retryingOnInterrupt("setsockopt") {
            unsafe setsockopt(raw, level, name, &value, size)
        }
    }

    /// Wraps `getsockopt(2)` for a number.
    borrowing func option(_ level: CInt, _ name: CInt) throws(SystemError) -> CInt {
        let raw = raw
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        _ = try retryingOnInterrupt("getsockopt") {
            unsafe getsockopt(raw, level, name, &value, &size)
        }
        return value
    }

    /// Wraps `getsockname(2)`; throws `EAFNOSUPPORT` for an unsupported family.
    borrowing func localAddress() throws(SystemError) -> SocketAddress {
        let raw = raw
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = try unsafe withUnsafeMutablePointer(to: &storage) { (pointer) throws(SystemError) in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(SystemError) in
                try retryingOnInterrupt("getsockname") { unsafe getsockname(raw, address, &size) }
            }
        }
        guard let address = SocketAddress(storage, size: size) else {
            throw SystemError(call: "getsockname", code: EAFNOSUPPORT)
        }
        return address
    }

    /// Makes an inherited descriptor non-blocking and close-on-exec. Wraps `fcntl(2)`.
    borrowing func adopt() throws(SystemError) {
        let raw = raw
        let flags = try retryingOnInterrupt("fcntl") { fcntl(raw, F_GETFL) }
        _ = try retryingOnInterrupt("fcntl") { fcntl(raw, F_SETFL, flags | O_NONBLOCK) }
        _ = try retryingOnInterrupt("fcntl") { fcntl(raw, F_SETFD, FD_CLOEXEC) }
    }
}

extension Descriptor {
    /// Starts to connect a stream socket. The descriptor becomes ready for sending when the result
    /// is known; then ``connectFailure()`` returns it.
    ///
    /// Sets `TCP_NODELAY` (tcp(7)), because requests are written in one piece.
    package static func connecting(to address: SocketAddress) throws(SystemError) -> Descriptor {
        let family: CInt =
            switch address.address?.family {
            case .v4: AF_INET
            case .v6: AF_INET6
            case nil: AF_UNIX
            }
        let descriptor = try streamSocket(family)
        if family != AF_UNIX {
            try descriptor.setOption(CInt(IPPROTO_TCP), TCP_NODELAY, to: 1)
        }
        do throws(SystemError) {
            try descriptor.connect(to: address)
        } catch {
            guard error.code == EINPROGRESS else { throw error }
        }
        return descriptor
    }

    /// Why connecting failed; nil when it succeeded. Wraps `getsockopt(2)`, `SO_ERROR`.
    package borrowing func connectFailure() throws(SystemError) -> SystemError? {
        let code = try option(SOL_SOCKET, SO_ERROR)
        return code == 0 ? nil : SystemError(call: "connect", code: code)
    }
}
