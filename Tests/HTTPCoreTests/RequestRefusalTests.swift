import Testing

@testable import HTTPCore

/// What is refused in a request line or field line, one row for each rule.
struct RequestRefusalTests {
    private static let malformed: [(row: Row, part: MalformedPart)] = [
        (Row("no version", "GET / \r\nHost: a\r\n\r\n"), .version),
        (Row("a small-letter version", get(version: "http/1.1", lines: "Host: a")), .version),
        (Row("a version without minor", get(version: "HTTP/1", lines: "Host: a")), .version),
        (
            Row("a version with two digits", get(version: "HTTP/1.10", lines: "Host: a")),
            .version
        ),
        (Row("a version with a comma", get(version: "HTTP/1,1", lines: "Host: a")), .version),
        (Row("a letter for a digit", get(version: "HTTP/1.x", lines: "Host: a")), .version),
        (Row("two spaces before it", get("/ ", lines: "Host: a")), .version),
        (Row("a space behind it", get(version: "HTTP/1.1 ", lines: "Host: a")), .version),
        (Row("not HTTP at all", get(version: "RTSP/1.0", lines: "Host: a")), .version),
        (Row("no colon", get(lines: "Host: a", "Name")), .fieldName),
        (Row("an empty name", get(lines: "Host: a", ": value")), .fieldName),
        (Row("a blank before the colon", get(lines: "Host : a")), .fieldName),
        (Row("HTAB before the colon", get(lines: "Host\t: a")), .fieldName),
        (Row("a blank in a name", get(lines: "Host: a", "A B: c")), .fieldName),
        (Row("a slash in a name", get(lines: "Host: a", "A/B: c")), .fieldName),
        (Row("a name beyond ASCII", get(lines: "Host: a", "É: c")), .fieldName),
        (Row("a line that begins blank", get(lines: " Host: a")), .leadingWhitespace),
        (Row("obs-fold", get(lines: "Host: a", "A: b", " c")), .leadingWhitespace),
        (Row("no Host in 1.1", get()), .host),
        (Row("no Host in a later 1.x", get(version: "HTTP/1.2")), .host),
        (Row("two Host lines", get(lines: "Host: a", "host: b")), .host),
        (Row("two equal Host lines", get(lines: "Host: a", "Host: a")), .host),
        (Row("two in 1.0", get(version: "HTTP/1.0", lines: "Host: a", "Host: b")), .host),
        (Row("an empty one", get(lines: "Host:")), .host),
        (Row("an empty one, and a whole URI", get("http://a/", lines: "Host:")), .host),
        (Row("an empty one in 1.0", get(version: "HTTP/1.0", lines: "Host: ")), .host),
        (Row("an invalid one in 1.0", get(version: "HTTP/1.0", lines: "Host: a b")), .host),
    ]

    @Test(arguments: malformed)
    func `a request against the grammar gets a 400`(row: Row, part: MalformedPart) {
        let outcome = read(row.text)
        #expect(outcome.malformedPart == part)
        #expect(outcome.error?.status == .badRequest)
    }

    @Test(arguments: ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"])
    func `another major version gets a 505`(version: String) {
        let outcome = read(get(version: version, lines: "Host: a"))
        #expect(outcome.error == .versionNotSupported)
        #expect(outcome.error?.status == .versionNotSupported)
    }

    @Test func `the HTTP/2 preface gets a 505`() {
        #expect(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").error == .versionNotSupported)
    }

    @Test func `every byte is tried in a method`() {
        for byte in UInt8.min...UInt8.max {
            let bytes = [UInt8(ascii: "G"), byte] + Array("T / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            let outcome = read(bytes)
            // SP ends the method; "T" is the target then, and "/" stands where the version should.
            let part: MalformedPart? =
                byte == .space ? .version : ByteClass.token.contains(byte) ? nil : .method
            #expect(outcome.malformedPart == part, "\(byte)")
        }
    }

    @Test func `every byte is tried in a path and in a query`() {
        for prefix in ["/a", "/a?b"] {
            for byte in UInt8.min...UInt8.max {
                let bytes = Array("GET \(prefix)".utf8) + [byte]
                let outcome = read(bytes + Array("c HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
                // SP ends the target, and what follows is no version.
                let part: MalformedPart? =
                    byte == .space ? .version : ByteClass.query.contains(byte) ? nil : .target
                #expect(outcome.malformedPart == part, "\(byte) behind \(prefix)")
            }
        }
    }

    @Test func `every byte is tried in a field name`() {
        for byte in UInt8.min...UInt8.max {
            let start = Array("GET / HTTP/1.1\r\nHost: a\r\nX".utf8)
            let outcome = read(start + [byte] + Array("Y: z\r\n\r\n".utf8))
            let isValid = ByteClass.token.contains(byte) || byte == UInt8(ascii: ":")
            #expect((outcome.request != nil) == isValid, "\(byte)")
            #expect(isValid || outcome.error?.status == .badRequest, "\(byte)")
        }
    }

    @Test func `every byte is tried in a field value and kept`() throws {
        for byte in UInt8.min...UInt8.max {
            let start = Array("GET / HTTP/1.1\r\nHost: a\r\nX: y".utf8)
            let outcome = read(start + [byte] + Array("z\r\n\r\n".utf8))
            let isValid = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
            #expect((outcome.request != nil) == isValid, "\(byte)")
            guard let head = outcome.request?.head else { continue }
            let value = try #require(head.fields.last?.value)
            #expect(Array(head[value]) == [UInt8(ascii: "y"), byte, UInt8(ascii: "z")])
        }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `the number of fields is held to its limit`(excess: Int, passes: Bool) {
        var limits = HTTPLimits()
        limits.headerCount = 20
        let lines = (1..<(20 + excess)).map { "X-\($0): y\r\n" }.joined()
        let outcome = read("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n", limits: limits)
        #expect((outcome.request != nil) == passes)
        #expect(outcome.error == (passes ? nil : .tooManyFields(countMax: 20)))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `the parser alone holds a head to its limits`(excess: Int, passes: Bool) {
        let target = "/" + String(repeating: "a", count: 19 + excess)
        let text = get(target, lines: "Host: a")
        var limits = HTTPLimits()
        limits.targetBytes = 20
        #expect(((try? head(text, limits: limits)) != nil) == passes)

        limits = HTTPLimits()
        limits.headerBytes = text.utf8.count - excess
        #expect(((try? head(text, limits: limits)) != nil) == passes)

        let method = String(repeating: "M", count: limits.methodBytes + excess)
        let long = "\(method) / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(((try? head(long)) != nil) == passes)
    }

    @Test func `the parser alone refuses any proper prefix of a head and anything behind it`() {
        let whole = Array(get("/a?b", lines: "Host: a", "B: c").utf8)
        for count in 0..<whole.count {
            #expect(throws: RequestError.self) {
                try parseRequestHead(Array(whole[..<count]), limits: HTTPLimits())
            }
        }
        #expect(throws: RequestError.malformed(.lineEnding, offset: whole.count)) {
            try parseRequestHead(whole + [0x41], limits: HTTPLimits())
        }
    }
}
