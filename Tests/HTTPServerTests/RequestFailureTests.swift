import HTTPCore
import HTTPServer
import Testing

@Suite struct `Refusals` {
    struct Case: CustomTestStringConvertible {
        let why: String
        let request: String
        let status: Int
        var testDescription: String { why }
    }

    private static func head(_ fields: String) -> String {
        "POST / HTTP/1.1\r\nHost: t\r\n\(fields)\r\n\r\n"
    }

    private static func chunked(_ body: String) -> String {
        head("Transfer-Encoding: chunked") + body
    }

    static let cases = [
        Case(why: "bare CR", request: "GET / HTTP/1.1\rHost: t\r\n\r\n", status: 400),
        Case(why: "bare LF in the head", request: "GET / HTTP/1.1\nHost: t\n\n", status: 400),
        Case(why: "bare LF in a chunk line", request: chunked("1\na\r\n0\r\n\r\n"), status: 400),
        Case(why: "bare LF in trailers", request: chunked("0\r\nA: b\n\r\n"), status: 400),
        Case(why: "space before the colon", request: head("A : b"), status: 400),
        Case(
            why: "space before the first field",
            request: "GET / HTTP/1.1\r\n Host: t\r\n\r\n",
            status: 400
        ),
        Case(why: "a folded line", request: head("A: b\r\n c"), status: 400),
        Case(
            why: "both framings",
            request: head("Content-Length: 1\r\nTransfer-Encoding: chunked"),
            status: 400
        ),
        Case(
            why: "differing lengths",
            request: head("Content-Length: 1\r\nContent-Length: 2"),
            status: 400
        ),
        Case(why: "a length with a sign", request: head("Content-Length: +1"), status: 400),
        Case(
            why: "chunks in HTTP/1.0",
            request: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            status: 400
        ),
        Case(
            why: "another coding",
            request: head("Transfer-Encoding: gzip, chunked"),
            status: 400
        ),
        Case(why: "no Host", request: "GET / HTTP/1.1\r\n\r\n", status: 400),
        Case(why: "two Hosts", request: head("Host: t"), status: 400),
        Case(why: "an invalid Host", request: "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", status: 400),
        Case(why: "NUL in a value", request: head("A: \0"), status: 400),
        Case(why: "an invalid name", request: head("A(: b"), status: 400),
        Case(why: "TLS spoken to us", request: "\u{16}\u{3}\u{1}\u{2}", status: 400),
        Case(why: "an empty Host", request: "GET / HTTP/1.1\r\nHost:\r\n\r\n", status: 400),
        Case(why: "a port alone", request: "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", status: 400),
        Case(why: "an extension without a name", request: chunked("1;\r\na\r\n"), status: 400),
        Case(why: "a malformed extension", request: chunked("1;a[=x\r\na\r\n"), status: 400),
        Case(why: "no HTTP at all", request: "\r\n\r\n \r\n", status: 400),
        Case(why: "a chunk that does not end", request: chunked("1\r\nabc"), status: 400),
        Case(
            why: "a target too long",
            request: "GET /" + String(repeating: "a", count: 8192) + " HTTP/1.1\r\n",
            status: 414
        ),
        Case(
            why: "a head too long",
            request: head("A: " + String(repeating: "a", count: 16_384)),
            status: 431
        ),
        Case(
            why: "too many fields",
            request: head((1...64).map { "A: \($0)" }.joined(separator: "\r\n")),
            status: 431
        ),
        Case(why: "a body too long", request: head("Content-Length: 65537"), status: 413),
        Case(
            why: "a length beyond any number",
            request: head("Content-Length: 99999999999999999999999"),
            status: 413
        ),
        Case(why: "a chunk too long", request: chunked("10001\r\n"), status: 413),
        Case(why: "a chunk beyond any number", request: chunked("fffffffffffffffff"), status: 413),
        Case(why: "a method too long", request: String(repeating: "A", count: 33), status: 501),
        Case(why: "another version", request: "GET / HTTP/2.0\r\nHost: t\r\n\r\n", status: 505),
    ]

    @Test(arguments: cases)
    func `what is no request is answered and the connection closed`(_ row: Case) async throws {
        let handler = StubHandler()
        try await withServer(handler: handler) { test in
            for isBytewise in [false, true] where !isBytewise || row.request.utf8.count < 200 {
                let client = try test.connect()
                if isBytewise {
                    for byte in row.request.utf8 { try? client.send([byte]) }
                } else {
                    try client.send(row.request)
                }
                let answer = try client.readAnswer()
                #expect(answer.status == row.status)
                #expect(answer.closes)
                #expect(answer.body == "\(row.status)")
                #expect(try client.isClosed())
                #expect(handler.refused.next()?.status.code == row.status)
                #expect(handler.finished.next()?.status?.code == row.status)
            }
        }
    }

