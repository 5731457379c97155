import Crypto
import Foundation
import Glibc
import Support
import Testing

/// The way to the gateway, through the whole daemon: TLS, a client certificate, a proxy's tunnel.
@Suite(.blocking)
struct SecureGatewayTests {
    private let workspace: Workspace
    private let gateway: Gateway

    init() throws {
        workspace = try Workspace(confirms: "unproven")
        gateway = try Gateway(for: workspace, notifyPort: ClosedPort.make16())
    }

    private func daemon(_ set: [String]) throws -> Daemon { try Daemon(in: workspace, set: set) }

    /// Each fault of a certificate, and what is said about it.
    private static let faults: [(kind: Certificates.Kind?, text: String)] = [
        (.otherName, "mismatch"), (.expired, "certificate has expired"),
        (.selfSigned, "self-signed certificate"), (.unknownIssuer, "local issuer certificate"),
        (nil, "tls failed"),
    ]

    @Test func `a server that cannot prove its name gets no request`() throws {
        for (kind, text) in Self.faults {
            let server = try kind.map { try SecureGateway($0, before: gateway) } ?? SecureGateway()
            let daemon = try daemon(server.settings())
            let reference = "TRX-\(kind?.rawValue ?? "cut")"
            let response = try daemon.generate(reference)
            check(response, 503, "gateway-unreachable", "\(text)")
            #expect(response.json["detail"].text?.contains(text) == true, "\(response.text)")
            #expect(server.acceptedCount > 0)
            // Nothing was sent, so nothing has to be queried.
            let payment = try daemon.transaction(reference)
            #expect(payment["status"].text == "created")
            #expect(payment["lastError"].text?.contains(text) == true)
            #expect(payment["checks"]["nextQueryAt"] == .null)
            #expect(try daemon.stop() == .exited(0))
        }
        #expect(gateway.requestCount("generate") == 0)
    }

    @Test func `a payment is generated when the certificate is in order again`() throws {
        let expired = try SecureGateway(.expired, before: gateway)
        let good = try SecureGateway(.good, before: gateway)
        let base = { (server: SecureGateway) in
            "{ baseURL: \"https://localhost:\(server.port)/pg/fo\", caFile: \"\(Self.caFile)\","
        }
        let text = try String(contentsOfFile: workspace.configurationFile, encoding: .utf8)
        try workspace.write(
            text.replacing("cashIn: {", with: "cashIn: " + base(expired)),
            to: "config.json5"
        )
        let daemon = try daemon([])
        check(try daemon.generate("TRX-1"), 503, "gateway-unreachable")
        try workspace.write(
            text.replacing("cashIn: {", with: "cashIn: " + base(good)),
            to: "config.json5"
        )
        #expect(try daemon.reload()?.contains("cashIn.baseURL") == true)
        #expect(try daemon.generate("TRX-1").status == 201)
        #expect(gateway.requestCount("generate") == 1)
    }

    private static let caFile = (try? Certificates.shared().caFile) ?? ""

    @Test func `a client certificate is presented, and one that is missing is reported`() throws {
        let certificates = try Certificates.shared()
        let server = try SecureGateway(
            .good,
            before: gateway,
            clientCAFile: certificates.caFile
        )
        let without = try daemon(server.settings())
        let refused = try without.generate("TRX-1")
        check(refused, 503, "gateway-unreachable")
        #expect(refused.json["detail"].text?.contains("certificate required") == true)
        #expect(try without.transaction("TRX-1")["checks"]["nextQueryAt"] == .null)
        #expect(try without.stop() == .exited(0))
        let with = try daemon(
            server.settings() + [
                "cashIn.clientCertificateFile=\(certificates.file(.client))",
                "cashIn.clientKeyFile=\(certificates.keyFile)",
            ]
        )
        #expect(try with.generate("TRX-1").status == 201)
        let query = try with.post("/admin/qr/query", "{\"partnerReferenceNo\":\"TRX-1\"}")
        #expect(query.json["gateway"]["responseCode"].text == "2005100")
    }

