import Testing

@testable import HTTPCore

struct RequestHeadTests {
    private let text =
        "POST /v1.0/debit/notify?a=b%20c HTTP/1.1\r\nHost: pay.example.id:8080\r\nX-Empty:\r\n"
        + "x-padded: \t value in  between \t\r\nVia: one\r\nvia: two\r\n\r\n"

    @Test func `the parts of a head are where they were received`() throws {
        let head = try head(text)
        #expect(head.bytes == Array(text.utf8))
        #expect(head.text(head.method) == "POST")
        #expect(head.text(head.target) == "/v1.0/debit/notify?a=b%20c")
        #expect(head.text(head.path) == "/v1.0/debit/notify")
        #expect(head.query.map { head.text($0) } == "a=b%20c")
        #expect(head.version == .http11)
        #expect(
            head.fields.map { head.text($0.name) } == ["Host", "X-Empty", "x-padded", "Via", "via"]
        )
        #expect(
            head.fields.map { head.text($0.value) }
                == ["pay.example.id:8080", "", "value in  between", "one", "two"]
        )
        #expect(head[head.method] == Array("POST".utf8)[...])
    }

    @Test func `names are found in any case and their order is kept`() throws {
        let head = try head(text)
        #expect(head.values(of: "VIA").map { head.text($0) } == ["one", "two"])
        #expect(head.values(of: "vi").isEmpty)
        #expect(head.values(of: "Absent").isEmpty)
    }

    @Test func `a single field is absent, repeated or has its value`() throws {
        let head = try head(text)
        #expect(head.single("Absent") == .absent)
        #expect(head.single("Via") == .repeated)
        #expect(head.single("X-EMPTY") == .value(head.fields[1].value))
        #expect(head.single("X-Padded") == .value(head.fields[2].value))
    }

    @Test func `only letters are compared without case`() throws {
        // 0x40 and 0x60, and 0x5B and 0x7B, differ in the bit that tells a capital from a small
        // one.
        let head = try head(get(lines: "Host: a", "X`: 1", "X|: 2", "X^: 3"))
        #expect(head.values(of: "x@").isEmpty)
        #expect(head.values(of: "x\\").isEmpty)
        #expect(head.values(of: "x~").isEmpty)
        #expect(head.values(of: "x`").count == 1)
    }

    @Test func `a method is compared with its case`() throws {
        let head = try head(text)
        #expect(head.methodIs("POST"))
        #expect(!head.methodIs("post"))
        #expect(!head.methodIs("POS"))
        #expect(!head.methodIs("POSTS"))
    }

    @Test func `a path is compared byte by byte`() throws {
        let head = try head(text)
        #expect(head.pathIs(Array("/v1.0/debit/notify".utf8)))
        #expect(head.pathIs("/v1.0/debit/notify"))
        #expect(!head.pathIs("/v1.0/debit/Notify"))
        #expect(!head.pathIs("/v1.0/debit/notify/"))
        #expect(!head.pathIs("/v1.0/debit"))
    }

    @Test func `text that is not UTF-8 is readable still`() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xFF] + Array("\r\n\r\n".utf8)
        let head = try parseRequestHead(bytes, limits: HTTPLimits())
        #expect(head.text(head.fields[1].value) == "\u{FFFD}")
        #expect(head[head.fields[1].value] == [0xFF])
    }

    private static let persistence: [(row: Row, keepAlive: Bool)] = [
        (Row("1.1 persists", get(lines: "Host: a")), true),
        (Row("1.1 told to close", get(lines: "Host: a", "Connection: close")), false),
        (Row("in any case", get(lines: "Host: a", "connection: CLOSE")), false),
        (Row("in a list", get(lines: "Host: a", "Connection: te ,close")), false),
        (
            Row("in a second line", get(lines: "Host: a", "Connection: te", "Connection: close")),
            false
        ),
        (Row("another word", get(lines: "Host: a", "Connection: closed")), true),
        (Row("a word that holds it", get(lines: "Host: a", "Connection: not close")), true),
        (
            Row("close beats keep-alive", get(lines: "Host: a", "Connection: close, keep-alive")),
            false
        ),
        (Row("an empty list", get(lines: "Host: a", "Connection: ,")), true),
        (Row("1.0 closes", get(version: "HTTP/1.0")), false),
        (Row("1.0 asks", get(version: "HTTP/1.0", lines: "Connection: Keep-Alive")), true),
        (
            Row(
                "1.0 asks for both",
                get(version: "HTTP/1.0", lines: "Connection: keep-alive,close")
            ),
            false
        ),
        (Row("a later 1.x is 1.1", get(version: "HTTP/1.7", lines: "Host: a")), true),
    ]

    @Test(arguments: persistence)
    func `the connection persists as version and Connection say`(row: Row, keepAlive: Bool) throws {
        #expect(try head(row.text).keepAlive == keepAlive)
    }

    private static let expectation: [(row: Row, expects: Bool)] = [
        (Row("none", get(lines: "Host: a", "Content-Length: 1")), false),
        (Row("100", get(lines: "Host: a", "Content-Length: 1", "Expect: 100-continue")), true),
        (Row("any case", get(lines: "Host: a", "Content-Length: 1", "expect: 100-Continue")), true),
        (
            Row(
                "chunked",
                get(lines: "Host: a", "Transfer-Encoding: chunked", "Expect: 100-continue")
            ), true
        ),
        (Row("no body to come", get(lines: "Host: a", "Expect: 100-continue")), false),
        (
            Row("an empty one", get(lines: "Host: a", "Content-Length: 0", "Expect: 100-continue")),
            false
        ),
        (Row("another", get(lines: "Host: a", "Content-Length: 1", "Expect: 200-ok")), false),
        (
            Row(
                "1.0 does not know it",
                get(version: "HTTP/1.0", lines: "Content-Length: 1", "Expect: 100-continue")
            ), false
        ),
    ]

    @Test(arguments: expectation)
    func `a 100 is expected only before a body, in 1.1`(row: Row, expects: Bool) throws {
        #expect(try head(row.text).expectsContinue == expects)
    }
}
