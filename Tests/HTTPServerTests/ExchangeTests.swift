import Glibc
import Dispatch
import HTTPCore
import HTTPServer
import System
import Synchronization
import Testing

/// Keeps replies, to be answered in another order than asked.
private final class Desk: Sendable {
    private let replies = Mutex<[String: Reply]>([:])
    let arrivals = Channel<String>()

    func handle(_ request: Request, _ reply: Reply) -> Response? {
        let name = request.head.text(request.head.path)
        replies.withLock { $0[name] = reply }
        arrivals.put(name)
        return nil
    }

    func answer(_ name: String) {
        let reply = replies.withLock { $0.removeValue(forKey: name) }
        reply?.send(Response(.ok, body: Array(name.utf8)))
    }
}

@Suite struct `Requests and answers` {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "unix:/tmp/cashin-server-\(getpid()).sock"])
    func `a request is answered, and the connection used again`(address: String) async throws {
        let handler = StubHandler()
        try await withServer(on: address, handler: handler) { test in
            let client = try test.connect()
            for number in 1...3 {
                let answer = try client.ask(post("/\(number)", "body"))
                #expect(answer.status == 200)
                #expect(answer.body == "POST /\(number) body")
                #expect(answer.fields["date"]?.utf8.count == 29)
                #expect(answer.fields["connection"] == nil)
                let exchange = handler.finished.next()
                #expect(exchange?.number == UInt64(number))
                #expect(exchange?.status == .ok)
                #expect(exchange?.isComplete == true)
            }
            #expect(test.server.counters.open == 1)
            #expect(test.server.counters.accepted == 1)
        }
    }

    @Test func `a request that comes byte by byte is one`() async throws {
        try await withServer { test in
            let client = try test.connect()
            let request =
                "POST /slow HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "4;x=y\r\nbody\r\n0\r\nTrailer: z\r\n\r\n"
            for byte in request.utf8 { try client.send([byte]) }
            #expect(try client.readAnswer().body == "POST /slow body")
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await withServer { test in
            let client = try test.connect()
            let count = 2000
            try client.send((1...count).map { get("/\($0)") }.joined())
            for number in 1...count {
                let answer = try client.readAnswer()
                guard answer.body == "GET /\(number) " else {
                    Issue.record("answer \(number) was \(answer.body)")
                    return
                }
            }
        }
    }

    @Test func `pipelined requests wait for the answer before theirs`() async throws {
        let desk = Desk()
        try await withServer(handler: StubHandler(handle: desk.handle)) { test in
            let client = try test.connect()
            let other = try test.connect()
            try client.send(get("/1") + post("/2", "b") + get("/3"))
            #expect(desk.arrivals.next() == "/1")
            try other.send(get("/other"))
            #expect(desk.arrivals.next() == "/other")
            // The other connection does not wait for this one.
            desk.answer("/other")
            #expect(try other.readAnswer().body == "/other")
            #expect(client.isSilent())
            for name in ["/1", "/2", "/3"] {
                desk.answer(name)
                #expect(try client.readAnswer().body == name)
                if name != "/3" { #expect(desk.arrivals.next() != nil) }
            }
        }
    }

    @Test func `pipelined requests leave other connections their turn`() async throws {
        let arrivals = Channel<String>()
        let othersHaveSent = DispatchSemaphore(value: 0)
        let handler = StubHandler(handle: { request, _ in
            let target = request.head.text(request.head.target)
            arrivals.put(target)
            if target == "/1" { _ = othersHaveSent.wait(timeout: .now() + 60) }
            return StubHandler.echo(request)
        })
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            // One for each loop, so that one of them shares the loop of the client.
            let others = try test.loops.map { _ in try test.connect() }
            for other in others { _ = try other.ask(get("/accepted")) }
            for _ in others { #expect(arrivals.next() == "/accepted") }
            try client.send((1...100).map { get("/\($0)") }.joined())
            #expect(arrivals.next() == "/1")
            for other in others { try other.send(get("/other")) }
            // The other loop goes on; that of the client has one more connection to read now.
            for _ in others.dropFirst() { #expect(arrivals.next() == "/other") }
            othersHaveSent.signal()
            let targets = (0..<100).compactMap { _ in arrivals.next() }
            #expect(targets.firstIndex(of: "/other") ?? .max < 10, "\(targets)")
        }
    }

    @Test func `HEAD is answered with the length but without the body`() async throws {
        try await withServer { test in
            let client = try test.connect()
            let answer = try client.ask("HEAD /a HTTP/1.1\r\nHost: t\r\n\r\n", isHEAD: true)
            #expect(answer.fields["content-length"] == "8")
            #expect(try client.ask(get("/b")).body == "GET /b ")
        }
    }

    @Test func `an absolute target is the same as its path`() async throws {
        try await withServer { test in
            let answer = try test.connect().ask("GET http://t/a?b HTTP/1.1\r\nHost: t\r\n\r\n")
            #expect(answer.body == "GET /a ")
        }
    }

    struct VersionCase: CustomTestStringConvertible {
        let line: String
        let fields: String
        let connection: String?
        var testDescription: String { "\(line) \(fields)" }
    }

    @Test(arguments: [
        VersionCase(line: "HTTP/1.0", fields: "", connection: "close"),
        VersionCase(line: "HTTP/1.0", fields: "Connection: keep-alive", connection: "keep-alive"),
        VersionCase(line: "HTTP/1.1", fields: "Connection: close", connection: "close"),
        VersionCase(line: "HTTP/1.1", fields: "Connection: x, Close", connection: "close"),
        VersionCase(line: "HTTP/1.1", fields: "X: y", connection: nil),
    ])
    func `the connection is kept as version and client want it`(_ row: VersionCase) async throws {
        try await withServer { test in
            let client = try test.connect()
            let fields = row.fields.isEmpty ? "" : row.fields + "\r\n"
            let answer = try client.ask("GET /a \(row.line)\r\nHost: t\r\n\(fields)\r\n")
            #expect(answer.fields["connection"] == row.connection)
            #expect(answer.body == "GET /a ")
            if row.connection == "close" {
                #expect(try client.isClosed())
            } else {
                #expect(try client.ask(get("/b")).status == 200)
            }
        }
    }

    @Test func `a response may ask for the connection to be closed`() async throws {
        let handler = StubHandler { request, _ in
            var response = StubHandler.echo(request)
            response.closes = true
            return response
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            // What is pipelined behind it is not answered.
            let answer = try client.ask(get("/a") + get("/b"))
            #expect(answer.closes)
            #expect(try client.isClosed())
        }
    }

    @Test func `a handler that lets go of a request is answered for`() async throws {
        let handler = StubHandler { _, _ in nil }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            let answer = try client.ask(get("/a"))
            #expect(answer.status == 500)
            #expect(answer.closes)
            #expect(handler.refused.next() == .unanswered)
            #expect(try client.isClosed())
        }
    }

    @Test func `a reply sent within the handler's call is an answer`() async throws {
        let handler = StubHandler { request, reply in
            reply.send(StubHandler.echo(request))
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            try client.send(get("/1") + get("/2"))
            #expect(try client.readAnswer().body == "GET /1 ")
            #expect(try client.readAnswer().body == "GET /2 ")
        }
    }

    @Test func `large bodies and answers arrive whole`() async throws {
        let part = String(repeating: "0123456789abcdef", count: 4096)
        let handler = StubHandler { request, _ in
            Response(.ok, body: Array(repeating: request.body, count: 20).flatMap(\.self))
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            for _ in 1...3 { #expect(try client.ask(post("/", part)).body.utf8.count == 1_310_720) }
        }
    }
}
