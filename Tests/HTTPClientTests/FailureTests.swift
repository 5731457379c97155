import HTTPClient
import HTTPCore
import Synchronization
import Support
import Testing

@Suite(.timeLimit(.minutes(10)))
struct FailureTests {
    @Test func `a refused connection is certainly not sent`() async throws {
        let origin = Origin(isSecure: false, host: "127.0.0.1", port: try ClosedPort.make())
        let error = try await failure(to: origin, with: makeClient())
        #expect(error.phase == .connect)
        #expect(error.reason == .failed)
        #expect(error.isCertainlyNotSent)
        #expect(error.description.contains("\(origin.authority): connect: Connection refused"))
    }

    @Test func `a socket that is not there is named, and certainly not sent to`() async throws {
        let directory = try TemporaryDirectory()
        let origin = Origin(socketPath: "\(directory.path)/none")
        let error = try await failure(to: origin, with: makeClient())
        #expect(error.phase == .connect)
        #expect(error.isCertainlyNotSent)
        let text = "unix:\(directory.path)/none: connect: No such file or directory"
        #expect(error.description.contains(text), "\(error)")
    }

    @Test(arguments: ["example.com", "192.0.2.1", "localhost.example.com", "::2", "0.0.0.0"])
    func `http to another machine is refused without a look at the name`(host: String) async throws
    {
        let origin = Origin(isSecure: false, host: host, port: 80)
        let error = try await failure(to: origin, with: makeClient())
        #expect(error.phase == .prepare)
        #expect(error.isCertainlyNotSent)
        #expect(error.detail == "http is for loopback hosts only, \(host) needs https")
    }

    @Test(arguments: [0, -1, 65_536])
    func `a port that is none is refused`(port: Int) async throws {
        let origin = Origin(isSecure: true, host: "localhost", port: port)
        let error = try await failure(to: origin, with: makeClient())
        #expect(error.phase == .prepare)
    }

    @Test func `a request that would break its framing is refused`() async throws {
        var request = post()
        request.fields.append(("X-A", "b\r\nX-C: d"))
        let origin = Origin(isSecure: false, host: "127.0.0.1", port: 1)
        let error = try await failure(of: request, to: origin, with: makeClient())
        #expect(error.phase == .prepare)
        #expect(error.detail == "the value of X-A contains a control character")
    }

    @Test func `a name without an address fails in its phase`() async throws {
        // A label of more than 63 bytes: the resolver refuses the name without asking anybody.
        let host = String(repeating: "a", count: 64) + ".invalid"
        let origin = Origin(isSecure: true, host: host, port: 443)
        let error = try await failure(to: origin, with: makeClient(connectSeconds: 2))
        #expect(error.phase == .resolve)
        #expect(error.isCertainlyNotSent)
        #expect(error.detail.contains(host))
    }

    @Test func `a slow server runs into the request timeout`() async throws {
        let server = try TestServer { try $0.waitForEnd() }
        let client = try makeClient(requestSeconds: 1)
        let error = try await failure(to: server.origin(), with: client)
        #expect(error.phase == .wait)
        #expect(error.isTimeout)
        #expect(!error.isCertainlyNotSent)
        let limit = "1 s (requestTimeoutSeconds)"
        #expect(error.description == "wait timed out after \(limit): \(server.origin().authority)")
    }

    @Test func `the request timeout holds for the whole, not for each byte`() async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal")
            try peer.waitForEnd()
        }
        let client = try makeClient(requestSeconds: 1)
        let error = try await failure(to: server.origin(), with: client)
        #expect(error.phase == .wait)
        #expect(error.isTimeout)
    }

    @Test(arguments: [
        ("nothing", ""),
        ("a part of the head", "HTTP/1.1 200 OK\r\nContent-"),
        ("a part of the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal"),
        ("a part of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"),
        ("an interim response", "HTTP/1.1 102 Processing\r\n\r\n"),
    ])
    func `a server that closes in the middle has not answered`(
        reason: String,
        answer: String
    ) async throws {
        let server = try TestServer.answering(answer)
        let error = try await failure(to: server.origin(), with: makeClient())
        #expect(error.phase == .wait, "\(reason)")
        #expect(error.reason == .failed)
        #expect(!error.isCertainlyNotSent)
        #expect(error.detail.contains("the server closed the connection"))
        #expect(server.acceptedCount == 1)
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH\r\n\r\n", "malformed status line at byte 0"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "malformed status line at byte 12"),
        ("HTTP/2.0 200 OK\r\n\r\n", "HTTP version not supported"),
        ("HTTP/1.1 200 OK\nA: b\n\n", "malformed line ending"),
        (ok("a", "Content-Length: 2"), "malformed Content-Length"),
        ("HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n", "unrequested switch"),
    ])
    func `garbage is an error of its own`(answer: String, text: String) async throws {
        let server = try TestServer.answering(answer)
        let error = try await failure(to: server.origin(), with: makeClient())
        #expect(error.phase == .parse)
        #expect(!error.isCertainlyNotSent)
        #expect(error.detail.contains(text))
    }

    @Test func `a body is read up to its bound and not beyond, in every framing`() async throws {
        for count in [99, 100, 101] {
            let body = String(repeating: "x", count: count)
            let chunk = "\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
            let answers = [
                ok(body), "HTTP/1.1 200 OK\r\n\r\n\(body)",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)",
            ]
            for answer in answers {
                let server = try TestServer.answering(answer)
                let client = try makeClient { $0.responseBytesMax = 100 }
                if count <= 100 {
                    #expect(try await client.send(get(), to: server.origin()).text == body)
                } else {
                    let error = try await failure(to: server.origin(), with: client)
                    #expect(error.phase == .parse)
                    #expect(error.detail.contains("body larger than 100 bytes"))
                }
            }
        }
    }

    @Test func `a cancelled task does not wait for the server`() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            arrived.yield()
            try peer.waitForEnd()
        }
        let client = try makeClient()
        let task = Task { try await client.send(get(), to: server.origin()) }
        for await _ in arrivals { break }
        task.cancel()
        let error = await #expect(throws: HTTPClientError.self) { try await task.value }
        #expect(error?.phase == .wait)
        #expect(error?.reason == .cancelled)
        #expect(error?.isCertainlyNotSent == false)
    }

    @Test func `a task that is cancelled already sends nothing`() async throws {
        let server = try TestServer.answering(ok("a"))
        let client = try makeClient()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(get(), to: server.origin())
        }
        let error = await #expect(throws: HTTPClientError.self) { try await task.value }
        #expect(error?.reason == .cancelled)
        #expect(error?.isCertainlyNotSent == true)
    }

    @Test func `a bound that allows nothing is refused`() {
        let bounds: [(String, WritableKeyPath<ClientSettings, Int>)] = [
            ("connectTimeoutSeconds", \.connectTimeoutSeconds),
            ("requestTimeoutSeconds", \.requestTimeoutSeconds),
            ("connectionsMax", \.connectionsMax),
            ("responseBytesMax", \.responseBytesMax),
            ("responseHeadBytesMax", \.responseHeadBytesMax),
            ("responseFieldsMax", \.responseFieldsMax),
            ("idleSeconds", \.idleSeconds),
        ]
        for (name, path) in bounds {
            let error = #expect(throws: HTTPClientError.self) {
                try makeClient { $0[keyPath: path] = 0 }
            }
            #expect(error?.phase == .prepare)
            #expect(error?.detail.hasPrefix("\(name) is 0") == true)
        }
    }
}
