import Testing

@testable import HTTPCore

struct RequestReaderTests {
    @Test(arguments: validRequests)
    func `a request is the same whole, byte by byte and cut anywhere`(row: Row) throws {
        let bytes = Array(row.text.utf8)
        let whole = read(bytes)
        let request = try #require(whole.request)
        #expect(request.consumed == bytes.count)
        #expect(read(bytes, cuts: 0..<bytes.count) == whole)
        for cut in 0..<bytes.count { #expect(read(bytes, cuts: [cut]) == whole, "cut at \(cut)") }
    }

    @Test(arguments: validRequests)
    func `every proper prefix needs more`(row: Row) {
        let bytes = Array(row.text.utf8)
        for count in 0..<bytes.count {
            #expect(read(Array(bytes[..<count])) == .success(.needsMore), "\(count) bytes")
        }
    }

    @Test(arguments: validRequests)
    func `what follows a request is left alone`(row: Row) {
        let bytes = Array(row.text.utf8)
        for rest in ["\u{0}", "\n", "GET / HTTP/1.1\r\n", String(repeating: "x", count: 40)] {
            #expect(read(bytes + Array(rest.utf8)) == read(bytes))
        }
    }

    @Test func `parseRequest reads from the front and says how far it went`() throws {
        let first = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
        let second = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
        let bytes = Array((first + second).utf8)
        let one = try parseRequest(bytes.span, limits: HTTPLimits())
        let request = try #require(Outcome.success(one).request)
        #expect(request.consumed == first.utf8.count)
        #expect(request.body == Array("hi".utf8))

        let rest = bytes.span.extracting(request.consumed..<bytes.count)
        let two = try parseRequest(rest, limits: HTTPLimits())
        #expect(Outcome.success(two).request?.head.pathIs("/b") == true)
    }

    @Test func `a chunked request has its body and its trailers`() {
        let request = read(chunkedPost("2\r\nhi\r\n3\r\n yo\r\n0\r\nA: b\r\n\r\n")).request
        #expect(request?.body == Array("hi yo".utf8))
        #expect(request?.trailers == Array("A: b\r\n".utf8))
    }

    @Test(arguments: [
        Row("a bad head", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        Row("a head with a bare LF", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        Row(
            "both framings",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        Row("a body too large", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\nhello"),
        Row("a bad chunk", chunkedPost("1\r\nab\r\n0\r\n\r\n")),
        Row("a bad trailer", chunkedPost("0\r\nA b\r\n\r\n")),
    ])
    func `a refusal is the same whole, byte by byte and cut anywhere`(row: Row) {
        let bytes = Array(row.text.utf8)
        let whole = read(bytes)
        #expect(whole.error != nil)
        #expect(read(bytes, cuts: 0..<bytes.count) == whole)
        for cut in 0..<bytes.count { #expect(read(bytes, cuts: [cut]) == whole, "cut at \(cut)") }
    }
}
