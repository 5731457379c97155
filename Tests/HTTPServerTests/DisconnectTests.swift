import Glibc
import HTTPCore
import HTTPServer
import Testing

@Suite struct `Disconnects` {
    @Test func `what came before the client ended its side is answered`() async throws {
        try await withServer { test in
            let client = try test.connect()
            try client.send(get("/1") + get("/2") + post("/3", "body"))
            client.halfClose()
            #expect(try client.readAnswer().body == "GET /1 ")
            #expect(try client.readAnswer().body == "GET /2 ")
            #expect(try client.readAnswer().body == "POST /3 body")
            #expect(try client.isClosed())
        }
    }

    @Test func `an answer that takes its time reaches a client that has ended its side`()
        async throws
    {
        let asked = Channel<Reply>()
        let handler = StubHandler { _, reply in
            asked.put(reply)
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            let other = try test.connect()
            try client.send(get("/"))
            let reply = try #require(asked.next())
            client.halfClose()
            // By the time the other one is asked, the end has been seen, or will be.
            try other.send(get("/"))
            try #require(asked.next()).send(Response(.ok))
            #expect(try other.readAnswer().status == 200)
            reply.send(Response(.ok, body: [97]))
            #expect(try client.readAnswer().body == "a")
            #expect(try client.isClosed())
        }
    }

    @Test(arguments: ["GET / HT", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nbody"])
    func `a request cut short is refused`(begun: String) async throws {
        let handler = StubHandler()
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            try client.send(begun)
            client.halfClose()
            #expect(try client.readAnswer().status == 400)
            #expect(try client.isClosed())
            #expect(handler.refused.next() == .incomplete)
        }
    }

    @Test func `a reset within a body ends the exchange`() async throws {
        let handler = StubHandler()
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nbo")
            #expect(handler.admitted.next() == "/")
            client.abort()
            let exchange = try #require(handler.finished.next())
            #expect(exchange.status == nil)
            #expect(!exchange.isComplete)
            // Others do not notice.
            let other = try test.connect()
            #expect(try other.ask(get("/")).status == 200)
        }
    }

    @Test func `a reset while a request is handled is told, and the answer dropped`()
        async throws
    {
        let asked = Channel<Reply>()
        let gone = Channel<Bool>()
        let handler = StubHandler { _, reply in
            reply.onDisconnect { gone.put(true) }
            asked.put(reply)
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            try client.send(get("/"))
            let reply = try #require(asked.next())
            client.abort()
            #expect(gone.next() == true)
            #expect(handler.finished.next()?.status == nil)
            reply.send(Response(.ok))
            // Told at once when it is too late.
            reply.onDisconnect { gone.put(true) }
            #expect(gone.next() == true)
        }
    }

    @Test(arguments: [true, false])
    func `a client that has ended its side counts as gone where the handler says so`(
        isAtOnce: Bool
    ) async throws {
        let asked = Channel<Bool>()
        let handler = StubHandler { request, reply in
            if request.head.pathIs("/next") { return StubHandler.echo(request) }
            reply.onDisconnect(includingHalfClose: true) { reply.send(Response(.ok, body: [97])) }
            asked.put(true)
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            try client.send(get("/wait") + get("/next"))
            if !isAtOnce { #expect(asked.next() == true) }
            client.halfClose()
            // What it still reads is right: the answer, and those to requests behind it.
            #expect(try client.readAnswer().body == "a")
            #expect(try client.readAnswer().body == "GET /next ")
            #expect(try client.isClosed())
            #expect(handler.finished.next()?.isComplete == true)
        }
    }

    @Test func `an answered request is told of no disconnect`() async throws {
        let gone = Channel<Int>()
        let handler = StubHandler { request, reply in
            reply.onDisconnect { gone.put(Int(request.number)) }
            reply.send(StubHandler.echo(request))
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            #expect(try client.ask(get("/")).status == 200)
            client.abort()
            while test.server.counters.open > 0 { _ = try Client(to: test.address).ask(get("/")) }
            #expect(gone.count == 0)
        }
    }

    @Test(arguments: ["127.0.0.1:0", "unix:/tmp/cashin-server-gone-\(getpid()).sock"])
    func `what came from a client that has gone is still handled`(address: String) async throws {
        let handled = Channel<[UInt8]>()
        let handler = StubHandler { request, _ in
            handled.put(request.body)
            return Response(.ok)
        }
        try await withServer(on: address, handler: handler) { test in
            do {
                let client = try test.connect()
                try client.send(post("/", "body"))
            }
            #expect(handled.next() == Array("body".utf8))
        }
    }

    @Test func `a client that says nothing and goes leaves nothing behind`() async throws {
        try await withServer { test in
            for isReset in [false, true] {
                let client = try test.connect()
                if isReset { client.abort() } else { client.halfClose() }
                #expect(isReset ? true : try client.isClosed())
            }
            let other = try test.connect()
            repeat {
                #expect(try other.ask(get("/")).status == 200)
            } while test.server.counters.open > 1
        }
    }
}