    @Test func `a tunnel is opened with the password, which a reload exchanges`() throws {
        let server = try SecureGateway(.deployed, before: gateway)
        let proxy = try TestProxy(.tunnels(toPort: server.port))
        let text = try String(contentsOfFile: workspace.configurationFile, encoding: .utf8)
        func configure(_ password: String) throws {
            let keys = """
                cashIn: {
                  baseURL: "https://pay.example.id/pg/fo", caFile: "\(Self.caFile)",
                  proxyURL: "http://merchant:\(password)@127.0.0.1:\(proxy.port)",
                """
            try workspace.write(text.replacing("cashIn: {", with: keys), to: "config.json5")
        }
        try configure("p%40ss%3A1")
        let daemon = try daemon([])
        #expect(try daemon.generate("TRX-1").status == 201)
        let head = try #require(proxy.requests.first)
        #expect(head.hasPrefix("CONNECT pay.example.id:443 HTTP/1.1\r\n"))
        #expect(head.contains("\r\nProxy-Authorization: Basic \(Self.basic("p@ss:1"))\r\n"))

        try configure("second")
        let line = try #require(try daemon.reload())
        #expect(line.contains("message=reloaded"))
        #expect(line.contains("cashIn.proxyURL"))
        #expect(try daemon.generate("TRX-2").status == 201)
        let last = try #require(proxy.requests.last)
        #expect(last.contains("\r\nProxy-Authorization: Basic \(Self.basic("second"))\r\n"))
        #expect(!daemon.log.contains { $0.contains("second") || $0.contains("p@ss") })
    }

    private static func basic(_ password: String) -> String {
        let bytes = Array("merchant:\(password)".utf8)
        return String(decoding: Base64.encode(bytes.span), as: UTF8.self)
    }

    @Test func `a proxy that refuses the tunnel is named, and nothing is sent`() throws {
        let proxy = try TestProxy(.writes("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
        let daemon = try daemon([
            "cashIn.baseURL=https://pay.example.id/pg/fo", "cashIn.caFile=\(Self.caFile)",
            "cashIn.proxyURL=http://merchant:wrong-one@127.0.0.1:\(proxy.port)",
        ])
        let response = try daemon.generate("TRX-1")
        check(response, 503, "gateway-unreachable")
        let detail = response.json["detail"].text ?? ""
        #expect(detail.contains("407"))
        #expect(detail.contains("another user name or password"))
        #expect(try daemon.transaction("TRX-1")["checks"]["nextQueryAt"] == .null)
        #expect(!(daemon.log + [response.text]).contains { $0.contains("wrong-one") })
    }

    @Test func `a gateway that stays silent ends with the time limit, and is queried`() throws {
        let gateway = try Gateway(
            for: workspace,
            notifyPort: ClosedPort.make16(),
            options: ["--fault", "response=silent"]
        )
        let daemon = try daemon(gateway.settings + ["cashIn.requestTimeoutSeconds=1"])
        let response = try daemon.generate("TRX-1")
        check(response, 504, "gateway-timeout")
        #expect(response.json["detail"].text?.contains("requestTimeoutSeconds") == true)
        // The gateway has the payment.
        let payment = try daemon.transaction("TRX-1")
        #expect(payment["status"].text == "created")
        #expect(payment["checks"]["nextQueryAt"] != .null)
        try gateway.setFaults([])
        let query = try daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"TRX-1\"}")
        #expect(query.json["transaction"]["status"].text == "pending")
    }

    @Test func `a callback in chunks is taken, and one with blanks after sizes is refused`() throws
    {
        let pair = try Pair()
        for (reference, framing, status) in [
            ("TRX-1", "chunked", "success"), ("TRX-2", "padded", "pending"),
        ] {
            #expect(try pair.daemon.generate(reference).status == 201)
            let paid = try pair.gateway.pay(reference, faults: ["framing=\(framing)"])
            #expect(paid.text.contains("\"status\":\(framing == "padded" ? 400 : 200)"))
            #expect(try pair.daemon.transaction(reference)["status"].text == status)
        }
        // The payment is found by a query.
        let query = try pair.daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"TRX-2\"}")
        #expect(query.json["transaction"]["status"].text == "success")
    }
}

extension ClosedPort {
    /// The port as the harness has them.
    fileprivate static func make16() throws -> UInt16 { UInt16(try make()) }
}
