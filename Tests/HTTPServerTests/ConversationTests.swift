import HTTPCore
import Testing

@testable import HTTPServer

/// Feeds a conversation the way a connection does: admits everything, keeps what is not used.
private struct Feeder {
    var conversation = Conversation(limits: HTTPLimits())
    var kept: [UInt8] = []
    var steps: [String] = []
    var bodyBytesMax = 65_536
    var mayExceedLimit = false

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        kept += bytes
        while true {
            var used = 0
            let bytes = kept
            let step = conversation.next(bytes.span, used: &used)
            kept.removeFirst(used)
            switch step {
            case .wait: return
            case .head(let head):
                steps.append("admit \(head.text(head.target))")
                conversation.startBody(bytesMax: bodyBytesMax, mayExceedLimit: mayExceedLimit)
            case .sendContinue: steps.append("continue")
            case .handle(_, let body):
                steps.append("handle \(String(decoding: body, as: UTF8.self))")
                conversation.finishResponse()
            case .refuse(let refusal, let head):
                steps.append("refuse \(refusal.status.code)\(head == nil ? "" : " with head")")
                return
            case .end:
                steps.append("end")
                return
            }
        }
    }
}

private let chunked = "Transfer-Encoding: chunked\r\n"

@Suite struct `A conversation` {
    struct Case: CustomTestStringConvertible {
        let why: String
        let bytes: String
        let steps: [String]
        var testDescription: String { why }
    }

    static let cases = [
        Case(why: "no body", bytes: get("/a"), steps: ["admit /a", "handle "]),
        Case(
            why: "a body of known length",
            bytes: post("/a", "body"),
            steps: ["admit /a", "handle body"]
        ),
        Case(
            why: "chunks and a trailer, and another request behind them",
            bytes: "POST /a HTTP/1.1\r\nHost: t\r\n\(chunked)\r\n"
                + "2\r\nbo\r\n2\r\ndy\r\n0\r\nX: y\r\n\r\n" + get("/b"),
            steps: ["admit /a", "handle body", "admit /b", "handle "]
        ),
        Case(
            why: "three in a row",
            bytes: get("/1") + post("/2", "two") + get("/3"),
            steps: ["admit /1", "handle ", "admit /2", "handle two", "admit /3", "handle "]
        ),
        Case(
            why: "an empty line before the request",
            bytes: "\r\n" + get("/a"),
            steps: ["admit /a", "handle "]
        ),
        Case(
            why: "empty lines before, between and behind requests",
            bytes: "\r\n\r\n" + post("/a", "body") + "\r\n\r\n" + get("/b") + "\r\n",
            steps: ["admit /a", "handle body", "admit /b", "handle "]
        ),
        Case(
            why: "garbage behind a good request is refused after it",
            bytes: get("/a") + "\u{1}\r\n",
            steps: ["admit /a", "handle ", "refuse 400"]
        ),
        Case(
            why: "a chunk that is no chunk is refused with its head",
            bytes: "POST /a HTTP/1.1\r\nHost: t\r\n\(chunked)\r\nx\r\n",
            steps: ["admit /a", "refuse 400 with head"]
        ),
    ]

    @Test(arguments: cases)
    func `takes the same steps however its bytes are cut`(_ row: Case) {
        let bytes = Array(row.bytes.utf8)
        var whole = Feeder()
        whole.feed(bytes)
        #expect(whole.steps == row.steps)
        var single = Feeder()
        for byte in bytes { single.feed([byte]) }
        #expect(single.steps == row.steps)
        for cut in bytes.indices {
            var halves = Feeder()
            halves.feed(bytes[..<cut])
            halves.feed(bytes[cut...])
            #expect(halves.steps == row.steps, "cut at \(cut)")
        }
    }

    @Test(arguments: [65_535, 65_536, 65_537])
    func `admits a body up to the limit`(count: Int) {
        let known = post("/", String(repeating: "a", count: count))
        let hexadecimal = String(count, radix: 16)
        let body = String(repeating: "a", count: count)
        let unknown =
            "POST / HTTP/1.1\r\nHost: t\r\n\(chunked)\r\n\(hexadecimal)\r\n\(body)\r\n0\r\n\r\n"
        for text in [known, unknown] {
            var feeder = Feeder()
            feeder.feed(text.utf8)
            let isRefused = count > 65_536
            #expect(feeder.steps.last?.hasPrefix(isRefused ? "refuse 413" : "handle") == true)
        }
    }

    @Test func `holds the body against what the handler admits, and against the server's limit`() {
        for (admitted, count, isRefused) in [(4, 4, false), (4, 5, true), (.max, 65_537, true)] {
            var feeder = Feeder()
            feeder.bodyBytesMax = admitted
            feeder.feed(post("/", String(repeating: "a", count: count)).utf8)
            #expect(feeder.steps.last?.hasPrefix("refuse") == isRefused, "\(admitted), \(count)")
        }
    }

