import Payments
import Snap
import Testing

@testable import CashIn

/// Queries that bring no status: who failed, and what is shown of a response that is no answer.
struct QueryFailureTests {
    private let queried: Reference

    init() throws { queried = try #require(Reference("T")) }

    private enum Word: String {
        case found, notFound, unauthorized, refused, unreadable, unavailable
    }

    private func judge(_ outcome: QueryOutcome) -> (Word, GatewayFailure?) {
        switch outcome {
        case .found: (.found, nil)
        case .notFound: (.notFound, nil)
        case .unauthorized(let failure): (.unauthorized, failure)
        case .refused(let failure): (.refused, failure)
        case .unreadable(let failure): (.unreadable, failure)
        case .unavailable(let failure): (.unavailable, failure)
        }
    }

    /// An empty code stands for a body that is no SNAP answer.
    private static let rows: [(code: String, status: Int, word: Word, reason: String)] = [
        ("4015100", 401, .unauthorized, "the documented one"),
        ("4015100", 200, .unauthorized, "the code under another status"),
        ("4005100", 401, .unauthorized, "the status with another code"),
        ("4045101", 401, .unauthorized, "not found, said to a stranger"),
        ("4035101", 403, .refused, "feature not allowed"),
        ("4035101", 200, .refused, "the code under another status"),
        ("4045100", 404, .refused, "404, but not of the transaction"),
        ("4045113", 404, .refused, "invalid amount"),
        ("4005101", 400, .refused, "a field"),
        ("4095100", 409, .refused, "a conflict"),
        ("4055100", 405, .refused, "the function"),
        ("2005100", 404, .refused, "a success under a refusal"),
        ("4045101", 404, .notFound, "the documented one"),
        ("4045101", 200, .notFound, "the code under another status"),
        ("4045101", 302, .unreadable, "a redirect"),
        ("2005100", 302, .unreadable, "a redirect"),
        ("2025100", 200, .unreadable, "a success of another kind"),
        ("2004700", 200, .unreadable, "a success of another service"),
        ("4014700", 401, .unreadable, "a refusal by another service"),
        ("4044701", 404, .unreadable, "not found by another service"),
        ("", 200, .unreadable, "a firewall's page"),
        ("", 302, .unreadable, "a login page"),
        ("", 401, .unreadable, "a proxy's own password"),
        ("", 403, .unreadable, "a firewall's page"),
        ("", 404, .unreadable, "a wrong baseURL"),
        ("", 408, .unavailable, "a proxy waited too long"),
        ("", 429, .unavailable, "a proxy limits the rate"),
        ("", 502, .unavailable, "the proxy found no gateway"),
        ("", 524, .unavailable, "a CDN's own status"),
        ("4045101", 500, .unavailable, "an error that calls itself not found"),
        ("4045101", 503, .unavailable, "another"),
        ("2005100", 500, .unavailable, "an error that calls itself a success"),
        ("4014700", 503, .unavailable, "an error of another service"),
        ("4295100", 429, .unavailable, "too many requests"),
        ("4295100", 200, .unavailable, "the code under another status"),
        ("4085100", 408, .unavailable, "the gateway waited too long"),
        ("5005100", 500, .unavailable, "an error"),
        ("5045100", 504, .unavailable, "a timeout behind the gateway"),
        ("5005101", 200, .unavailable, "the code under another status"),
    ]

    @Test(arguments: rows.indices)
    func `status and code tell who failed`(_ index: Int) {
        let (code, status, word, reason) = Self.rows[index]
        let body = code.isEmpty ? "<html>" : Answers.body(code)
        let reply = Answers.reply(.query, body, status: status)
        let (judged, failure) = judge(QueryOutcome(reply, about: queried))
        #expect(judged == word, "\(code) under \(status): \(reason)")
        guard word != .notFound else { return }
        #expect(failure?.status == status)
        #expect(failure?.responseCode?.description ?? "" == code)
        #expect((failure?.excerpt == nil) == !code.isEmpty)
        let isRefusal = word == .refused || word == .unauthorized
        #expect(failure?.kind == (isRefusal ? .refused : .failed))
    }

    @Test(arguments: [GatewayFailure.Kind.notSent, .timeout, .failed])
    func `a call without a response is of a gateway that is unavailable`(
        _ kind: GatewayFailure.Kind
    ) {
        let failure = GatewayFailure(kind, "wait failed")
        #expect(QueryOutcome(.failed(failure), about: queried) == .unavailable(failure))
    }

    private func blocked(
        _ body: [UInt8],
        contentType: String? = nil,
        location: String? = nil
    ) -> GatewayFailure? {
        let reply = GatewayReply(
            status: 403,
            body: body,
            contentType: contentType,
            location: location,
            from: .query
        )
        return judge(QueryOutcome(reply, about: queried)).1
    }

    @Test func `a response that is no answer is shown on one line`() throws {
        let page = "<html>\r\n<b>\u{1B}[31mBlocked\u{202E}</b>"
        let failure = try #require(
            blocked(Array(page.utf8), contentType: "text/html", location: "https://waf/x")
        )
        #expect(
            failure.summary == "the response is HTML or XML, not JSON: it is from a proxy, "
                + "firewall or CDN, or cashIn.baseURL leads to a web page, HTTP status 403"
        )
        #expect(
            failure.description == failure.summary
                + #", Content-Type "text/html", Location "https://waf/x", "#
                + #"body "<html>\r\n<b>\u001b[31mBlocked\u202e</b>""#
        )
    }

    @Test(arguments: [(0, "no body"), (1, #"body "x""#)])
    func `what is missing is not shown`(_ count: Int, _ text: String) {
        #expect(blocked(Array(repeating: 0x78, count: count))?.excerpt == text)
    }

    @Test(arguments: [(199, ""), (200, ""), (201, "…")])
    func `only the first 200 bytes are shown`(_ count: Int, _ mark: String) {
        let bytes = [UInt8](repeating: 0x78, count: count)
        let text = String(repeating: "x", count: min(count, 200))
        #expect(blocked(bytes)?.excerpt == "body \"\(text)\"\(mark)")
        let type = String(decoding: bytes, as: UTF8.self)
        #expect(
            blocked([], contentType: type)?.excerpt
                == "Content-Type \"\(text)\"\(mark), no body"
        )
    }

    @Test func `bytes that are not UTF-8 are replaced`() {
        #expect(blocked([0x1F, 0x8B, 0x41])?.excerpt == "body \"\\u001f\u{FFFD}A\"")
    }
}
