import Testing

@testable import HTTPCore

struct ResponseStreamTests {
    private func streamHead(
        _ response: Response,
        for version: HTTPVersion = .http11,
        isHEAD: Bool = false,
        keepAlive: Bool = true
    ) -> (text: String, framing: StreamFraming) {
        var out: [UInt8] = []
        let framing = response.serializeStreamHead(
            into: &out,
            for: version,
            isHEAD: isHEAD,
            keepAlive: keepAlive
        )
        return (String(decoding: out, as: UTF8.self), framing)
    }

    @Test func `a stream is chunked in 1.1 and ends by closing in 1.0`() {
        let start = "HTTP/1.1 200 OK\r\n"
        #expect(
            streamHead(Response(.ok)) == (start + "Transfer-Encoding: chunked\r\n\r\n", .chunked)
        )
        #expect(
            streamHead(Response(.ok), keepAlive: false)
                == (start + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", .chunked)
        )
        #expect(
            streamHead(Response(.ok), for: .http10)
                == (start + "Connection: close\r\n\r\n", .untilClose)
        )
    }

    @Test func `a HEAD and a status without content have no stream`() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(streamHead(Response(.ok), isHEAD: true) == (head, .none))
        #expect(
            streamHead(Response(.ok), for: .http10, isHEAD: true)
                == ("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", .none)
        )
        #expect(
            streamHead(Response(.noContent)) == ("HTTP/1.1 204 No Content\r\n\r\n", .none)
        )
    }

    @Test(arguments: [
        (StreamFraming.chunked, "1\r\na\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"),
        (.untilClose, "a0123456789abcdef"),
        (.none, ""),
    ])
    func `pieces are framed, and an empty one does not end the body`(
        framing: StreamFraming,
        expected: String
    ) {
        var out: [UInt8] = []
        framing.append(Array("a".utf8), to: &out)
        framing.append([], to: &out)
        framing.append(Array("0123456789abcdef".utf8), to: &out)
        framing.appendEnd(to: &out)
        #expect(String(decoding: out, as: UTF8.self) == expected)
    }

    @Test func `what is streamed is read back`() throws {
        let piece = Array(repeating: UInt8(ascii: "x"), count: 300)
        var out: [UInt8] = []
        for _ in 0..<3 { StreamFraming.chunked.append(piece, to: &out) }
        StreamFraming.chunked.appendEnd(to: &out)
        var decoder = ChunkedDecoder(limits: HTTPLimits())
        var body: [UInt8] = []
        #expect(try decoder.decode(out.span, into: &body) == (out.count, true))
        #expect(body == piece + piece + piece)
    }
}
