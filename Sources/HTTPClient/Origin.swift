import HTTPCore
import Sockets

/// Whom a request is sent to: scheme, host and port (RFC 9110 section 4.3.1).
package struct Origin: Hashable, Sendable {
    /// `https`, not `http`.
    package let isSecure: Bool

    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: Int

    package init(isSecure: Bool, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// The value of `Host`: without the port when it is the scheme's own.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The address when the host is written as one.
    var address: IPAddress? { IPAddress(host) }

    /// Whether the host can only be this machine: its loopback addresses, or `localhost`
    /// (RFC 6761 section 6.3), whose addresses are looked at when it has been resolved.
    var isLoopback: Bool { address?.isLoopback ?? (host.lowercased() == "localhost") }

    /// The port, once it is known that requests may go to this origin.
    func permittedPort() throws(HTTPClientError) -> UInt16 {
        guard isSecure || isLoopback else {
            throw .unsendable("http is for loopback hosts only, \(host) needs https")
        }
        // A name is handed to C, where a NUL would end it.
        guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .unsendable("the host is not a host name or an IP address")
        }
        guard let port = UInt16(exactly: port), port != 0 else {
            throw .unsendable("port \(port) is not one of 1 to 65535")
        }
        return port
    }
}

extension Origin: CustomStringConvertible {
    /// As in `https://sandbox-api.cashin.co.id`.
    package var description: String { (isSecure ? "https://" : "http://") + authority }
}
