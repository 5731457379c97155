package import HTTPCore
import System

/// The destination of a request: scheme, host and port (RFC 9110 section 4.3.1), or a Unix socket.
package struct Origin: Hashable, Sendable {
    /// Whether the scheme is `https` rather than `http`.
    package let isSecure: Bool

    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: Int

    /// The Unix socket to connect to instead of host and port; nil for TCP.
    package let socketPath: String?

    package init(isSecure: Bool, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        socketPath = nil
    }

    /// The origin of a server that listens on a Unix socket: plain HTTP, with `Host: localhost`.
    package init(socketPath: String) {
        isSecure = false
        host = "localhost"
        port = 80
        self.socketPath = socketPath
    }

    /// The origin of a URL.
    package init(_ url: HTTPURL) {
        self.init(isSecure: url.isSecure, host: url.host, port: url.port)
    }

    /// The value of `Host`; omits the port if it is the scheme's default.
    package var authority: String {
        let isDefault = port == (isSecure ? 443 : 80)
        return Self.authority(of: host, port: isDefault ? nil : port)
    }

    /// Host and port as in a URL: an IPv6 address stands in brackets (RFC 3986 section 3.2.2).
    static func authority(of host: String, port: Int?) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(name):\($0)" } ?? name
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
    /// As in `https://sandbox-api.cashin.co.id` or `unix:/run/cashin-receiver/internal.sock`.
    package var description: String {
        socketPath == nil ? (isSecure ? "https://" : "http://") + authority : place
    }

    /// Where the server is, for messages: its authority, or the socket.
    var place: String { socketPath.map { "unix:\($0)" } ?? authority }
}

/// A request to send.
package struct OutboundRequest: Sendable {
    package var method: String

    /// Path and query, in origin-form (RFC 9112 section 3.2.1).
    package var target: String

    /// The header fields, sent in this order.
    ///
    /// Host and Content-Length, or Transfer-Encoding, are added; other fields that control framing
    /// or the connection are rejected.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    /// Whether ``body`` has the chunked transfer coding already (RFC 9112 section 7.1).
    package var isChunked = false

    /// Whether the server may receive the request twice.
    ///
    /// Only such a request is sent again, once, when a reused connection fails after bytes were
    /// sent.
    package var isRepeatable: Bool

    /// Receives the body of a response with status 200 as it arrives; nil to return it with the
    /// response.
    ///
    /// Called on the thread of the connection, which it may block. If it returns false, the call
    /// fails.
    package var bodySink: BodySink?

    /// Receives a part of a body, and returns whether more is wanted.
    package typealias BodySink = @Sendable ([UInt8]) -> Bool

    /// Whether to use a new connection, never an idle one.
    package var needsFreshConnection = false

    package init(
        method: String,
        target: String,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        isRepeatable: Bool
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.isRepeatable = isRepeatable
    }

    /// Whether the body of a response goes to ``bodySink``.
    func streams(_ head: ResponseHead) -> Bool { bodySink != nil && head.status == .ok }

    /// Serialises the request for an origin.
    ///
    /// - Throws: an error of phase `prepare` if that is not possible.
    package func prepared(for origin: Origin) throws(HTTPClientError) -> PreparedRequest {
        do throws(UnsendableRequest) {
            let head = try serializeRequestHead(
                method: method,
                target: target,
                host: origin.authority,
                fields: fields,
                bodyBytes: isChunked ? nil : body.count
            )
            return PreparedRequest(request: self, origin: origin, head: head)
        } catch { throw .unsendable(error.description) }
    }
}

/// A request as it is sent: serialised once, so that a record of it has the same bytes.
package struct PreparedRequest: Sendable {
    let request: OutboundRequest
    let origin: Origin

    /// The head exactly as sent, through the empty line.
    package let head: [UInt8]
}

/// A received response.
package struct InboundResponse: Sendable, Equatable {
    package let parsedHead: ResponseHead

    /// The body after decoding.
    package let body: [UInt8]

    package var status: Status { parsedHead.status }

    /// The head as received, from the status line through the empty line.
    package var head: [UInt8] { parsedHead.bytes }

    /// The value of a field that may occur only once, as a range into ``head``; the name is
    /// case-insensitive.
    package func single(_ name: String) -> SingleField { parsedHead.single(name) }

    /// The value of `Retry-After` in seconds (RFC 9110 section 10.2.3); nil for a date, which few
    /// servers send, and for anything else.
    package var retryAfterSeconds: Int? {
        guard case .value(let range) = single("Retry-After") else { return nil }
        let text = String(decoding: head[range], as: UTF8.self)
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.isEmpty ? nil : Int(text) ?? .max
    }
}
