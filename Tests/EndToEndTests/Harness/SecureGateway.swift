import Foundation
import Support

/// TLS in front of the simulator: what a gateway's name leads to.
final class SecureGateway: Sendable {
    private let server: TestServer

    var port: Int { server.port }

    /// How many connections have been accepted.
    var acceptedCount: Int { server.acceptedCount }

    /// - Parameters:
    ///   - certificate: what it presents.
    ///   - clientCAFile: the authority of the client certificates that it requires.
    init(
        _ certificate: Certificates.Kind,
        before gateway: Gateway,
        clientCAFile: String? = nil
    ) throws {
        let tls = try ServerTLS(certificate, clientCAFile: clientCAFile)
        let endpoint = gateway.endpoint
        server = try TestServer(tls: tls) { peer in
            let simulator = try RawClient(endpoint)
            while let request = try peer.readRequest() {
                let response = try simulator.exchange(Array(request.utf8))
                let fields = response.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
                let head = "HTTP/1.1 \(response.status) X\r\n\(fields)\r\n"
                try peer.write(Array(head.utf8) + response.body)
            }
        }
    }

    /// A server that accepts connections and closes them at once.
    init() throws { server = try TestServer { _ in } }

    /// What to set so that a daemon calls it by this name.
    func settings(_ host: String = "localhost") throws -> [String] {
        [
            "cashIn.baseURL=https://\(host):\(port)/pg/fo",
            "cashIn.caFile=\(try Certificates.shared().caFile)",
        ]
    }
}
