import HTTPClient
import HTTPCore
import Synchronization
import Support
import Testing

@Suite(.timeLimit(.minutes(10)))
struct PoolTests {
    /// Answers every request of a connection with its body, or its target when it has none.
    static func echo(_ peer: ServerPeer) throws {
        while let request = try peer.readRequest() {
            let body = request.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first
            let target = request.split(separator: " ").dropFirst().first
            try peer.write(ok(String(body ?? target ?? "")))
        }
    }

    @Test(arguments: [false, true])
    func `a connection is used again`(isSecure: Bool) async throws {
        let server = try TestServer(tls: isSecure ? ServerTLS(.good) : nil, Self.echo)
        let client = try makeClient()
        for number in 1...5 {
            let request = post("\(number)")
            let response = try await client.send(request, to: server.origin(isSecure: isSecure))
            #expect(response.text == "\(number)")
        }
        #expect(server.acceptedCount == 1)
    }

    @Test(arguments: [
        ("the server closes", ok("a", "Connection: close")),
        ("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"),
        ("something stands behind the response", ok("a") + "HTTP/1.1 200 OK\r\n"),
    ])
    func `a connection that must not be used again is not`(
        reason: String,
        answer: String
    ) async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            try peer.write(answer)
            try peer.waitForEnd()
        }
        let client = try makeClient()
        for _ in 1...2 {
            #expect(try await client.send(post(), to: server.origin()).text == "a")
        }
        #expect(server.acceptedCount == 2, "\(reason)")
    }

    @Test func `never more connections than allowed, and whoever waits gets one`() async throws {
        let server = try TestServer(Self.echo)
        let client = try makeClient(connections: 3)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 1...40 {
                group.addTask { try await client.send(get("/a"), to: server.origin()).text }
            }
            for try await text in group { #expect(text == "/a") }
        }
        #expect(server.acceptedCount <= 3)
    }

    @Test func `who waits is served in order`() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: String.self)
        let gate = Gate()
        let server = try TestServer { peer in
            while let request = try peer.readRequest() {
                let target = request.split(separator: " ")[1]
                arrived.yield(String(target))
                if target == "/first" { gate.wait() }
                try peer.write(ok("a"))
            }
        }
        let client = try makeClient(connections: 1)
        let origin = server.origin()
        var iterator = arrivals.makeAsyncIterator()
        let first = Task { try await client.send(get("/first"), to: origin) }
        #expect(await iterator.next() == "/first")
        var others: [Task<InboundResponse, any Error>] = []
        for number in 1...5 {
            others.append(Task { try await client.send(get("/\(number)"), to: origin) })
            try await untilWaiting(number, for: client)
        }
        gate.open()
        for number in 1...5 { #expect(await iterator.next() == "/\(number)") }
        for task in others + [first] { _ = try await task.value }
        #expect(server.acceptedCount == 1)
    }

    @Test func `a cancelled task does not wait for a connection`() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            arrived.yield()
            try peer.waitForEnd()
        }
        let client = try makeClient(connections: 1)
        let first = Task { try await client.send(get(), to: server.origin()) }
        for await _ in arrivals { break }
        let second = Task { try await client.send(get(), to: server.origin()) }
        try await untilWaiting(1, for: client)
        second.cancel()
        let error = await #expect(throws: HTTPClientError.self) { try await second.value }
        #expect(error?.phase == .queue)
        #expect(error?.reason == .cancelled)
        #expect(error?.isCertainlyNotSent == true)
        #expect(error?.detail == "all 1 connections are in use")
        first.cancel()
        await #expect(throws: HTTPClientError.self) { try await first.value }
    }

    @Test func `a kept connection that the server has closed is not used`() async throws {
        for isSecure in [false, true] {
            let closed = Gate()
            let server = try TestServer(tls: isSecure ? ServerTLS(.good) : nil) { peer in
                guard try peer.readRequest() != nil else { return }
                try peer.write(ok("a"))
                peer.onClose { closed.open() }
            }
            let client = try makeClient()
            let origin = server.origin(isSecure: isSecure)
            _ = try await client.send(post(), to: origin)
            closed.wait()
            // Not repeatable: it must not be tried on the dead connection at all.
            #expect(try await client.send(post(), to: origin).text == "a")
            #expect(server.acceptedCount == 2)
        }
    }

    @Test(arguments: [true, false])
    func `a request that meets a dying connection is repeated only if it may be`(
        isRepeatable: Bool
    ) async throws {
        let number = Atomic(0)
        let server = try TestServer { peer in
            let isFirst = number.add(1, ordering: .relaxed).newValue == 1
            _ = try peer.readRequest()
            try peer.write(ok("a"))
            // The first connection swallows its second request.
            guard try peer.readRequest() != nil, !isFirst else { return }
            try peer.write(ok("b"))
        }
        let client = try makeClient()
        let origin = server.origin()
        _ = try await client.send(post(), to: origin)
        let request = post(isRepeatable: isRepeatable)
        if isRepeatable {
            #expect(try await client.send(request, to: origin).text == "a")
            #expect(server.acceptedCount == 2)
        } else {
            let error = try await failure(of: request, to: origin, with: client)
            #expect(error.phase == .wait)
            #expect(!error.isCertainlyNotSent)
            #expect(error.isOfReusedConnection)
            #expect(server.acceptedCount == 1)
        }
    }

    @Test func `a request may ask for a connection of its own`() async throws {
        let server = try TestServer.answering(ok("a"), ok("b"))
        let client = try makeClient()
        _ = try await client.send(post(), to: server.origin())
        var request = post()
        request.needsFreshConnection = true
        #expect(try await client.send(request, to: server.origin()).text == "a")
        #expect(server.acceptedCount == 2)
    }

    @Test func `a fresh connection that dies is no reason to repeat`() async throws {
        let server = try TestServer { _ = try $0.readRequest() }
        let request = post(isRepeatable: true)
        let error = try await failure(of: request, to: server.origin(), with: makeClient())
        #expect(error.phase == .wait)
        #expect(server.acceptedCount == 1)
    }

    @Test func `nothing is repeated once a byte of the response is there`() async throws {
        let server = try TestServer.answering(ok("a"), "HTTP/1.1 2")
        let client = try makeClient()
        _ = try await client.send(post(), to: server.origin())
        let request = post(isRepeatable: true)
        let error = try await failure(of: request, to: server.origin(), with: client)
        #expect(error.phase == .wait)
        #expect(server.acceptedCount == 1)
    }

    @Test func `an idle connection to another origin makes way`() async throws {
        let first = try TestServer(Self.echo)
        let second = try TestServer(Self.echo)
        let client = try makeClient(connections: 1)
        for server in [first, second, first] {
            #expect(try await client.send(get("/a"), to: server.origin()).text == "/a")
        }
        #expect(first.acceptedCount == 2)
        #expect(second.acceptedCount == 1)
    }

    @Test func `an idle connection is closed in time`() async throws {
        let ended = Gate()
        let server = try TestServer { peer in
            try Self.echo(peer)
            ended.open()
        }
        let client = try makeClient { $0.idleSeconds = 1 }
        _ = try await client.send(get(), to: server.origin())
        #expect(ended.wait())
        _ = client
    }

    @Test func `closing ends what is going on and refuses the rest`() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            arrived.yield()
            try peer.waitForEnd()
        }
        let client = try makeClient(connections: 1)
        let first = Task { try await client.send(get(), to: server.origin()) }
        for await _ in arrivals { break }
        let second = Task { try await client.send(get(), to: server.origin()) }
        try await untilWaiting(1, for: client)
        await client.close()
        let going = await #expect(throws: HTTPClientError.self) { try await first.value }
        #expect(going?.phase == .wait)
        #expect(going?.reason == .closed)
        let waiting = await #expect(throws: HTTPClientError.self) { try await second.value }
        #expect(waiting?.phase == .queue)
        #expect(waiting?.reason == .closed)
        let error = try await failure(to: server.origin(), with: client)
        #expect(error.reason == .closed)
        #expect(error.isCertainlyNotSent)
    }
}