    @Test func `requests before the bad one are answered first`() async throws {
        try await withServer { test in
            let client = try test.connect()
            try client.send(get("/1") + "bad\n")
            #expect(try client.readAnswer().body == "GET /1 ")
            #expect(try client.readAnswer().status == 400)
            #expect(try client.isClosed())
        }
    }

    @Test func `a client that goes on sending gets to read why it was refused`() async throws {
        try await withServer { test in
            let client = try test.connect()
            try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n")
            try client.send([UInt8](repeating: 97, count: 500_000))
            #expect(try client.readAnswer().status == 413)
            client.halfClose()
            #expect(try client.isClosed())
        }
    }

    @Test func `a client that never stops sending is cut off`() async throws {
        try await withServer { test in
            let client = try test.connect()
            try client.send("bad\n")
            #expect(throws: Client.Failure.self) {
                for _ in 0..<1000 { try client.send([UInt8](repeating: 97, count: 100_000)) }
            }
        }
    }
}

@Suite struct `Admitting a request` {
    private static let refusing = StubHandler(admit: { _ in .refuse(Response(.notFound)) })

    @Test func `a refused request without a body leaves the connection open`() async throws {
        try await withServer(handler: Self.refusing) { test in
            let client = try test.connect()
            for _ in 1...2 {
                let answer = try client.ask(get("/"))
                #expect(answer.status == 404)
                #expect(!answer.closes)
            }
            let empty = try client.ask(post("/", ""))
            #expect(!empty.closes)
        }
    }

    @Test(arguments: ["Content-Length: 10", "Transfer-Encoding: chunked"])
    func `one with a body is answered at once and closed`(framing: String) async throws {
        try await withServer(handler: Self.refusing) { test in
            let client = try test.connect()
            let fields = "Host: t\r\nExpect: 100-continue\r\n\(framing)\r\n\r\n"
            // No 100 comes first.
            let answer = try client.ask("POST / HTTP/1.1\r\n" + fields)
            #expect(answer.status == 404)
            #expect(answer.closes)
            #expect(try client.isClosed())
        }
    }

    @Test func `the client is told to send its body once it is admitted`() async throws {
        let handler = StubHandler()
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            let fields = "Host: t\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
            let interim = try client.ask("POST / HTTP/1.1\r\n" + fields)
            #expect(handler.admitted.next() == "/")
            #expect(interim.status == 100)
            try client.send("bo")
            try client.send("dy")
            #expect(try client.readAnswer().body == "POST / body")
            // Not asked for when the body is there.
            #expect(try client.ask("POST / HTTP/1.1\r\n" + fields + "body").status == 200)
        }
    }

    /// Handles requests whose bodies need a permit; keeps none of them.
    private static func permitting(_ released: Channel<Bool>) -> StubHandler {
        StubHandler(
            handle: { request, _ in
                Response(.ok, body: Array("\(request.body.count) \(request.permit != nil)".utf8))
            },
            admit: { _ in
                let permit = BodyPermit(seconds: 60) { released.put(true) }
                return .receive(bodyBytesMax: 100_000, permit: permit)
            }
        )
    }

    @Test func `a permit admits a large body, and is released whatever becomes of it`() async throws
    {
        let released = Channel<Bool>()
        try await withServer(handler: Self.permitting(released)) { test in
            let body = String(repeating: "a", count: 100_000)
            #expect(try test.connect().ask(post("/", body)).body == "100000 true")
            #expect(released.next() == true)
            #expect(try test.connect().ask(post("/", body + "a")).status == 413)
            #expect(released.next() == true)
            do {
                let client = try test.connect()
                try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n")
                try client.send("a")
            }
            // The client has disconnected in the middle of the body.
            #expect(released.next() == true)
            #expect(released.count == 0)
        }
    }

    @Test func `a body over what was admitted is refused`() async throws {
        let handler = StubHandler(admit: { _ in .receive(bodyBytesMax: 3) })
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            #expect(try client.ask(post("/", "abc")).status == 200)
            #expect(try client.ask(post("/", "abcd")).status == 413)
            #expect(handler.refused.next() == .bodyTooLarge(bytesMax: 3))
        }
    }
}
