import Glibc
import HTTPCore
import Testing

@testable import HTTPServer
@testable import System

/// Streams what `parts` hold, and reports how many writes were taken.
private func streaming(_ parts: [[UInt8]], _ written: Channel<Int>) -> StubHandler {
    StubHandler { _, reply in
        Task(executorPreference: OwnThread()) {
            let stream = reply.stream(Response(.ok, body: Array("first ".utf8)))
            var count = 0
            for part in parts {
                guard await stream.write(part) else { break }
                count += 1
            }
            stream.finish()
            written.put(count)
        }
        return nil
    }
}

extension TestServer {
    /// Lets the kernel take so many bytes at once for each connection, of which there is one.
    fileprivate func setSendBuffers(bytes: CInt) {
        let counts = Channel<Int>()
        var count = 0
        while count == 0 {
            for loop in loops {
                loop.post { loop in
                    let connections = loop.allSources.compactMap { $0 as? ServerConnection }
                    for connection in connections {
                        try? connection.descriptor?.setOption(SOL_SOCKET, SO_SNDBUF, to: bytes)
                    }
                    counts.put(connections.count)
                }
            }
            count = loops.reduce(0) { count, _ in count + (counts.next() ?? 1) }
        }
    }

    /// Bytes of memory that the connections hold to send.
    fileprivate var outboxBytes: Int {
        let counts = Channel<Int>()
        for loop in loops {
            loop.post { loop in
                let connections = loop.allSources.compactMap { $0 as? ServerConnection }
                counts.put(connections.reduce(0) { $0 + $1.output.capacity })
            }
        }
        return loops.reduce(0) { count, _ in count + (counts.next() ?? 0) }
    }
}

private let words = ["a ", "b ", "", "c"].map { Array($0.utf8) }

@Suite struct `Streamed answers` {
    @Test func `come in chunks, and leave the connection open`() async throws {
        let written = Channel<Int>()
        try await withServer(handler: streaming(words, written)) { test in
            let client = try test.connect()
            try client.send(get("/1") + get("/2"))
            for _ in 1...2 {
                let head = try client.readHead()
                #expect(head.fields["transfer-encoding"] == "chunked")
                #expect(head.fields["content-length"] == nil)
                for chunk in ["first ", "a ", "b ", "c", ""] {
                    #expect(try client.readChunk() == chunk)
                }
                #expect(written.next() == 4)
            }
        }
    }

    @Test func `end with the connection in HTTP 1.0`() async throws {
        let written = Channel<Int>()
        try await withServer(handler: streaming(words, written)) { test in
            let client = try test.connect()
            let fields = "Connection: keep-alive\r\n\r\n"
            let answer = try client.ask("GET / HTTP/1.0\r\n" + fields)
            #expect(answer.fields["connection"] == "close")
            #expect(answer.body == "first a b c")
        }
    }

    @Test func `have no body for HEAD`() async throws {
        let written = Channel<Int>()
        try await withServer(handler: streaming(words, written)) { test in
            let client = try test.connect()
            for _ in 1...2 {
                let head = "HEAD / HTTP/1.1\r\nHost: t\r\n\r\n"
                #expect(try client.ask(head, isHEAD: true).status == 200)
            }
            #expect(written.next() == 4)
        }
    }

    @Test func `reach a client that reads slowly whole`() async throws {
        let written = Channel<Int>()
        let parts = [[UInt8]](repeating: [UInt8](repeating: 97, count: 50_000), count: 200)
        try await withServer(handler: streaming(parts, written)) { test in
            let client = try Client(to: test.address, receiveBufferBytes: 4096)
            #expect(try client.ask(get("/")).body.utf8.count == 10_000_006)
            #expect(written.next() == 200)
        }
    }

    @Test func `hold hardly more than what a slow client has not read yet`() async throws {
        let written = Channel<Int>()
        let parts = [[UInt8]](repeating: [UInt8](repeating: 97, count: 50_000), count: 4_000)
        try await withServer(handler: streaming(parts, written)) { test in
            let client = try Client(to: test.address, receiveBufferBytes: 4096)
            test.setSendBuffers(bytes: 4096)
            try client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try client.readHead().status == 200)
            #expect(try client.read(6) == "first ")
            var bytesMax = 0
            for _ in 0..<200 {
                #expect(try client.read(1_000_000).utf8.count == 1_000_000)
                bytesMax = max(bytesMax, test.outboxBytes)
            }
            #expect(try client.isClosed())
            #expect(written.next() == 4_000)
            // What may wait, one part beyond it, twice for what is sent already, and the room that
            // an array keeps for growing.
            #expect(bytesMax < 600_000)
        }
    }

    @Test func `tell their writer when its task is cancelled, and end`() async throws {
        let written = Channel<Bool>()
        let tasks = Channel<Task<Void, Never>>()
        let handler = StubHandler { _, reply in
            let task = Task(executorPreference: OwnThread()) {
                let stream = reply.stream(Response(.ok))
                // More than the client and the kernel take.
                written.put(await stream.write([UInt8](repeating: 97, count: 20_000_000)))
                written.put(await stream.write([98]))
                stream.finish()
            }
            tasks.put(task)
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try Client(to: test.address, receiveBufferBytes: 4096)
            try client.send(get("/"))
            #expect(try client.readHead().status == 200)
            let count = try #require(Int(client.readLine(), radix: 16))
            #expect(count == 20_000_000)
            try #require(tasks.next()).cancel()
            #expect(written.next() == false)
            #expect(written.next() == false)
            // What was written before is sent, and nothing after it.
            #expect(try client.read(count).utf8.count == count)
            #expect(try client.readLine().isEmpty)
            #expect(try client.readChunk().isEmpty)
        }
    }

    @Test func `make the writer wait for the client, and tell it when that is in vain`()
        async throws
    {
        let written = Channel<Int>()
        let parts = [[UInt8]](repeating: [UInt8](repeating: 97, count: 100_000), count: 10_000)
        var limits = ServerLimits()
        limits.writeSeconds = 1
        try await withServer(handler: streaming(parts, written), limits: limits) { test in
            let client = try Client(to: test.address, receiveBufferBytes: 4096)
            try client.send(get("/"))
            let count = try #require(written.next())
            #expect(count < 1000)
        }
    }

    @Test func `stop when the client goes`() async throws {
        let written = Channel<Int>()
        let parts = [[UInt8]](repeating: [97], count: 10_000_000)
        try await withServer(handler: streaming(parts, written)) { test in
            let client = try test.connect()
            try client.send(get("/"))
            #expect(try client.readHead().status == 200)
            client.abort()
            #expect(try #require(written.next()) < 10_000_000)
        }
    }

    @Test func `break the connection off when their writer goes`() async throws {
        let handler = StubHandler { _, reply in
            _ = reply.stream(Response(.ok, body: [97]))
            return nil
        }
        try await withServer(handler: handler) { test in
            let client = try test.connect()
            try client.send(get("/"))
            #expect(try !client.readToEnd().contains("0\r\n\r\n"))
            #expect(handler.finished.next()?.isComplete == false)
        }
    }
}