    @Test(arguments: [
        (post("/", String(repeating: "a", count: 65_537)), "handle"),
        (post("/", String(repeating: "a", count: 70_001)), "refuse 413"),
        ("POST / HTTP/1.1\r\nHost: t\r\n\(chunked)\r\n" + chunk(70_000), "handle"),
        ("POST / HTTP/1.1\r\nHost: t\r\n\(chunked)\r\n" + chunk(70_001), "refuse 413"),
    ])
    func `may exceed the server's limit up to what the handler admits`(text: String, last: String) {
        var feeder = Feeder()
        (feeder.bodyBytesMax, feeder.mayExceedLimit) = (70_000, true)
        feeder.feed(text.utf8)
        #expect(feeder.steps.last?.hasPrefix(last) == true)
    }

    private static func chunk(_ count: Int) -> String {
        String(count, radix: 16) + "\r\n" + String(repeating: "a", count: count) + "\r\n0\r\n\r\n"
    }

    static let expecting = "POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"

    struct ContinueCase: CustomTestStringConvertible {
        let why: String
        let head: String
        let body: String
        let asks: Bool
        var testDescription: String { why }
    }

    @Test(arguments: [
        ContinueCase(
            why: "the body is awaited",
            head: expecting + "Content-Length: 2\r\n\r\n",
            body: "",
            asks: true
        ),
        ContinueCase(
            why: "chunks are awaited",
            head: expecting + chunked + "\r\n",
            body: "",
            asks: true
        ),
        ContinueCase(
            why: "a part of the body is here",
            head: expecting + "Content-Length: 2\r\n\r\n",
            body: "b",
            asks: false
        ),
        ContinueCase(
            why: "the first byte of a chunk is here",
            head: expecting + chunked + "\r\n",
            body: "2",
            asks: false
        ),
        ContinueCase(
            why: "the body is empty",
            head: expecting + "Content-Length: 0\r\n\r\n",
            body: "",
            asks: false
        ),
        ContinueCase(
            why: "HTTP/1.0 has no 100",
            head: "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
            body: "",
            asks: false
        ),
    ])
    func `asks for the body once, when the client waits to send it`(_ row: ContinueCase) {
        var feeder = Feeder()
        feeder.feed((row.head + row.body).utf8)
        feeder.feed([])
        #expect(feeder.steps.filter { $0 == "continue" }.count == (row.asks ? 1 : 0))
    }

    @Test(arguments: [
        ("", "end", "nothing was asked"),
        ("\r\n\r\n", "end", "nothing but empty lines"),
        ("\r\n\r", "refuse 400", "half an empty line"),
        ("G", "refuse 400", "a head has begun"),
        (expecting + "Content-Length: 2\r\n\r\nb", "refuse 400 with head", "within a body"),
        ("GET / HTTP/1.1\r\nHost: t\r\n\r\n", "end", "all is answered"),
    ])
    func `tells an end between requests from one within`(bytes: String, step: String, why: String) {
        var feeder = Feeder()
        feeder.feed(bytes.utf8)
        feeder.conversation.endInput()
        feeder.feed([])
        #expect(feeder.steps.last == step, "\(why)")
    }

    @Test func `reads on behind the end of input what had come before it`() {
        var feeder = Feeder()
        feeder.conversation.endInput()
        feeder.feed((get("/1") + get("/2")).utf8)
        #expect(feeder.steps == ["admit /1", "handle ", "admit /2", "handle ", "end"])
    }

    @Test func `knows what it waits for, and what to say when that takes too long`() {
        var feeder = Feeder()
        #expect(feeder.conversation.stage == .idle)
        #expect(feeder.conversation.timeOut() == nil)
        feeder.feed("\r\n\r\n".utf8)
        #expect(feeder.conversation.stage == .idle)
        #expect(feeder.kept.isEmpty)
        feeder.feed("G".utf8)
        #expect(feeder.conversation.stage == .head)
        var late = feeder.conversation
        #expect(late.timeOut() == .refuse(.headerTimeout, nil))
        feeder.feed("ET / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n".utf8)
        #expect(feeder.conversation.stage == .body)
        guard case .refuse(.bodyTimeout, .some) = feeder.conversation.timeOut() else {
            Issue.record("a body that is late is refused with its head")
            return
        }
        #expect(feeder.conversation.stage == .response)
        #expect(feeder.conversation.timeOut() == nil)
    }

    @Test func `looks at no byte while a request is answered or after a refusal`() {
        var conversation = Conversation(limits: HTTPLimits())
        let bytes = Array((get("/1") + get("/2")).utf8)
        var used = 0
        guard case .head = conversation.next(bytes.span, used: &used) else {
            Issue.record("the first request is admitted")
            return
        }
        #expect(conversation.next(bytes.span, used: &used) == .wait)
        conversation.startResponse()
        let usedByFirst = used
        #expect(conversation.next(bytes.span, used: &used) == .wait)
        #expect(used == usedByFirst)
        conversation.finishResponse()
        guard case .head(let head) = conversation.next(bytes.span, used: &used) else {
            Issue.record("the second request follows")
            return
        }
        #expect(head.text(head.target) == "/2")
    }
}
