import HTTPCore
import System

/// The destination of a request: scheme, host and port (RFC 9110 section 4.3.1).
package struct Origin: Hashable, Sendable {
    /// Whether the scheme is `https` rather than `http`.
    package let isSecure: Bool

    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: Int

    package init(isSecure: Bool, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// The value of `Host`; omits the port if it is the scheme's default.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The address, if the host is an IP address.
    var address: IPAddress? { IPAddress(host) }

    /// Whether the host is a loopback address or `localhost` (RFC 6761 section 6.3).
    ///
    /// The addresses of `localhost` are checked again after resolution.
    var isLoopback: Bool { address?.isLoopback ?? (host.lowercased() == "localhost") }

    /// The port, after a check that requests may be sent to this origin.
    ///
    /// - Throws: an error of phase `prepare` for plain HTTP to another machine, or an invalid host
    ///   or port.
    func permittedPort() throws(HTTPClientError) -> UInt16 {
        guard isSecure || isLoopback else {
            throw .unsendable("http is for loopback hosts only, \(host) needs https")
        }
        // The name is passed to C, where a NUL would end it.
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
