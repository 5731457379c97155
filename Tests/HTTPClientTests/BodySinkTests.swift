import HTTPClient
import HTTPCore
import Synchronization
import Support
import Testing

/// Bodies that are passed on as they arrive.
@Suite(.timeLimit(.minutes(10)))
struct BodySinkTests {
    /// What a sink has received.
    private final class Received: Sendable {
        let parts = Mutex<[[UInt8]]>([])

        var text: String { String(decoding: parts.withLock { $0.joined() }, as: UTF8.self) }
    }

    private static func request(
        to received: Received,
        while isWanted: @escaping @Sendable () -> Bool = { true }
    ) -> OutboundRequest {
        var request = get()
        request.bodySink = { part in
            received.parts.withLock { $0.append(part) }
            return isWanted()
        }
        return request
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        "Content-Length: 5\r\n\r\nhello", "\r\nhello",
    ])
    func `a body goes to its sink, in each framing`(rest: String) async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            // In two pieces, cut in the body.
            try peer.write("HTTP/1.1 200 OK\r\n" + rest.prefix(rest.count - 3))
            try peer.write(String(rest.suffix(3)))
        }
        let received = Received()
        let response = try await makeClient().send(
            Self.request(to: received),
            to: server.origin()
        )
        #expect(received.text == "hello")
        #expect(response.body.isEmpty)
    }

    @Test func `the body of another status stays in the response`() async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")
        }
        let received = Received()
        let response = try await makeClient().send(
            Self.request(to: received),
            to: server.origin()
        )
        #expect(received.text.isEmpty)
        #expect(response.text == "no")
    }

    @Test func `the limit is that of the whole body`() async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 40_000))
        }
        let client = try makeClient { $0.responseBytesMax = 30_000 }
        let error = try await failure(
            of: Self.request(to: Received()),
            to: server.origin(),
            with: client
        )
        #expect(error.phase == .parse)
    }

    @Test func `a sink that wants no more ends the call`() async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            try peer.write(ok("hello"))
        }
        let received = Received()
        let error = try await failure(
            of: Self.request(to: received) { false },
            to: server.origin(),
            with: makeClient()
        )
        #expect(error.description.hasSuffix("the rest is not wanted"))
        #expect(received.text == "hello")
    }

    @Test func `a body that breaks off is an error, after what has arrived`() async throws {
        let server = try TestServer { peer in
            _ = try peer.readRequest()
            try peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n")
        }
        let received = Received()
        let error = try await failure(
            of: Self.request(to: received),
            to: server.origin(),
            with: makeClient()
        )
        #expect(error.phase == .wait)
        #expect(received.text == "hel")
    }
}
