import Crypto
import HTTPCore

/// An HTTP proxy that opens tunnels (CONNECT, RFC 9110 section 9.3.6).
///
/// TLS runs through the tunnel, so the proxy sees the name and the port of the server, and no
/// request.
package struct ForwardProxy: Sendable, Equatable {
    /// A name or an address; an IPv6 address without its brackets.
    package var host: String
    package var port: Int

    /// The user name and password of the Basic scheme (RFC 7617); nil if none are sent.
    package var credentials: Credentials?

    /// A user name and a password.
    package struct Credentials: Sendable, Equatable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        /// Base64 of `user:password`, as the header field has it.
        fileprivate var base64: String {
            String(decoding: Base64.encode(Array("\(user):\(password)".utf8).span), as: UTF8.self)
        }
    }

    package init(host: String, port: Int, credentials: Credentials? = nil) {
        self.host = host
        self.port = port
        self.credentials = credentials
    }

    /// Host and port, without the credentials.
    /// Host and port, as in a URL.
    package var authority: String { Origin.authority(of: host, port: port) }

    /// The proxy's name in errors.
    private var place: String { "the proxy \(authority)" }

    /// The port, after a check that it is one.
    func checkedPort() throws(HTTPClientError) -> UInt16 {
        guard let port = UInt16(exactly: port), port != 0 else {
            throw .unsendable("\(place): the port is not one of 1 to 65535")
        }
        return port
    }
}

extension ForwardProxy {
    /// Asks the proxy at the other end of `socket` for a tunnel to `origin`.
    ///
    /// When it returns, all further bytes are exchanged with the server.
    func openTunnel(
        to origin: Origin,
        on socket: SocketStream,
        within limit: WaitLimit
    ) throws(HTTPClientError) {
        do throws(StreamError) {
            try socket.send(connectHead(to: origin), within: limit)
        } catch { throw error.inPhase(.proxy, at: place, within: limit) }
        let status = try receiveStatus(on: socket, within: limit)
        guard (200...299).contains(status.code) else { throw failure(Self.refusal(status)) }
    }

    private func receiveStatus(
        on socket: SocketStream,
        within limit: WaitLimit
    ) throws(HTTPClientError) -> Status {
        // RFC 9112 section 6.3, item 2: like a response to HEAD, a successful one has no body.
        var reader = ResponseReader(limits: HTTPLimits(), isHEAD: true)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count: Int
            do throws(StreamError) {
                count = try socket.receive(into: &buffer, within: limit)
            } catch {
                throw error.inPhase(.proxy, at: place, within: limit)
            }
            do throws(ResponseError) {
                guard count > 0 else { throw .incomplete }
                let (_, response) = try reader.read(buffer.span.extracting(0..<count))
                if let response { return response.head.status }
            } catch { throw failure(error.description) }
        }
    }

    /// The head of the request for a tunnel to `origin`.
    private func connectHead(to origin: Origin) -> [UInt8] {
        let target = Origin.authority(of: origin.host, port: origin.port)
        var head = "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n"
        if let credentials {
            head += "Proxy-Authorization: Basic \(credentials.base64)\r\n"
        }
        return Array((head + "\r\n").utf8)
    }

    /// Why a response with this status opens no tunnel.
    private static func refusal(_ status: Status) -> String {
        let reason = status.reasonPhrase.isEmpty ? "" : " (\(status.reasonPhrase))"
        let text = "refused the tunnel with HTTP status \(status.code)\(reason)"
        return status.code == 407 ? text + "; it requires another user name or password" : text
    }

    private func failure(_ text: String) -> HTTPClientError {
        HTTPClientError(.proxy, .failed, "\(place): \(text)")
    }
}
