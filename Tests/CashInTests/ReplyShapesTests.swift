import HTTPClient
import Payments
import Snap
import Testing

@testable import CashIn

/// What firewalls, proxies, CDNs and the gateway itself send, from a raw server: what becomes of a
/// query and of a generate call, and what an operator reads.
@Suite(.timeLimit(.minutes(10)))
struct ReplyShapesTests {
    /// A response on the wire, and what follows from it.
    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]

        /// The outcome of a query, and a part of its text.
        let query: String

        /// The outcome of a generate call.
        let generate: String
        let text: String

        init(_ name: String, _ bytes: [UInt8], _ query: String, _ generate: String, _ text: String)
        {
            self.name = name
            self.bytes = bytes
            self.query = query
            self.generate = generate
            self.text = text
        }

        init(_ name: String, _ wire: String, _ query: String, _ generate: String, _ text: String) {
            self.init(name, Array(wire.utf8), query, generate, text)
        }

        var testDescription: String { name }
    }

    // MARK: Responses

    static func response(
        _ status: String,
        _ lines: [String] = [],
        body: [UInt8]
    ) -> [UInt8] {
        let fields = lines.map { $0 + "\r\n" }.joined()
        let head = "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    static func response(
        _ status: String,
        _ lines: [String] = [],
        _ body: String
    ) -> [UInt8] {
        response(status, lines, body: Array(body.utf8))
    }

    static let html = ["Content-Type: text/html"]
    static let json = ["Content-Type: application/json"]
    private static let page = "<html><title>Blocked</title></html>"
    private static let htmlText = "the response is HTML or XML, not JSON"

    /// One body that is good for both services: the members of each, and the code of one.
    private static func good(_ code: String) -> String {
        Answers.body(
            code,
            #""partnerReferenceNo":"REF1234567890","originalPartnerReferenceNo":"REF1234567890","#
                + #""referenceNo":"PAY1","latestTransactionStatus":"00","#
                + #""amount":{"value":"10000.00","currency":"IDR"},"#
                + #""qrContent":"\#(Answers.qrContent)""#
        )
    }

    /// Shapes that are the same for both services.
    static let failures: [Shape] = [
        Shape(
            "HTML with 200",
            response("200 OK", html, page),
            "unreadable",
            "unknown",
            htmlText + ": it is from a proxy, firewall or CDN, or cashIn.baseURL leads to a web "
                + #"page, HTTP status 200, Content-Type "text/html", body "<html><title>Blocked"#
        ),
        Shape(
            "HTML with 401",
            response("401 Unauthorized", html, page),
            "unreadable",
            "unknown",
            htmlText
        ),
        Shape(
            "HTML with 403",
            response("403 Forbidden", html, page),
            "unreadable",
            "unknown",
            htmlText
        ),
        Shape(
            "HTML with 502",
            response("502 Bad Gateway", html, page),
            "unavailable",
            "unknown",
            "HTTP status 502"
        ),
        Shape(
            "HTML with 524",
            response("524 A Timeout Occurred", html, page),
            "unavailable",
            "unknown",
            "HTTP status 524"
        ),
        Shape(
            "HTML with 429",
            response("429 Too Many", html, page),
            "unavailable",
            "unknown",
            "HTTP status 429"
        ),
        Shape(
            "HTML behind blanks and a byte order mark",
            response("200 OK", html, "\u{FEFF}\r\n \(page)"),
            "unreadable",
            "unknown",
            htmlText
        ),
        Shape(
            "a redirect",
            response("302 Found", ["Location: https://login.example.id/?next=1"], page),
            "unreadable",
            "unknown",
            "the response is a redirect, which is not followed, HTTP status 302, "
                + #"Location "https://login.example.id/?next=1""#
        ),
        Shape(
            "a permanent redirect without a body",
            response("308 Permanent Redirect", ["Location: https://b.example.id/"], ""),
            "unreadable",
            "unknown",
            "the response is a redirect, which is not followed, HTTP status 308"
        ),
        Shape(
            "gzip by its first bytes",
            response("200 OK", json, body: [0x1F, 0x8B, 0x08, 0x00]),
            "unreadable",
            "unknown",
            "the response is compressed (gzip), which was not requested"
        ),
        Shape(
            "a coding by its name",
            response("200 OK", json + ["Content-Encoding: br"], body: [0x0B, 0x02]),
            "unreadable",
            "unknown",
            "the response is compressed (br), which was not requested"
        ),
        Shape(
            "nothing",
            response("200 OK", json, ""),
            "unreadable",
            "unknown",
            "the response has no body, HTTP status 200, Content-Type \"application/json\", no body"
        ),
        Shape(
            "204",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "unreadable",
            "unknown",
            "the response has no body, HTTP status 204"
        ),
        Shape(
            "UTF-16",
            response("200 OK", json, body: [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]),
            "unreadable",
            "unknown",
            "the response is UTF-16, expected UTF-8"
        ),
        Shape(
            "JSON that ends too early",
            response("200 OK", json, #"{"responseCode":"#),
            "unreadable",
            "unknown",
            "the response cannot be read: JSON: ends too early at byte 16"
        ),
        Shape(
            "an array",
            response("200 OK", json, "[]"),
            "unreadable",
            "unknown",
            "the response cannot be read: JSON, but array, expected an object"
        ),
        Shape(
            "JSON of another API",
            response("403 Forbidden", json, #"{"message":"Forbidden"}"#),
            "unreadable",
            "unknown",
            "the response cannot be read: responseCode is missing, HTTP status 403, "
                + #"Content-Type "application/json", body "{\"message\":\"Forbidden\"}""#
        ),
        Shape(
            "a code that is none",
            response("200 OK", json, #"{"responseCode":"00"}"#),
            "unreadable",
            "unknown",
            "responseCode is malformed, expected seven digits that begin with 1 to 5"
        ),
        Shape(
            "the code of another service",
            response("401 Unauthorized", json, #"{"responseCode":"4017300"}"#),
            "unreadable",
            "unknown",
            "responseCode 4017300 belongs to service 73"
        ),
        Shape(
            "another protocol",
            "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "unavailable",
            "unknown",
            "parse failed: 127.0.0.1:PORT: malformed status line at byte 0"
        ),
        Shape(
            "a body that is cut off",
            "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
            "unavailable",
            "unknown",
            "wait failed: 127.0.0.1:PORT: the server closed the connection"
        ),
        Shape(
            "129 fields",
            response("200 OK", (1...128).map { "X-\($0): a" }, "{}"),
            "unavailable",
            "unknown",
            "parse failed: 127.0.0.1:PORT: more than 128 fields"
        ),
        Shape(
            "lengths that differ",
            response("200 OK", ["Content-Length: 9"], "{}"),
            "unavailable",
            "unknown",
            "malformed Content-Length"
        ),
    ]

    // MARK: Calls

    private struct Outcomes {
        let query: String
        let generate: String
        let queryText: String
        let generateText: String
    }

    /// What becomes of both calls at `port`.
    private func outcomes(
        at port: Int,
        _ settings: ClientSettings = ClientSettings()
    ) async throws
        -> Outcomes
    {
        let reference = try #require(Reference("REF1234567890"))
        let intent = try Calls.intent()
        // The server closes each connection, so that none is reused.
        let clients = try [HTTPClient(settings), HTTPClient(settings)]
        let query = try await Calls(port: port, clients[0]).cashIn.query(reference).0
        let generate = try await Calls(port: port, clients[1]).cashIn.generate(intent).0
        for client in clients { await client.close() }
        let (queryWord, queryText) = word(query)
        let (generateWord, generateText) = word(generate)
        return Outcomes(
            query: queryWord,
            generate: generateWord,
            queryText: queryText.replacing(":\(port)", with: ":PORT"),
            generateText: generateText.replacing(":\(port)", with: ":PORT")
        )
    }

    private func word(_ outcome: QueryOutcome) -> (String, String) {
        switch outcome {
        case .found(let response): ("found", "\(response.status.code)")
        case .notFound: ("notFound", "")
        case .unauthorized(let failure): ("unauthorized", failure.description)
        case .refused(let failure): ("refused", failure.description)
        case .unreadable(let failure): ("unreadable", failure.description)
        case .unavailable(let failure): ("unavailable", failure.description)
        }
    }

    private func word(_ result: GenerationResult) -> (String, String) {
        switch result {
        case .accepted(_, let content, _): ("accepted", content)
        case .codeRefused(_, let problem): ("codeRefused", problem.description)
        case .notAccepted(let failure): ("notAccepted", failure.description)
        case .unknown(let failure): ("unknown", failure.description)
        }
    }

    // MARK: Tests

    @Test(arguments: failures)
    func `a response that is no SNAP answer is named`(_ shape: Shape) async throws {
        let gateway = try RawGateway(.bytes(shape.bytes))
        let outcomes = try await outcomes(at: gateway.port)
        #expect(outcomes.query == shape.query)
        #expect(outcomes.generate == shape.generate)
        #expect(outcomes.queryText.contains(shape.text), "\(outcomes.queryText)")
        #expect(outcomes.generateText.contains(shape.text), "\(outcomes.generateText)")
    }

    @Test(arguments: readable.indices)
    func `a good response is read in any of its spellings`(_ index: Int) async throws {
        let (name, make) = Self.readable[index]
        let query = try RawGateway(.bytes(make(Self.good("2005100"))))
        let found = try await outcomes(at: query.port)
        #expect(found.query == "found", "\(name): \(found.queryText)")
        let generate = try RawGateway(.bytes(make(Self.good("2004700"))))
        let accepted = try await outcomes(at: generate.port)
        #expect(accepted.generate == "accepted", "\(name): \(accepted.generateText)")
        #expect(accepted.generateText == Answers.qrContent, "\(name)")
    }

    @Test(arguments: [
        (#""referenceNo":"PAY1","#, "", "unknown", "referenceNo is missing"),
        (
            #""referenceNo":"PAY1""#, #""referenceNo":["PAY1"]"#, "unknown",
            "referenceNo is malformed, expected 1 to 64 visible ASCII characters"
        ),
        (#""PAY1""#, #""PAY 1""#, "unknown", "referenceNo is malformed"),
        (#""qrContent":""#, #""qr":""#, "codeRefused", "the QR code is missing"),
    ])
    func `a generate response names the member at fault`(
        _ old: String,
        _ new: String,
        _ word: String,
        _ text: String
    ) async throws {
        let body = Self.good("2004700").replacing(old, with: new)
        let gateway = try RawGateway(.bytes(Self.response("200 OK", [], body)))
        let outcomes = try await outcomes(at: gateway.port)
        #expect(outcomes.generate == word)
        #expect(outcomes.generateText.contains(text), "\(outcomes.generateText)")
    }

    @Test(arguments: [
        (
            #""originalPartnerReferenceNo":"REF1234567890","#, "",
            "originalPartnerReferenceNo is missing"
        ),
        (#""latestTransactionStatus":"00","#, "", "latestTransactionStatus is missing"),
        (#""latestTransactionStatus":"00""#, #""latestTransactionStatus":" ""#, "is missing"),
        (
            #""latestTransactionStatus":"00""#, #""latestTransactionStatus":"99""#,
            "latestTransactionStatus is malformed, expected 00 to 07"
        ),
        (
            #""latestTransactionStatus":"00""#, #""latestTransactionStatus":{}"#,
            "latestTransactionStatus is malformed, expected a string"
        ),
    ])
    func `a query response names the member at fault`(
        _ old: String,
        _ new: String,
        _ text: String
    ) async throws {
        let body = Self.good("2005100").replacing(old, with: new)
        let gateway = try RawGateway(.bytes(Self.response("200 OK", [], body)))
        let outcomes = try await outcomes(at: gateway.port)
        #expect(outcomes.query == "unreadable")
        #expect(outcomes.queryText.contains(text), "\(outcomes.queryText)")
    }

    @Test func `a refused connection is known to have reached no gateway`() async throws {
        let outcomes = try await outcomes(at: RawGateway.closedPort())
        #expect(outcomes.query == "unavailable")
        #expect(outcomes.generate == "notAccepted")
        #expect(outcomes.generateText.contains("connect failed: 127.0.0.1:PORT"))
    }

    @Test func `a gateway that closes without a word leaves it open`() async throws {
        let gateway = try RawGateway(.closes)
        let outcomes = try await outcomes(at: gateway.port)
        #expect(outcomes.query == "unavailable")
        #expect(outcomes.generate == "unknown")
    }

    @Test func `a timeout names the phase and the limit`() async throws {
        let gateway = try RawGateway(.silent)
        var settings = ClientSettings()
        settings.requestTimeoutSeconds = 1
        let outcomes = try await outcomes(at: gateway.port, settings)
        #expect(outcomes.query == "unavailable")
        #expect(outcomes.generate == "unknown")
        let text = "wait timed out after 1 s (requestTimeoutSeconds): 127.0.0.1:PORT"
        #expect(outcomes.queryText == text)
        #expect(outcomes.generateText == text)
    }
}
