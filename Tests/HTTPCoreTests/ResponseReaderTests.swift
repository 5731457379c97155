import Testing

@testable import HTTPCore

struct ResponseReaderTests {
    /// Reads `bytes` in pieces; with what follows the response, or nil when it needs more.
    private func read(
        _ bytes: [UInt8],
        pieceBytes: Int,
        limits: HTTPLimits = .init(),
        endsThere: Bool = false
    ) -> Result<ParsedResponse?, ResponseError> {
        var reader = ResponseReader(limits: limits)
        var start = 0
        do throws(ResponseError) {
            while start < bytes.count {
                let end = min(start + pieceBytes, bytes.count)
                let piece = bytes.span.extracting(start..<end)
                let (consumed, response) = try reader.read(piece)
                if let response { return .success(response) }
                guard consumed == piece.count else { return .success(nil) }
                start = end
            }
            return .success(endsThere ? try reader.end() : nil)
        } catch { return .failure(error) }
    }

    static let valid = [
        Row("a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        Row(
            "chunk sizes with blanks around them",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5   \r\nhello\r\n \t0\t\r\n\r\n"
        ),
        Row("an empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Row("no content", "HTTP/1.1 204 No Content\r\n\r\n"),
        Row(
            "chunks and trailers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nhel\r\n2;a\r\nlo\r\n0\r\nA: b\r\n\r\n"
        ),
        Row(
            "interim responses",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nLink: a\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        ),
    ]

    @Test(arguments: valid)
    func `however a response is cut, it is the same`(row: Row) throws {
        let bytes = Array(row.text.utf8)
        let whole = try #require(try read(bytes, pieceBytes: bytes.count).get())
        for count in 1...bytes.count {
            #expect(read(bytes, pieceBytes: count) == .success(whole))
            // What follows belongs to nobody yet.
            #expect(read(bytes + Array("HTTP".utf8), pieceBytes: count) == .success(whole))
        }
    }

    @Test(arguments: valid)
    func `every proper prefix needs more, and is incomplete at the end`(row: Row) {
        let bytes = Array(row.text.utf8)
        for count in 0..<bytes.count {
            let prefix = Array(bytes[..<count])
            #expect(read(prefix, pieceBytes: bytes.count) == .success(nil))
            let ended = read(prefix, pieceBytes: bytes.count, endsThere: true)
            #expect(ended == .failure(.incomplete))
        }
    }

    @Test func `a body without a length ends with the connection`() throws {
        let bytes = Array("HTTP/1.1 200 OK\r\n\r\nhello".utf8)
        for count in 1...bytes.count {
            #expect(read(bytes, pieceBytes: count) == .success(nil))
            let response = try #require(
                try read(bytes, pieceBytes: count, endsThere: true).get()
            )
            #expect(response.body == Array("hello".utf8))
        }
    }

    @Test func `the body is consumed to its end and no further`() throws {
        var reader = ResponseReader(limits: .init())
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc".utf8)
        let (consumed, response) = try reader.read(bytes.span)
        #expect(consumed == bytes.count - 2)
        #expect(response?.body == Array("a".utf8))
        let rest = try reader.read(bytes.span.extracting(consumed..<bytes.count))
        #expect(rest.consumed == 0)
        #expect(rest.response == nil)
    }

    @Test func `a response to HEAD ends with its head`() throws {
        var reader = ResponseReader(limits: .init(), isHEAD: true)
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".utf8)
        #expect(try reader.read(bytes.span).response?.body == [])
    }

    @Test func `the body's bound holds in every framing`() {
        var limits = HTTPLimits()
        limits.bodyBytes = 4
        let line = "HTTP/1.1 200 OK\r\n"
        let chunked = line + "Transfer-Encoding: chunked\r\n\r\n"
        for (body, fits) in [("abc", true), ("abcd", true), ("abcde", false)] {
            let texts = [
                line + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)",
                chunked + "\(body.utf8.count)\r\n\(body)\r\n0\r\n\r\n",
                line + "\r\n\(body)",
            ]
            for text in texts {
                let bytes = Array(text.utf8)
                for pieceBytes in [1, bytes.count] {
                    let result = read(
                        bytes,
                        pieceBytes: pieceBytes,
                        limits: limits,
                        endsThere: true
                    )
                    let body = try? result.get()?.body
                    #expect((body != nil) == fits)
                    if !fits {
                        #expect(result == .failure(.message(.bodyTooLarge(bytesMax: 4))))
                    }
                }
            }
        }
    }

    @Test func `a length over the bound is refused before the body comes`() {
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n".utf8)
        let expected = ResponseError.message(.bodyTooLarge(bytesMax: 65_536))
        #expect(read(bytes, pieceBytes: bytes.count) == .failure(expected))
    }

    @Test func `the head's bound holds before its end has come`() {
        var limits = HTTPLimits()
        limits.headerBytes = 40
        let bytes = Array("HTTP/1.1 200 OK\r\nA: \(String(repeating: "b", count: 40))".utf8)
        for pieceBytes in [1, 7, bytes.count] {
            let result = read(bytes, pieceBytes: pieceBytes, limits: limits)
            #expect(result == .failure(.message(.headTooLarge(bytesMax: 40))))
        }
    }

    @Test func `interim responses are bounded in number`() {
        let interim = "HTTP/1.1 102 Processing\r\n\r\n"
        let last = "HTTP/1.1 204 No Content\r\n\r\n"
        for (count, fits) in [(7, true), (8, true), (9, false)] {
            let bytes = Array((String(repeating: interim, count: count) + last).utf8)
            let result = read(bytes, pieceBytes: bytes.count)
            let expected = ResponseError.tooManyInterimResponses(countMax: 8)
            if fits {
                #expect((try? result.get()) != nil)
            } else {
                #expect(result == .failure(expected))
            }
        }
    }

    @Test func `another protocol is not switched to`() {
        let bytes = Array("HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n".utf8)
        #expect(read(bytes, pieceBytes: bytes.count) == .failure(.protocolSwitch))
    }

    @Test(arguments: [
        (ResponseError.incomplete, "the connection ended before the response was complete"),
        (.statusLine(offset: 3), "malformed status line at byte 3"),
        (.protocolSwitch, "unrequested switch to another protocol (status 101)"),
        (.tooManyInterimResponses(countMax: 8), "more than 8 interim responses"),
        (.message(.bodyTooLarge(bytesMax: 5)), "body larger than 5 bytes"),
    ])
    func `an error says what is wrong`(error: ResponseError, text: String) {
        #expect("\(error)" == text)
    }
}
