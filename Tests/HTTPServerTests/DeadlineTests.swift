import HTTPCore
import HTTPServer
import Testing

private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
    var limits = ServerLimits()
    change(&limits)
    return limits
}

@Suite struct `Deadlines` {
    @Test(arguments: ["G", "GET / HTTP/1.1\r\nHost: t\r\n"])
    func `a head that stays incomplete is answered 408`(begun: String) async throws {
        let handler = StubHandler()
        try await withServer(handler: handler, limits: limits { $0.headerSeconds = 1 }) { test in
            let client = try test.connect()
            try client.send(begun)
            let answer = try client.readAnswer()
            #expect(answer.status == 408)
            #expect(answer.closes)
            #expect(try client.isClosed())
            #expect(handler.refused.next() == .headerTimeout)
        }
    }

    @Test func `a head that trickles in gets no more time than another`() async throws {
        try await withServer(limits: limits { $0.headerSeconds = 1 }) { test in
            let client = try test.connect()
            try client.send("GET / HTTP/1.1\r\nA: ")
            var count = 0
            while client.isSilent(afterMilliseconds: 50), count < 200 {
                try client.send("a")
                count += 1
            }
            #expect(try client.readAnswer().status == 408)
        }
    }

    @Test(arguments: ["Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\n"])
    func `a body that stays incomplete is answered 408`(rest: String) async throws {
        let handler = StubHandler()
        try await withServer(handler: handler, limits: limits { $0.bodySeconds = 1 }) { test in
            let client = try test.connect()
            let answer = try client.ask("POST / HTTP/1.1\r\nHost: t\r\n" + rest + "body")
            #expect(answer.status == 408)
            #expect(answer.closes)
            #expect(try client.isClosed())
            #expect(handler.refused.next() == .bodyTimeout)
            #expect(handler.finished.next()?.head != nil)
        }
    }

    @Test func `an idle connection is closed without a word`() async throws {
        try await withServer(limits: limits { $0.idleSeconds = 1 }) { test in
            let fresh = try test.connect()
            let used = try test.connect()
            #expect(try used.ask(get("/")).status == 200)
            #expect(try fresh.isClosed())
            #expect(try used.isClosed())
        }
    }

    @Test func `a request under way is not idle, and a handler has all the time it needs`()
        async throws
    {
        let asked = Channel<Reply>()
        let handler = StubHandler { _, reply in
            asked.put(reply)
            return nil
        }
        let short = limits {
            $0.idleSeconds = 1
            $0.headerSeconds = 1
            $0.bodySeconds = 1
        }
        try await withServer(handler: handler, limits: short) { test in
            let idle = try test.connect()
            let client = try test.connect()
            try client.send(get("/"))
            let reply = try #require(asked.next())
            // When the idle one is closed, the time would be up for the other one too.
            #expect(try idle.isClosed())
            #expect(client.isSilent())
            reply.send(Response(.ok))
            #expect(try client.readAnswer().status == 200)
        }
    }

    @Test func `a client that takes no byte of its answer is cut off`() async throws {
        let handler = StubHandler { _, _ in
            Response(.ok, body: [UInt8](repeating: 97, count: 16_777_216))
        }
        try await withServer(handler: handler, limits: limits { $0.writeSeconds = 1 }) { test in
            let client = try Client(to: test.address, receiveBufferBytes: 4096)
            try client.send(get("/"))
            let exchange = handler.finished.next()
            #expect(exchange?.status == .ok)
            #expect(exchange?.isComplete == false)
        }
    }

    @Test func `requests of a client that does not read are left alone`() async throws {
        let handler = StubHandler { _, _ in
            Response(.ok, body: [UInt8](repeating: 97, count: 65_536))
        }
        try await withServer(handler: handler, limits: limits { $0.writeSeconds = 1 }) { test in
            let client = try Client(to: test.address, receiveBufferBytes: 4096)
            try client.send(String(repeating: get("/"), count: 1000))
            while let exchange = handler.finished.next(), exchange.isComplete {}
            #expect(handler.admitted.count < 500)
        }
    }
}
