import Crypto
import Foundation
import HTTPClient
import HTTPCore
import HTTPServer
import Payments
import Snap
import Support
import Testing

@testable import CashIn
import Text

struct CashInClientTests {
    private static let accepted = Answers.body(
        "2004700",
        #""partnerReferenceNo":"REF1234567890","referenceNo":"PAY1","#
            + #""qrContent":"\#(Answers.qrContent)""#
    )

    private func response(_ body: String, _ status: Int = 200) -> Response {
        Response(Status(status), body: Array(body.utf8))
    }

    @Test func `a generate call sends what the page asks for`() async throws {
        let standIn = StandIn(response(Self.accepted))
        try await Calls.with(standIn) { calls in
            let (outcome, exchange) = await calls.cashIn.generate(try Calls.intent())
            let request = try #require(standIn.requests.first)
            #expect(standIn.requests.count == 1)
            try await expectSigned(request, exchange, "qr-mpm-generate", by: calls.key)
            let sample = try Fixture.bytes("sample-generate.json")
            let compact = minified(sample.span)
            #expect(request.body == compact)
            guard case .accepted(let referenceNo, let content, let warnings) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(referenceNo.text == "PAY1")
            #expect(content == Answers.qrContent)
            #expect(warnings == [])
        }
    }

    @Test func `a query sends what the page asks for`() async throws {
        let members =
            #""originalPartnerReferenceNo":"REF1234567890","latestTransactionStatus":"03""#
        let standIn = StandIn(response(Answers.body("2005100", members)))
        try await Calls.with(standIn) { calls in
            let reference = try #require(Reference("REF1234567890"))
            let (outcome, exchange) = await calls.cashIn.query(reference)
            let request = try #require(standIn.requests.first)
            try await expectSigned(request, exchange, "qr-mpm-query", by: calls.key)
            let sample = try Fixture.bytes("sample-query.json")
            #expect(request.body == sample)
            guard case .found(let found) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(found.status == .pending)
        }
    }

    /// Header, signature (by the `openssl` command) and what is kept of the exchange.
    private func expectSigned(
        _ request: Request,
        _ exchange: GatewayCall,
        _ name: String,
        by key: RSAPrivateKey
    ) async throws {
        let head = request.head
        #expect(head.text(head.method) == "POST")
        #expect(head.text(head.target) == "/pg/fo/api/v1.0/qr/\(name)")
        let names = head.fields.map { head.text($0.name) }
        let expected = [
            "X-TIMESTAMP", "X-PARTNER-ID", "X-EXTERNAL-ID", "X-SIGNATURE", "CHANNEL-ID",
            "Content-Type", "Accept", "User-Agent",
        ]
        #expect(names.filter { expected.contains($0) } == expected)
        let timestamp = JakartaTime.text(milliseconds: Calls.now)
        #expect(value("X-TIMESTAMP", head) == timestamp)
        #expect(timestamp.utf8.count == 25)
        #expect(value("X-PARTNER-ID", head) == "CID1234567890")
        #expect(value("CHANNEL-ID", head) == "95051")
        #expect(value("Content-Type", head) == "application/json")
        #expect(value("Accept", head) == "application/json")
        #expect(value("User-Agent", head) == "cashin-receiver/test")
        #expect(value("X-EXTERNAL-ID", head) == exchange.externalID)
        #expect(exchange.externalID.utf8.count == 32)

        let body = request.body
        let digest = try sha256(body.span).hex
        let text = "POST:/signed/api/v1.0/qr/\(name):\(digest):\(timestamp)"
        let encoded = Array(value("X-SIGNATURE", head).utf8)
        let decoded = Base64.decode(encoded.span)
        let signature = try #require(decoded)
        #expect(try await OpenSSL.verifies(signature, of: text, by: key))
        #expect(try await !OpenSSL.verifies(signature, of: text + " ", by: key))

        #expect(exchange.signedPath == "/signed/api/v1.0/qr/\(name)")
        #expect(exchange.signature == value("X-SIGNATURE", head))
        #expect(exchange.requestHead == head.bytes)
        #expect(exchange.requestBody == request.body)
        #expect(exchange.responseStatus == 200)
        #expect(exchange.responseHead?.starts(with: Array("HTTP/1.1 200".utf8)) == true)
        #expect(exchange.responseBody?.isEmpty == false)
        #expect(exchange.error == nil)
        #expect(exchange.startedMilliseconds == Calls.now)
    }

    private func value(_ name: String, _ head: RequestHead) -> String {
        guard case .value(let range) = head.single(name) else { return "" }
        return head.text(range)
    }

    @Test func `a refusal is kept with its bytes`() async throws {
        let body = Answers.body("4014700")
        try await Calls.with(StandIn(response(body, 401))) { calls in
            let (outcome, exchange) = await calls.cashIn.generate(try Calls.intent())
            guard case .notAccepted(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(
                failure.description
                    == "the gateway refused the request, HTTP status 401, responseCode 4014700"
            )
            #expect(exchange.responseStatus == 401)
            #expect(exchange.responseBody == Array(body.utf8))
        }
    }

    @Test func `a page of a firewall is shown with its fields`() async throws {
        var page = Response(.forbidden, body: Array("<html>Blocked".utf8))
        page.add("Content-Type", "text/html")
        page.add("Location", "/login")
        try await Calls.with(StandIn(page)) { calls in
            let (outcome, _) = await calls.cashIn.query(try Calls.intent().partnerReferenceNo)
            guard case .unreadable(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(
                failure.excerpt
                    == #"Content-Type "text/html", Location "/login", body "<html>Blocked""#
            )
        }
    }

    @Test func `an answer that does not come is a time-out, and open`() async throws {
        let standIn = StandIn(nil)
        try await Calls.with(standIn, requestTimeoutSeconds: 1) { calls in
            let (outcome, exchange) = await calls.cashIn.generate(try Calls.intent())
            guard case .unknown(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .timeout)
            #expect(exchange.error == failure.detail)
            #expect(exchange.responseStatus == nil)
            #expect(standIn.requests.count == 1, "a generate is not sent twice")
        }
    }

    @Test func `a gateway that cannot be reached has got nothing`() async throws {
        let port = try ClosedPort.make()
        let client = try HTTPClient(ClientSettings())
        let lost = try Calls(port: port, client)
        let (outcome, exchange) = await lost.cashIn.generate(try Calls.intent())
        let (queried, _) = await lost.cashIn.query(try Calls.intent().partnerReferenceNo)
        await client.close()
        #expect(!exchange.requestHead.isEmpty)
        guard case .notAccepted(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind == .notSent)
        #expect(exchange.error == failure.detail)
        #expect(queried == .unavailable(failure))
    }
}

/// The `openssl` command as a verifier that shares no code of ours.
enum OpenSSL {
    static func verifies(
        _ signature: [UInt8],
        of text: String,
        by key: RSAPrivateKey
    ) async throws -> Bool {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = [
            "public.pem": Array(try key.publicKey.pem().utf8), "signature": signature,
            "text": Array(text.utf8),
        ]
        for (name, bytes) in files {
            try Data(bytes).write(to: directory.appendingPathComponent(name))
        }
        let arguments = [
            "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "text",
        ]
        return try await OpenSSLCommand.runAside(arguments, in: directory).exitCode == 0
    }
}
