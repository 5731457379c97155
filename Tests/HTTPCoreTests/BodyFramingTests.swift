import Testing

@testable import HTTPCore

/// RFC 9112 section 6.3, item by item.
struct BodyFramingTests {
    private static let accepted: [(lines: [String], framing: BodyFraming, reason: String)] = [
        ([], .none, "item 7: neither"),
        (["Content-Length: 0"], .contentLength(0), "item 6: zero"),
        (["content-length: 42"], .contentLength(42), "item 6: a number"),
        (["Content-Length: 0042"], .contentLength(42), "leading zeros are 1*DIGIT"),
        (["Content-Length: \t7 "], .contentLength(7), "blanks around it"),
        (["Content-Length: 9223372036854775807"], .contentLength(.max), "the largest Int"),
        (["Content-Length: 9223372036854775808"], .contentLength(.max), "one more is held there"),
        (["Content-Length: 99999999999999999999999"], .contentLength(.max), "far beyond"),
        (["Transfer-Encoding: chunked"], .chunked, "item 4"),
        (["transfer-encoding: CHUNKED"], .chunked, "codings have no case"),
    ]

    @Test func `a body's end is known by one of three ways`() throws {
        for (lines, framing, reason) in Self.accepted {
            let text = lines.map { $0 + "\r\n" }.joined()
            let head = try head("POST / HTTP/1.1\r\nHost: a\r\n\(text)\r\n")
            #expect(head.framing == framing, "\(reason)")
        }
    }

    private static let refused: [(lines: [String], part: MalformedPart, reason: String)] = [
        (["Content-Length: 1", "Transfer-Encoding: chunked"], .framing, "both"),
        (["Transfer-Encoding: chunked", "Content-Length: 1"], .framing, "both, the other way"),
        (["Transfer-Encoding: x", "Content-Length: x"], .framing, "both, however wrong"),
        (["Transfer-Encoding:"], .transferEncoding, "an empty coding"),
        (["Transfer-Encoding: identity"], .transferEncoding, "identity is gone since RFC 7230"),
        (["Transfer-Encoding: gzip"], .transferEncoding, "no final chunked"),
        (["Transfer-Encoding: gzip, chunked"], .transferEncoding, "another coding before it"),
        (["Transfer-Encoding: chunked, gzip"], .transferEncoding, "chunked is not final"),
        (["Transfer-Encoding: chunked, chunked"], .transferEncoding, "chunked twice"),
        (["Transfer-Encoding: chunked,"], .transferEncoding, "a list"),
        (["Transfer-Encoding: chunked;a=b"], .transferEncoding, "a parameter"),
        (["Transfer-Encoding: xchunked"], .transferEncoding, "a word that holds it"),
        (["Transfer-Encoding: \"chunked\""], .transferEncoding, "quoted"),
        (
            ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], .transferEncoding,
            "two lines"
        ),
        (["Content-Length:"], .contentLength, "empty"),
        (["Content-Length: +1"], .contentLength, "a sign"),
        (["Content-Length: -1"], .contentLength, "negative"),
        (["Content-Length: 1 2"], .contentLength, "a blank inside"),
        (["Content-Length: 0x1"], .contentLength, "hexadecimal"),
        (["Content-Length: 1.0"], .contentLength, "a fraction"),
        (["Content-Length: a"], .contentLength, "a letter"),
        (["Content-Length: 99999999999999999999x"], .contentLength, "wrong behind an overflow"),
        (["Content-Length: \u{661}"], .contentLength, "an Arabic digit"),
        (["Content-Length: 1, 1"], .contentLength, "a list of equal numbers"),
        (["Content-Length: 1, 2"], .contentLength, "a list of different numbers"),
        (["Content-Length: 1", "Content-Length: 1"], .contentLength, "two equal lines"),
        (["Content-Length: 1", "Content-Length: 2"], .contentLength, "two different lines"),
    ]

    @Test func `whatever two readers could see differently gets a 400`() {
        for (lines, part, reason) in Self.refused {
            let text = lines.map { $0 + "\r\n" }.joined()
            let outcome = read("POST / HTTP/1.1\r\nHost: a\r\n\(text)\r\n")
            #expect(outcome.malformedPart == part, "\(reason)")
            #expect(outcome.error?.status == .badRequest, "\(reason)")
        }
    }

    @Test func `HTTP 1.0 has no transfer codings`() {
        let outcome = read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(outcome.malformedPart == .transferEncoding)
    }

    @Test func `HTTP 1.0 may announce a length`() {
        let outcome = read("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
        #expect(outcome.request?.body == Array("hi".utf8))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `an announced length is held to bodyBytes before a byte comes`(excess: Int, passes: Bool) {
        var limits = HTTPLimits()
        limits.bodyBytes = 100
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(100 + excess)\r\n\r\n"
        let expected: Outcome =
            passes ? .success(.needsMore) : .failure(.bodyTooLarge(bytesMax: 100))
        #expect(read(text, limits: limits) == expected)
    }
}
