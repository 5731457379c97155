/// Where a socket is bound, or whom it is connected to.
package enum SocketAddress: Hashable, Sendable {
    case ip(IPAddress, port: UInt16)
    /// A Unix socket; the path is empty for the unnamed end that a client has.
    case unix(path: String)

    /// The IP address, or nil for a Unix socket.
    package var address: IPAddress? {
        guard case .ip(let address, _) = self else { return nil }
        return address
    }
}

extension SocketAddress: CustomStringConvertible {
    /// As written in the configuration: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x.sock`.
    package var description: String {
        switch self {
        case .ip(let address, let port):
            address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
