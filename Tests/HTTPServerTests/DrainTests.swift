import Dispatch
import Glibc
import HTTPCore
import HTTPServer
import System
import Testing

@Suite struct `Draining` {
    @Test func `lets requests finish, closes idle connections, and accepts no more`()
        async throws
    {
        let asked = Channel<Reply>()
        let handler = StubHandler { request, reply in
            guard request.head.pathIs("/wait") else { return StubHandler.echo(request) }
            asked.put(reply)
            return nil
        }
        try await withServer(handler: handler) { test in
            let idle = try test.connect()
            #expect(try idle.ask(get("/")).status == 200)
            let begun = try test.connect()
            try begun.send("POST /late HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n")
            for target in ["/", "/late"] { #expect(handler.admitted.next() == target) }
            let busy = try test.connect()
            try busy.send(get("/wait"))
            let reply = try #require(asked.next())

            let drained = Channel<Bool>()
            Task(executorPreference: OwnThread()) {
                await test.server.drain(seconds: 60)
                drained.put(true)
            }
            #expect(handler.drained.next() == true)
            #expect(try idle.isClosed())
            // The loops drain side by side, so the listener may be closed a moment later.
            while (try? test.connect()) != nil {}
            #expect(throws: Client.Failure.call("connect", ECONNREFUSED)) { try test.connect() }

            try begun.send("ok")
            let late = try begun.readAnswer()
            #expect(late.body == "POST /late ok")
            #expect(late.closes)
            #expect(drained.count == 0)
            reply.send(Response(.ok))
            #expect(try busy.readAnswer().closes)
            #expect(try busy.isClosed())
            #expect(drained.next() == true)
            #expect(test.server.counters.open == 0)
        }
    }

    @Test(arguments: ["", "G", "\r\n", "GET / HTTP/1.1\r\nHost: t\r\n\r"])
    func `closes connections without a complete head at once`(begun: String) async throws {
        var limits = ServerLimits()
        (limits.headerSeconds, limits.idleSeconds) = (600, 600)
        let handler = StubHandler()
        try await withServer(handler: handler, limits: limits) { test in
            let fresh = try test.connect()
            try fresh.send(begun)
            let used = try test.connect()
            #expect(try used.ask(get("/")).status == 200)
            try used.send(begun)
            let drained = Channel<Bool>()
            Task(executorPreference: OwnThread()) {
                await test.server.drain(seconds: 600)
                drained.put(true)
            }
            #expect(try fresh.isClosed())
            #expect(try used.isClosed())
            #expect(drained.next() == true)
            #expect(handler.refused.count == 0)
        }
    }

    @Test func `answers what has arrived whole, and closes behind it`() async throws {
        try await withServer { test in
            let clients = try (0..<20).map { _ in try test.connect() }
            // One that came after them was accepted, and so were they.
            #expect(try test.connect().ask(get("/")).status == 200)
            for client in clients { try client.send("\r\n" + get("/")) }
            Task(executorPreference: OwnThread()) { await test.server.drain(seconds: 600) }
            for client in clients {
                // The server has not necessarily read from it before.
                #expect(try client.readAnswer().status == 200)
                #expect(try client.isClosed())
            }
        }
    }

    @Test func `closes behind an answer that is still being read`() async throws {
        var limits = ServerLimits()
        limits.idleSeconds = 600
        let handler = StubHandler { request, _ in
            let count = request.head.pathIs("/long") ? 20_000_000 : 1
            return Response(.ok, body: [UInt8](repeating: 97, count: count))
        }
        try await withServer(handler: handler, limits: limits) { test in
            let slow = try Client(to: test.address, receiveBufferBytes: 4096)
            try slow.send(get("/long"))
            #expect(try !slow.readHead().closes)
            let idle = try (0..<2).map { _ in try test.connect() }
            for client in idle { #expect(try client.ask(get("/")).status == 200) }
            let drained = Channel<Bool>()
            Task(executorPreference: OwnThread()) {
                await test.server.drain(seconds: 600)
                drained.put(true)
            }
            // Every connection has been told by now.
            for client in idle { #expect(try client.isClosed()) }
            #expect(try slow.read(20_000_000).utf8.count == 20_000_000)
            #expect(try slow.isClosed())
            #expect(drained.next() == true)
        }
    }

    @Test func `closes behind a stream that ends meanwhile`() async throws {
        let streams = Channel<ResponseStream>()
        let handler = StubHandler { _, reply in
            streams.put(reply.stream(Response(.ok, body: Array("a".utf8))))
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            let idle = try test.connect()
            try client.send(get("/"))
            #expect(try client.readHead().status == 200)
            #expect(try client.readChunk() == "a")
            let stream = try #require(streams.next())
            let drained = Channel<Bool>()
            Task(executorPreference: OwnThread()) {
                await test.server.drain(seconds: 600)
                drained.put(true)
            }
            // Every connection has been told by now.
            #expect(try idle.isClosed())
            stream.finish()
            #expect(try client.readChunk().isEmpty)
            #expect(try client.isClosed())
            #expect(drained.next() == true)
        }
    }

    @Test func `breaks off what does not finish in time`() async throws {
        let asked = Channel<Reply>()
        let handler = StubHandler { _, reply in
            asked.put(reply)
            return nil
        }
        try await withServer(handler: handler) { test in
            let busy = try test.connect()
            try busy.send(get("/"))
            let reply = try #require(asked.next())
            let drained = Channel<Bool>()
            Task(executorPreference: OwnThread()) {
                await test.server.drain(seconds: 1)
                drained.put(true)
            }
            #expect(drained.next() == true)
            #expect(try busy.isClosed())
            #expect(handler.finished.next()?.isComplete == false)
            reply.send(Response(.ok))
        }
    }

    @Test func `every loop answers a probe`() async throws {
        let loops = [try EventLoop(label: "a"), try EventLoop(label: "b")]
        let handler = StubHandler()
        let server = Server(loops: loops, limits: ServerLimits(), handler: handler)
        await server.probe()
        // The way of every request: accepted, read, handled, answered.
        for _ in loops { #expect(handler.finished.next()?.status == .ok) }
        #expect(handler.finished.count == 0)
        #expect(server.counters.accepted == 0)
        await server.drain(seconds: 0)
        await server.probe()
        #expect(server.counters.open == 0)
    }

    @Test func `a loop that is stuck does not answer a probe`() async throws {
        let (arrived, release) = (Channel<Bool>(), DispatchSemaphore(value: 0))
        let handler = StubHandler { request, _ in
            arrived.put(true)
            release.wait()
            return StubHandler.echo(request)
        }
        let server = Server(
            loops: [try EventLoop(label: "a")],
            limits: ServerLimits(),
            handler: handler
        )
        let answered = Channel<Bool>()
        Task(executorPreference: OwnThread()) {
            await server.probe()
            answered.put(true)
        }
        #expect(arrived.next() == true)
        #expect(answered.count == 0)
        release.signal()
        #expect(answered.next() == true)
        await server.drain(seconds: 0)
    }
}
