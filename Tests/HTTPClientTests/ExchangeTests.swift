import HTTPClient
import HTTPCore
import Synchronization
import Support
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ExchangeTests {
    @Test func `the request arrives byte for byte`() async throws {
        let seen = Mutex<String?>(nil)
        let server = try TestServer { peer in
            let request = try peer.readRequest()
            seen.withLock { $0 = request }
            try peer.write(ok("{}"))
        }
        let client = try makeClient()
        var request = post(#"{"a":"1/2"}"#)
        request.fields.append(("X-SIGNATURE", "abc=="))
        let head = try request.prepared(for: server.origin()).head
        _ = try await client.send(request, to: server.origin())
        let expected = """
            POST /api/v1.0/qr/qr-mpm-query HTTP/1.1\r
            Host: 127.0.0.1:\(server.port)\r
            Content-Type: application/json\r
            X-SIGNATURE: abc==\r
            Content-Length: 11\r
            \r\n
            """
        #expect(String(decoding: head, as: UTF8.self) == expected)
        #expect(seen.withLock { $0 } == expected + #"{"a":"1/2"}"#)
    }

    /// A server that refuses a body closes before it has read it, which resets the connection.
    @Test func `the response of a server that does not read the body is received`() async throws {
        let refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 1\r\n\r\nx"
        let server = try TestServer { try $0.write(refusal) }
        let body = String(repeating: "a", count: 20_000_000)
        let response = try await makeClient().send(post(body), to: server.origin())
        #expect(response.status == Status(413))
        #expect(response.text == "x")
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let answer: String
        let body: String
        var status = 200

        init(_ reason: String, _ answer: String, _ body: String, status: Int = 200) {
            (testDescription, self.answer, self.body) = (reason, answer, body)
            self.status = status
        }
    }

    static let rows = [
        Row("a length", ok("hello"), "hello"),
        Row("an empty body", ok(""), ""),
        Row(
            "chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nDigest: a\r\n\r\n",
            "hello"
        ),
        Row("until the end", "HTTP/1.1 200 OK\r\n\r\nhello", "hello"),
        Row("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "hello"),
        Row("no content", "HTTP/1.1 204 No Content\r\n\r\n", "", status: 204),
        Row("not modified", "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n", "", status: 304),
        Row("an interim response", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("hi"), "hi"),
        Row(
            "a client's error",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx",
            "x",
            status: 404
        ),
        Row(
            "a redirect, which is not followed",
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "",
            status: 302
        ),
    ]

    @Test(arguments: rows, [false, true])
    func `every framing is read, in the clear and over TLS`(row: Row, isSecure: Bool) async throws {
        let server = try TestServer.answering(tls: isSecure ? ServerTLS(.good) : nil, row.answer)
        let client = try makeClient()
        let origin = server.origin(isSecure: isSecure)
        let response = try await client.send(get(), to: origin)
        #expect(response.text == row.body)
        #expect(response.status == Status(row.status))
        #expect(server.acceptedCount == 1)
    }

    @Test func `the head is kept as received`() async throws {
        let head =
            "HTTP/1.1 200 Fine  by me\r\nx-a:  1 \r\nX-A: 2\r\nY:3\r\nContent-Length: 0\r\n\r\n"
        let server = try TestServer.answering(head)
        let response = try await makeClient().send(get(), to: server.origin())
        #expect(String(decoding: response.head, as: UTF8.self) == head)
        #expect(response.single("X-a") == .repeated)
        guard case .value(let range) = response.single("y") else {
            Issue.record("no Y")
            return
        }
        #expect(response.parsedHead.text(range) == "3")
    }

    @Test func `a response to HEAD has no body, whatever it announces`() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        let server = try TestServer.answering(answer, ok("next"))
        let client = try makeClient()
        let head = OutboundRequest(method: "HEAD", target: "/", isRepeatable: true)
        #expect(try await client.send(head, to: server.origin()).text == "")
        #expect(try await client.send(get(), to: server.origin()).text == "next")
        #expect(server.acceptedCount == 1)
    }

    @Test(arguments: [false, true])
    func `a body of many reads arrives whole`(isSecure: Bool) async throws {
        let body = String(repeating: "0123456789abcdef", count: 40_000)
        let server = try TestServer(tls: isSecure ? ServerTLS(.good) : nil) { peer in
            let request = try peer.readRequest() ?? ""
            try peer.write(ok(String(request.suffix(body.utf8.count))))
        }
        let origin = server.origin(isSecure: isSecure)
        let response = try await makeClient().send(post(body), to: origin)
        #expect(response.text == body)
    }

    @Test func `an IPv6 host stands in brackets, and the scheme's own port is left out`() throws {
        let rows = [
            (Origin(isSecure: true, host: "a.test", port: 443), "a.test"),
            (Origin(isSecure: true, host: "a.test", port: 80), "a.test:80"),
            (Origin(isSecure: false, host: "::1", port: 80), "[::1]"),
            (Origin(isSecure: false, host: "::1", port: 8080), "[::1]:8080"),
            (Origin(socketPath: "/run/x.sock"), "localhost"),
        ]
        for (origin, authority) in rows {
            let head = try get().prepared(for: origin).head
            let expected = "GET / HTTP/1.1\r\nHost: \(authority)\r\n\r\n"
            #expect(String(decoding: head, as: UTF8.self) == expected)
        }
    }
}
