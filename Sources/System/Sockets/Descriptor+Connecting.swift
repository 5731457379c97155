import Glibc

extension Descriptor {
    /// Begins to connect a stream: the descriptor becomes ready for sending once it is decided,
    /// and ``connectFailure()`` tells how.
    ///
    /// What is sent leaves at once: requests are written whole (`TCP_NODELAY`, tcp(7)).
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
