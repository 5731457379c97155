import Glibc
import HTTPCore
import HTTPServer
import Sockets
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
        let server = Server(loops: loops, limits: ServerLimits(), handler: StubHandler())
        await server.probe()
        await server.drain(seconds: 0)
        await server.probe()
    }
}
