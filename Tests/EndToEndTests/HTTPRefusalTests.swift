import Support
import Testing

/// What the notify listener refuses as HTTP, over real sockets: SNAP's body, and the connection
/// ends.
@Suite(.blocking)
struct HTTPRefusalTests {
    /// Bytes that are no request, and the answer to them.
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        var code = "4005600"
        let bytes: [UInt8]

        var testDescription: String { "\(code): \(reason)" }

        init(_ reason: String, code: String = "4005600", _ text: String) {
            self.reason = reason
            self.code = code
            bytes = Array(text.utf8)
        }
    }

    private static let line = "POST /v1.0/debit/notify HTTP/1.1\r\n"
    private static let start = line + "Host: a.example\r\n"

    static let lineEndings: [Row] = [
        Row("a bare LF after the request line", "POST / HTTP/1.1\nHost: a\r\n\r\n"),
        Row("a bare LF after a field", line + "Host: a.example\nX: 1\r\n\r\n"),
        Row("a bare LF for the empty line", start + "\n"),
        Row("a bare CR in the request line", "POST /\rx HTTP/1.1\r\nHost: a\r\n\r\n"),
        Row("a bare CR in a value", start + "X: a\rb\r\n\r\n"),
        Row("a bare CR before CR LF", start + "X: a\r\r\n\r\n"),
        Row("NUL in a value", start + "X: a\0b\r\n\r\n"),
        Row("NUL in a name", start + "X\0: a\r\n\r\n"),
        Row("another control in a value", start + "X: a\u{1}b\r\n\r\n"),
        Row("DEL in a value", start + "X: a\u{7F}b\r\n\r\n"),
    ]

    static let fields: [Row] = [
        Row("a blank before the colon", start + "X : 1\r\n\r\n"),
        Row("a tab before the colon", start + "X\t: 1\r\n\r\n"),
        Row("a blank before the first field", line + " Host: a.example\r\n\r\n"),
        Row("a folded field", start + "X: 1\r\n 2\r\n\r\n"),
        Row("a field folded with a tab", start + "X: 1\r\n\t2\r\n\r\n"),
        Row("no name", start + ": 1\r\n\r\n"),
        Row("no colon", start + "nothing\r\n\r\n"),
        Row("a name in brackets", start + "(X): 1\r\n\r\n"),
        Row("a name beyond ASCII", start + "Ü: 1\r\n\r\n"),
        Row("the page's own header with its blank", start + "CHANNEL -ID: 9552\r\n\r\n"),
        Row("no Host", line + "\r\n"),
        Row("two Hosts", start + "Host: a.example\r\n\r\n"),
        Row("an empty Host", line + "Host:\r\n\r\n"),
        Row("a Host of blanks", line + "Host: \t\r\n\r\n"),
        Row("a port for a Host", line + "Host: :8080\r\n\r\n"),
        Row("a Host that is none", line + "Host: a b\r\n\r\n"),
        Row("a Host with a path", line + "Host: a.example/x\r\n\r\n"),
        Row("a Host with a user", line + "Host: me@a.example\r\n\r\n"),
    ]

    static let framing: [Row] = [
        Row(
            "both framings",
            start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        Row("two lengths that differ", start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        Row("two lengths in one", start + "Content-Length: 5, 5\r\n\r\nhello"),
        Row("a signed length", start + "Content-Length: +5\r\n\r\nhello"),
        Row("a negative length", start + "Content-Length: -1\r\n\r\n"),
        Row("a hexadecimal length", start + "Content-Length: 0x5\r\n\r\nhello"),
        Row("an empty length", start + "Content-Length:\r\n\r\n"),
        Row(
            "a length that overflows",
            code: "4135600",
            start + "Content-Length: 99999999999999999999\r\n\r\n"
        ),
        Row(
            "chunks in HTTP/1.0",
            "POST /v1.0/debit/notify HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        Row("gzip, then chunked", start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Row("chunked twice", start + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        Row("chunked, then identity", start + "Transfer-Encoding: chunked, identity\r\n\r\n"),
        Row("an unknown coding", start + "Transfer-Encoding: xchunked\r\n\r\n"),
    ]

    private static let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"

    static let chunks: [Row] = [
        Row("a chunk size that is none", chunked + "x\r\n"),
        Row("a signed chunk size", chunked + "+5\r\nhello\r\n0\r\n\r\n"),
        Row("an extension without a name", chunked + "5;\r\nhello\r\n0\r\n\r\n"),
        Row("an extension that is no token", chunked + "5;a[=x\r\nhello\r\n0\r\n\r\n"),
        Row("an extension without its value", chunked + "5;a=\r\nhello\r\n0\r\n\r\n"),
        Row("an extension with an open quote", chunked + "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
        Row("a chunk size that overflows", code: "4135600", chunked + "FFFFFFFFFFFFFFFFFF\r\n"),
        Row("a bare LF after a chunk size", chunked + "5\nhello\r\n0\r\n\r\n"),
        Row("a bare LF after a chunk", chunked + "5\r\nhello\n0\r\n\r\n"),
        Row("a longer chunk than it says", chunked + "4\r\nhello\r\n0\r\n\r\n"),
        Row("a bare LF in a trailer", chunked + "0\r\nX: 1\n\r\n"),
        Row("a folded trailer", chunked + "0\r\nX: 1\r\n 2\r\n\r\n"),
        Row("a blank before a trailer's colon", chunked + "0\r\nX : 1\r\n\r\n"),
    ]

    static let requestLines: [Row] = [
        Row("TLS", "\u{16}\u{3}\u{1}\u{2}\0"),
        Row("no version", "GET /\r\n\r\n"),
        Row("two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Row("a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Row("a target beyond ASCII", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        Row("a method in brackets", "(GET) / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Row("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        Row("HTTP/2", code: "5055600", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        Row("HTTP/2's preface", code: "5055600", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Row("HTTP/0.9", code: "5055600", "GET / HTTP/0.9\r\n\r\n"),
    ]

    static let sizes: [Row] = [
        Row(
            "a method of 33 bytes",
            code: "5015600",
            String(repeating: "M", count: 33) + " / HTTP/1.1\r\nHost: a\r\n\r\n"
        ),
        Row(
            "a target of 8193 bytes",
            code: "4145600",
            "POST /\(String(repeating: "a", count: 8_192)) HTTP/1.1\r\nHost: a\r\n\r\n"
        ),
        Row(
            "a head over 16384 bytes",
            code: "4315600",
            start + "X: \(String(repeating: "a", count: 16_384))\r\n\r\n"
        ),
        Row(
            "65 fields",
            code: "4315600",
            start + (1...64).map { "X-\($0): 1\r\n" }.joined() + "\r\n"
        ),
        Row("a long body announced", code: "4135600", start + "Content-Length: 65537\r\n\r\n"),
        Row("a long chunk announced", code: "4135600", chunked + "10001\r\n"),
    ]

    @Test(arguments: lineEndings + fields + framing + chunks + requestLines + sizes)
    func `what is no request gets a SNAP answer, and the connection ends`(row: Row) throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        try client.send(row.bytes)
        let response = try client.response()
        #expect(response.status == Int(row.code.prefix(3)))
        #expect(response.code == row.code)
        #expect(response.message?.isEmpty == false)
        #expect(response["Content-Type"] == "application/json")
        #expect(response["Connection"] == "close")
        #expect(try client.isEnded())
        // It cost this connection and nothing else.
        #expect(try daemon.post(Callback()).code == "2005600")
    }

    @Test func `a request after a refused one on the same connection is not served`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        let hidden = try Callback().request().bytes
        let both = Self.start + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        try client.send(Array(both.utf8) + hidden)
        #expect(try client.response().code == "4005600")
        #expect(try client.isEnded())
        #expect(try daemon.feed().isEmpty)
    }

    @Test(arguments: [
        ("a head that does not end", line + "Host: a"),
        ("a body that does not end", start + "Content-Length: 10\r\n\r\nhello"),
        ("chunks that do not end", chunked + "5\r\nhello\r\n"),
    ])
    func `who is too slow gets 408, and others are served meanwhile`(
        reason: String,
        text: String
    ) throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["limits.headerSeconds=1", "limits.bodySeconds=1"]
        )
        let slow = try daemon.connect()
        try slow.send(text)
        #expect(try daemon.post(Callback()).code == "2005600")
        let response = try slow.response()
        #expect(response.status == 408, "\(reason)")
        #expect(response.code == "4085600")
        #expect(response["Connection"] == "close")
        #expect(try slow.isEnded())
    }

    @Test(arguments: [
        ("within the head", line), ("within the body", start + "Content-Length: 10\r\n\r\nhello"),
    ])
    func `who ends a request half way gets 400`(reason: String, text: String) throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        try client.send(text)
        client.endSending()
        #expect(try client.response().code == "4005600", "\(reason)")
        #expect(try client.isEnded())
    }

    @Test func `connections over the cap are told so`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["limits.connections=2"])
        // A request answered on each: both are open and counted.
        let held = try (0..<2).map { _ in try daemon.connect() }
        for client in held {
            #expect(try client.exchange(Callback().request().bytes).status == 200)
        }
        let third = try daemon.connect()
        let response = try third.response()
        #expect(response.status == 503)
        #expect(response.code == "5035600")
        #expect(response["Retry-After"] != nil)
        #expect(try third.isEnded())
        for client in held {
            #expect(try client.exchange(Callback().request().bytes).status == 200)
        }
    }
}
