import COpenSSL
import HTTPClient
import HTTPCore
import Support
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ClientCertificateTests {
    private func server(_ version: CInt) throws -> TestServer {
        let authority = try Certificates.shared().caFile
        let tls = try ServerTLS(.good, version: version, clientCAFile: authority)
        return try TestServer.answering(tls: tls, ok("a"))
    }

    private func client(_ certificate: String, _ key: String) throws -> HTTPClient {
        let certificates = try Certificates.shared()
        return try makeClient {
            $0.clientCertificateFile = certificates.path(certificate)
            $0.clientKeyFile = certificates.path(key)
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a client certificate is presented`(version: CInt) async throws {
        let server = try server(version)
        let client = try client("client.pem", "key.pem")
        let response = try await client.send(post(), to: server.origin(isSecure: true))
        #expect(response.text == "a")
    }

    /// In TLS 1.3 the client has sent its request by then: only the alert says that it was not
    /// processed.
    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a missing client certificate is known to have stopped the request`(
        version: CInt
    ) async throws {
        let server = try server(version)
        for _ in 0..<10 {
            let error = try await failure(
                of: post(),
                to: server.origin(isSecure: true),
                with: makeClient()
            )
            #expect(error.phase == .tls)
            #expect(error.isCertainlyNotSent, "\(error)")
            #expect(error.detail.contains("the server rejected the handshake with TLS alert"))
            let reason = version == TLS1_3_VERSION ? "116 (certificate required)" : "40"
            #expect(error.detail.contains(reason), "\(error)")
        }
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a client certificate of another authority is known to have stopped it`(
        version: CInt
    ) async throws {
        let server = try server(version)
        let client = try client("unknownIssuer.pem", "key.pem")
        let error = try await failure(of: post(), to: server.origin(isSecure: true), with: client)
        #expect(error.phase == .tls)
        #expect(error.isCertainlyNotSent)
        #expect(
            error.detail.contains(
                "TLS alert 48 (unknown ca); it requires a client certificate that it trusts"
            ),
            "\(error)"
        )
    }

    @Test(arguments: [
        ("ca.pem", "key.pem", "key.pem holds another key than that of \""),
        ("key.pem", "key.pem", "key.pem holds no certificate ("),
        ("client.pem", "client.pem", "client.pem holds no usable key ("),
        ("missing.pem", "key.pem", "missing.pem holds no certificate ("),
    ])
    func `files that cannot be used are named`(
        _ certificate: String,
        _ key: String,
        _ text: String
    ) throws {
        let error = #expect(throws: HTTPClientError.self) { try client(certificate, key) }
        #expect(error?.phase == .prepare)
        #expect(error?.detail.contains(text) == true, "\(error?.detail ?? "")")
    }

    @Test func `a certificate needs its key, and a key its certificate`() throws {
        let certificates = try Certificates.shared()
        let one = #expect(throws: HTTPClientError.self) {
            try makeClient { $0.clientCertificateFile = certificates.path("client.pem") }
        }
        #expect(
            one?.detail == "clientKeyFile is missing, expected the key of clientCertificateFile"
        )
        let other = #expect(throws: HTTPClientError.self) {
            try makeClient { $0.clientKeyFile = certificates.keyFile }
        }
        #expect(
            other?.detail
                == "clientCertificateFile is missing, expected the certificate of clientKeyFile"
        )
    }
}
