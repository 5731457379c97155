import COpenSSL
import HTTPClient
import HTTPCore
import Support
import Testing

@Suite(.timeLimit(.minutes(10)))
struct TLSTests {
    @Test func `a good certificate is accepted, by name and by address`() async throws {
        let server = try TestServer.answering(tls: ServerTLS(.good), ok("a"))
        let client = try makeClient()
        for host in ["localhost", "LOCALHOST", "127.0.0.1"] {
            let response = try await client.send(get(), to: server.origin(host, isSecure: true))
            #expect(response.text == "a")
        }
        // RFC 6066 section 3: addresses are not named in the handshake.
        #expect(server.serverNames == ["localhost", "LOCALHOST", nil])
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `both current versions are spoken`(version: CInt) async throws {
        let server = try TestServer.answering(tls: ServerTLS(.good, version: version), ok("a"))
        let response = try await makeClient().send(get(), to: server.origin(isSecure: true))
        #expect(response.text == "a")
    }

    struct Refusal: CustomTestStringConvertible {
        let kind: Certificates.Kind
        let host: String
        let text: String
        var testDescription: String { "\(kind) for \(host)" }
    }

    static let refusals = [
        Refusal(kind: .otherName, host: "localhost", text: "hostname mismatch"),
        Refusal(kind: .otherName, host: "127.0.0.1", text: "IP address mismatch"),
        Refusal(kind: .nameOnly, host: "127.0.0.1", text: "IP address mismatch"),
        Refusal(kind: .subjectOnly, host: "localhost", text: "hostname mismatch"),
        Refusal(kind: .expired, host: "localhost", text: "certificate has expired"),
        Refusal(
            kind: .unknownIssuer,
            host: "localhost",
            text: "unable to get local issuer certificate"
        ),
        Refusal(kind: .selfSigned, host: "localhost", text: "self-signed certificate"),
    ]

    @Test(arguments: refusals)
    func `another certificate is refused before anything is sent`(refusal: Refusal) async throws {
        let server = try TestServer.answering(tls: ServerTLS(refusal.kind), ok("a"))
        let origin = server.origin(refusal.host, isSecure: true)
        let error = try await failure(to: origin, with: makeClient())
        #expect(error.phase == .tls)
        #expect(error.reason == .failed)
        #expect(error.isCertainlyNotSent)
        #expect(error.detail.contains("certificate was not accepted: \(refusal.text)"))
        #expect(error.detail.contains(origin.authority))
    }

    @Test func `without a CA file the system's trust store decides`() async throws {
        let server = try TestServer.answering(tls: ServerTLS(.good), ok("a"))
        let client = try makeClient { $0.caFile = nil }
        let error = try await failure(to: server.origin(isSecure: true), with: client)
        #expect(error.phase == .tls)
        #expect(error.detail.contains("unable to get local issuer certificate"))
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func `older versions are refused`(version: CInt) async throws {
        let server = try TestServer.answering(tls: ServerTLS(.good, version: version), ok("a"))
        let error = try await failure(to: server.origin(isSecure: true), with: makeClient())
        #expect(error.phase == .tls)
        #expect(error.detail.contains("protocol version"))
    }

    @Test func `a server that speaks no TLS is refused`() async throws {
        let server = try TestServer { peer in
            try peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            try peer.waitForEnd()
        }
        let error = try await failure(to: server.origin(isSecure: true), with: makeClient())
        #expect(error.phase == .tls)
        #expect(error.detail.contains("wrong version number"))
    }

    @Test func `a server that does not shake hands runs into the connect timeout`() async throws {
        let server = try TestServer { try $0.waitForEnd() }
        let client = try makeClient(connectSeconds: 1)
        let error = try await failure(to: server.origin(isSecure: true), with: client)
        #expect(error.phase == .tls)
        #expect(error.isTimeout)
        #expect(error.description.contains("timed out after 1 s (connectTimeoutSeconds)"))
        #expect(error.isCertainlyNotSent)
    }

    @Test func `a server that hangs up during the handshake is told apart`() async throws {
        let server = try TestServer { _ in }
        let error = try await failure(to: server.origin(isSecure: true), with: makeClient())
        #expect(error.phase == .tls)
        #expect(error.reason == .failed)
    }

    @Test func `a body that a cut ends is not taken for a whole one`() async throws {
        let server = try TestServer(tls: ServerTLS(.good)) { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\n\r\nhalf")
            peer.cut()
        }
        let error = try await failure(to: server.origin(isSecure: true), with: makeClient())
        #expect(error.phase == .wait)
        #expect(error.detail.contains("closed the connection"))
    }

    @Test func `certificates that cannot be read are reported when the client is made`() throws {
        for path in ["/nonexistent/ca.pem", try Certificates.shared().keyFile] {
            let error = #expect(throws: HTTPClientError.self) {
                try makeClient { $0.caFile = path }
            }
            #expect(error?.phase == .prepare)
            #expect(error?.detail.contains(path) == true)
        }
    }
}
