import Glibc

extension Listener {
    /// The maximum of connections that wait to be accepted; the kernel limits it to
    /// `net.core.somaxconn`.
    private static let backlog: CInt = 4096

    /// Listens on `address`: on one socket, or on all that were passed under a name.
    package static func open(
        _ address: ListenAddress,
        passed: PassedSockets
    ) throws(ListenError) -> [Listener] {
        do throws(SystemError) {
            switch address {
            case .ip(let host, let port): return [try openIP(host, port: port)]
            case .systemd(let name): return try passed.take(name)
            case .unix(let unix): return [try openUnix(unix)]
            }
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    private static func openIP(_ host: IPAddress, port: UInt16) throws(SystemError) -> Listener {
        let isV6 = host.family == .v6
        let descriptor = try Descriptor.streamSocket(isV6 ? AF_INET6 : AF_INET)
        // A restarted service must not wait until connections of the last run time out.
        try descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, to: 1)
        // `[::]` means IPv6 only: IPv4 is configured separately, and can be bound beside it.
        if isV6 { try descriptor.setOption(CInt(IPPROTO_IPV6), IPV6_V6ONLY, to: 1) }
        try descriptor.bind(to: .ip(host, port: port))
        try descriptor.listen(backlog: backlog)
        return try Listener(descriptor)
    }

    private static func openUnix(_ address: UnixListenAddress) throws(SystemError) -> Listener {
        let descriptor = try Descriptor.streamSocket(AF_UNIX)
        try SocketFile.removeStale(at: address.path)
        try descriptor.bind(to: .unix(path: address.path))
        // No client can connect before listen(2), so the permissions are set in time.
        let file = try SocketFile(at: address.path)
        do throws(SystemError) {
            if let mode = address.mode { try file.setMode(mode) }
            if let group = address.group { try file.setGroup(group) }
            try descriptor.listen(backlog: backlog)
            return try Listener(descriptor, file: file)
        } catch {
            file.remove()
            throw error
        }
    }
}

/// Why the service cannot listen on an address.
package struct ListenError: Error, Hashable, CustomStringConvertible {
    package let address: ListenAddress
    package let cause: SystemError

    package var description: String { "cannot listen on \(address): \(cause)" }
}
