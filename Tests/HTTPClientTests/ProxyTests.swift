import HTTPClient
import HTTPCore
import Support
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ProxyTests {
    /// The name of the server, which only the proxy can reach.
    private static let host = "other.test"

    private func client(
        _ proxy: TestProxy,
        credentials: ForwardProxy.Credentials? = nil,
        connectSeconds: Int = 60
    ) throws -> HTTPClient {
        try makeClient(connectSeconds: connectSeconds) {
            $0.proxy = ForwardProxy(host: "127.0.0.1", port: proxy.port, credentials: credentials)
        }
    }

    @Test func `a tunnel carries TLS to the server, with the user's password`() async throws {
        let server = try TestServer.answering(tls: ServerTLS(.otherName), ok("a"), ok("b"))
        let proxy = try TestProxy(.tunnels(toPort: server.port))
        let credentials = ForwardProxy.Credentials(user: "Aladdin", password: "open sesame")
        let client = try client(proxy, credentials: credentials)
        let origin = server.origin(Self.host, isSecure: true)
        #expect(try await client.send(get(), to: origin).text == "a")
        #expect(try await client.send(get(), to: origin).text == "b")
        #expect(server.serverNames == [Self.host])
        // RFC 7617 section 2 has this sample. The second request uses the same tunnel.
        let target = "\(Self.host):\(server.port)"
        #expect(
            proxy.requests == [
                "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n"
                    + "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"
            ]
        )
    }

    @Test func `without a password none is sent`() async throws {
        let server = try TestServer.answering(tls: ServerTLS(.otherName), ok("a"))
        let proxy = try TestProxy(.tunnels(toPort: server.port))
        let origin = server.origin(Self.host, isSecure: true)
        #expect(try await client(proxy).send(get(), to: origin).text == "a")
        #expect(proxy.requests.first?.contains("Proxy-Authorization") == false)
    }

    @Test func `the certificate is the server's, not the proxy's`() async throws {
        let server = try TestServer.answering(tls: ServerTLS(.good), ok("a"))
        let proxy = try TestProxy(.tunnels(toPort: server.port))
        let origin = server.origin(Self.host, isSecure: true)
        let error = try await failure(to: origin, with: client(proxy))
        #expect(error.phase == .tls)
        #expect(error.detail.contains("hostname mismatch"))
    }

    @Test func `loopback hosts are connected to directly`() async throws {
        let server = try TestServer.answering(ok("a"))
        let proxy = try TestProxy(.silent)
        #expect(try await client(proxy).send(get(), to: server.origin()).text == "a")
        #expect(proxy.requests == [])
    }

    @Test(arguments: [
        (
            "HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\nhello",
            "refused the tunnel with HTTP status 407 (Proxy Authentication Required); it requires "
                + "another user name or password"
        ),
        (
            "HTTP/1.1 403 No\r\n\r\n",
            "refused the tunnel with HTTP status 403 (Forbidden)"
        ),
        ("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "with HTTP status 302"),
        ("", "the connection ended before the response was complete"),
        ("SSH-2.0\r\n\r\n", "malformed status line at byte 0"),
    ])
    func `a refused tunnel is named, and nothing was sent`(
        response: String,
        text: String
    ) async throws {
        let proxy = try TestProxy(.writes(response))
        let origin = Origin(isSecure: true, host: Self.host, port: 443)
        let error = try await failure(to: origin, with: client(proxy))
        #expect(error.phase == .proxy)
        #expect(error.isCertainlyNotSent)
        #expect(error.detail.hasPrefix("the proxy 127.0.0.1:\(proxy.port): "))
        #expect(error.detail.contains(text), "\(error)")
    }

    @Test func `a silent proxy runs into the connect timeout`() async throws {
        let proxy = try TestProxy(.silent)
        let origin = Origin(isSecure: true, host: Self.host, port: 443)
        let error = try await failure(to: origin, with: client(proxy, connectSeconds: 1))
        #expect(
            error.description
                == "proxy timed out after 1 s (connectTimeoutSeconds): "
                + "the proxy 127.0.0.1:\(proxy.port)"
        )
        #expect(error.isCertainlyNotSent)
    }

    @Test func `a proxy that is down is certainly not passed`() async throws {
        let port = try ClosedPort.make()
        let client = try makeClient { $0.proxy = ForwardProxy(host: "127.0.0.1", port: port) }
        let origin = Origin(isSecure: true, host: Self.host, port: 443)
        let error = try await failure(to: origin, with: client)
        #expect(error.phase == .connect)
        #expect(error.isCertainlyNotSent)
        #expect(error.detail.contains("127.0.0.1:\(port): connect: Connection refused"))
    }
}
