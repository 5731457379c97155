import Testing

@testable import HTTPCore

struct ResponseHeadTests {
    private func parse(
        _ text: String,
        limits: HTTPLimits = .init(),
        isHEAD: Bool = false
    ) throws(ResponseError) -> ResponseHead {
        try parseResponseHead(Array(text.utf8), limits: limits, isHEAD: isHEAD)
    }

    private func parse(lines: String...) throws(ResponseError) -> ResponseHead {
        try parse("HTTP/1.1 200 OK\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", 200, "OK"),
        ("HTTP/1.1 404 Not  Found\t!", 404, "Not  Found\t!"),
        ("HTTP/1.1 599 ", 599, ""),
        ("HTTP/1.1 204", 204, ""),
        ("HTTP/1.1 200 caf\u{e9}", 200, "caf\u{e9}"),
        ("HTTP/1.7 200 OK", 200, "OK"),
    ])
    func `a status line has a version, a code and perhaps a reason`(
        line: String,
        code: Int,
        reason: String
    ) throws {
        let head = try parse(line + "\r\n\r\n")
        #expect(head.status == Status(code))
        #expect(head.text(head.reason) == reason)
        #expect(head.version == .http11)
    }

    @Test(arguments: [
        ("", 0, "nothing"),
        ("HTTP/1.1", 8, "no code"),
        ("http/1.1 200 OK", 0, "small letters"),
        ("HTTP/11 200 OK", 0, "no point"),
        (" HTTP/1.1 200 OK", 0, "a blank in front"),
        ("HTTP/1.1  200 OK", 8, "two blanks"),
        ("HTTP/1.1\t200 OK", 8, "a tab"),
        ("HTTP/1.1 20 OK", 8, "two digits"),
        ("HTTP/1.1 2000 OK", 12, "four digits"),
        ("HTTP/1.1 +20 OK", 8, "a sign"),
        ("HTTP/1.1 099 OK", 8, "below the classes"),
        ("HTTP/1.1 600 OK", 8, "above the classes"),
        ("HTTP/1.1 200OK", 12, "no blank before the reason"),
        ("HTTP/1.1 200\tOK", 12, "a tab before the reason"),
    ])
    func `another first line is refused`(line: String, offset: Int, reason: String) {
        #expect(throws: ResponseError.statusLine(offset: offset), "\(reason)") {
            try parse(line + "\r\n\r\n")
        }
    }

    @Test func `no control character but HTAB stands in the reason`() {
        for byte in UInt8.min...UInt8.max {
            let line = Array("HTTP/1.1 200 a".utf8) + [byte] + Array("\r\n\r\n".utf8)
            let isAllowed = byte == 9 || (byte >= 0x20 && byte != 0x7F)
            let head = try? parseResponseHead(line, limits: .init())
            #expect((head != nil) == isAllowed, "byte \(byte)")
        }
    }

    @Test func `another major version is not supported`() {
        #expect(throws: ResponseError.message(.versionNotSupported)) {
            try parse("HTTP/2.0 200 OK\r\n\r\n")
        }
    }

    /// RFC 9112 section 6.3, item by item.
    @Test(arguments: [
        (200, [], false, ResponseFraming.untilClose, "item 8"),
        (200, ["Content-Length: 5"], false, .contentLength(5), "item 6"),
        (200, ["Content-Length: 5", "Content-Length: 5"], false, .contentLength(5), "item 5"),
        (200, ["Content-Length: 5 ,5"], false, .contentLength(5), "item 5, a list"),
        (200, ["Content-Length: 5, 05", "content-length: 5"], false, .contentLength(5), "both"),
        (200, ["Transfer-Encoding: chunked"], false, .chunked, "item 4"),
        (200, ["Transfer-Encoding: CHUNKED"], false, .chunked, "item 4, in any case"),
        (204, ["Content-Length: 5"], false, .none, "item 1, 204"),
        (304, ["Content-Length: 5"], false, .none, "item 1, 304"),
        (103, ["Transfer-Encoding: chunked"], false, .none, "item 1, 1xx"),
        (200, ["Content-Length: 5"], true, .none, "item 1, HEAD"),
        (205, ["Content-Length: 0"], false, .contentLength(0), "no exception"),
    ])
    func `the framing follows the table of the RFC`(
        code: Int,
        lines: [String],
        isHEAD: Bool,
        framing: ResponseFraming,
        reason: String
    ) throws {
        let text = "HTTP/1.1 \(code) X\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try parse(text, isHEAD: isHEAD).framing == framing, "\(reason)")
    }

    @Test(arguments: [
        (["Content-Length: 5", "Transfer-Encoding: chunked"], MalformedPart.framing),
        (["Content-Length: 5", "Content-Length: 6"], .contentLength),
        (["Content-Length: 5, 6"], .contentLength),
        (["Content-Length: 5,"], .contentLength),
        (["Content-Length: 5", "Content-Length:"], .contentLength),
        (["Content-Length: 5, 5", "Transfer-Encoding: chunked"], .framing),
        (["Content-Length: -1"], .contentLength),
        (["Content-Length:"], .contentLength),
        (["Transfer-Encoding: gzip"], .transferEncoding),
        (["Transfer-Encoding: gzip, chunked"], .transferEncoding),
        (["A : b"], .fieldName),
        ([" A: b"], .leadingWhitespace),
        (["A: b\n"], .controlCharacter),
        (["A: b\u{0}"], .controlCharacter),
    ])
    func `a head whose end or body is in doubt is refused`(
        lines: [String],
        part: MalformedPart
    ) throws {
        let text = "HTTP/1.1 200 OK\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let error = #expect(throws: ResponseError.self) { try parse(text) }
        guard case .message(.malformed(let found, _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == part || (part == .controlCharacter && found == .lineEnding))
    }

    @Test(arguments: [
        ("HTTP/1.1", "Content-Length: 0", true),
        ("HTTP/1.1", "Content-Length: 0\r\nConnection: close", false),
        ("HTTP/1.1", "Content-Length: 0\r\nConnection: x, Close", false),
        ("HTTP/1.1", "A: b", false),
        ("HTTP/1.0", "Content-Length: 0", false),
        ("HTTP/1.0", "Content-Length: 0\r\nConnection: keep-alive", true),
    ])
    func `the connection persists by version, Connection and framing`(
        version: String,
        lines: String,
        keepAlive: Bool
    ) throws {
        #expect(try parse("\(version) 200 OK\r\n\(lines)\r\n\r\n").keepAlive == keepAlive)
    }

    @Test func `fields are found in any case, and repetitions told`() throws {
        let head = try parse(lines: "A:  b ", "C: 1", "c: 2")
        guard case .value(let range) = head.single("a") else {
            Issue.record("no a")
            return
        }
        #expect(head.text(range) == "b")
        #expect(head.single("C") == .repeated)
        #expect(head.single("D") == .absent)
    }

    @Test func `a head may be as large as its bounds`() throws {
        let text = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n"
        var limits = HTTPLimits()
        limits.headerBytes = text.utf8.count
        limits.headerCount = 2
        #expect(try parse(text, limits: limits).fields.count == 2)
        limits.headerBytes -= 1
        #expect(throws: ResponseError.message(.headTooLarge(bytesMax: text.utf8.count - 1))) {
            try parse(text, limits: limits)
        }
        limits.headerBytes += 1
        limits.headerCount = 1
        #expect(throws: ResponseError.message(.tooManyFields(countMax: 1))) {
            try parse(text, limits: limits)
        }
    }
}
