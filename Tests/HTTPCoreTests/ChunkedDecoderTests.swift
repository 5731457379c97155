import Testing

@testable import HTTPCore

struct ChunkedDecoderTests {
    private struct Decoded: Equatable {
        var body: [UInt8] = []
        var trailers: [UInt8] = []
        var consumed = 0
        var isDone = false
    }

    /// Decodes `text` in pieces of `size` bytes at most.
    private func decode(
        _ text: String,
        piecesOf size: Int = .max,
        limits: HTTPLimits = .init()
    ) -> Result<Decoded, RequestError> {
        var decoder = ChunkedDecoder(limits: limits)
        var decoded = Decoded()
        let bytes = Array(text.utf8)
        do throws(RequestError) {
            while !decoded.isDone, decoded.consumed < bytes.count {
                let rest = bytes.span.extracting(decoded.consumed..<bytes.count)
                let piece = rest.extracting(first: min(size, rest.count))
                let (consumed, done) = try decoder.decode(piece, into: &decoded.body)
                decoded.consumed += consumed
                decoded.isDone = done
            }
        } catch { return .failure(error) }
        decoded.trailers = decoder.trailers
        return .success(decoded)
    }

    private func decoded(_ body: String, trailers: String = "", consumed: Int) -> Decoded {
        Decoded(
            body: Array(body.utf8),
            trailers: Array(trailers.utf8),
            consumed: consumed,
            isDone: true
        )
    }

    private static let accepted: [(row: Row, body: String, trailers: String)] = [
        (Row("no data", "0\r\n\r\n"), "", ""),
        (Row("one chunk", "5\r\nhello\r\n0\r\n\r\n"), "hello", ""),
        (Row("two chunks", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), "hello", ""),
        (Row("leading zeros", "0005\r\nhello\r\n000\r\n\r\n"), "hello", ""),
        (
            Row("hexadecimal in both cases", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
            "01234567890123456789", ""
        ),
        (Row("data that looks like framing", "5\r\n0\r\n\r\n\r\n0\r\n\r\n"), "0\r\n\r\n", ""),
        (Row("an extension", "1;a=b\r\nx\r\n0;c\r\n\r\n"), "x", ""),
        (Row("a quoted extension", "1;a=\"b;\\\" c\"\r\nx\r\n0\r\n\r\n"), "x", ""),
        (Row("blanks before an extension", "1 \t;a\r\nx\r\n0\r\n\r\n"), "x", ""),
        (
            Row("blanks wherever they may be", "1 ; a = b \t;\tc ;d = \"e\" ;f\r\nx\r\n0\r\n\r\n"),
            "x", ""
        ),
        (Row("an empty quoted value", "1;a=\"\"\r\nx\r\n0;b=\"\"\r\n\r\n"), "x", ""),
        (Row("what only quotes allow", "1;a=\"[x\t\\\\]=;\"\r\nx\r\n0\r\n\r\n"), "x", ""),
        (Row("a trailer", "1\r\nx\r\n0\r\nA: b\r\n\r\n"), "x", "A: b\r\n"),
        (Row("two trailers", "0\r\nA:b\r\nC: \t\r\n\r\n"), "", "A:b\r\nC: \t\r\n"),
        (
            Row("a trailer that frames", "0\r\nContent-Length: 9\r\n\r\n"), "",
            "Content-Length: 9\r\n"
        ),
    ]

    @Test(arguments: accepted)
    func `a body is decoded however it is cut`(row: Row, body: String, trailers: String) {
        let expected = decoded(body, trailers: trailers, consumed: row.text.utf8.count)
        for size in [Int.max, 1, 2, 3, 7] {
            #expect(decode(row.text, piecesOf: size) == .success(expected), "pieces of \(size)")
            #expect(decode(row.text + "GET /", piecesOf: size) == .success(expected))
        }
    }

    @Test(arguments: accepted)
    func `every proper prefix needs more`(row: Row, body: String, trailers: String) {
        for count in 0..<row.text.utf8.count {
            guard
                case .success(let decoded) = decode(
                    String(decoding: row.text.utf8.prefix(count), as: UTF8.self)
                )
            else {
                Issue.record("a prefix of \(count) bytes was refused")
                continue
            }
            #expect(!decoded.isDone)
            #expect(decoded.consumed == count)
        }
    }

    @Test func `a decoder that is done takes nothing more`() throws {
        var decoder = ChunkedDecoder(limits: HTTPLimits())
        var body: [UInt8] = []
        let whole = Array("0\r\n\r\n".utf8)
        #expect(try decoder.decode(whole.span, into: &body) == (5, true))
        #expect(try decoder.decode(whole.span, into: &body) == (0, true))
    }

    /// The last byte of each is the one that is wrong.
    private static let malformed: [(row: Row, part: MalformedPart)] = [
        (Row("no size", "\r"), .chunkSize),
        (Row("an extension without a size", ";"), .chunkSize),
        (Row("a blank before the size", " "), .chunkSize),
        (Row("a sign", "+"), .chunkSize),
        (Row("a hexadecimal prefix", "0x"), .chunkSize),
        (Row("a letter beyond f", "5g"), .chunkSize),
        (Row("an underscore", "1_"), .chunkSize),
        (Row("bare LF after a size", "5\n"), .lineEnding),
        (Row("bare CR after a size", "5\rh"), .lineEnding),
        (Row("a blank that no extension follows", "5 \r"), .chunkExtension),
        (Row("a blank inside a size", "5 5"), .chunkExtension),
        (Row("bare LF in an extension", "5;a\n"), .lineEnding),
        (Row("bare LF before an extension", "5 \n"), .lineEnding),
        (Row("bare CR in an extension", "5;a\rb"), .lineEnding),
        (Row("NUL in an extension", "5;a\u{0}"), .controlCharacter),
        (Row("NUL in a quoted value", "5;a=\"\u{0}"), .controlCharacter),
        (Row("an escaped NUL", "5;a=\"\\\u{0}"), .controlCharacter),
        (Row("an extension without a name", "5;\r"), .chunkExtension),
        (Row("an extension without a name, behind a blank", "5; \r"), .chunkExtension),
        (Row("two semicolons", "5;;"), .chunkExtension),
        (Row("a value without a name", "5;="), .chunkExtension),
        (Row("a quoted name", "5;\""), .chunkExtension),
        (Row("a name that is no token", "5;["), .chunkExtension),
        (Row("a name that goes on as none", "5;a["), .chunkExtension),
        (Row("two names", "5;a b"), .chunkExtension),
        (Row("a blank behind a name", "5;a \r"), .chunkExtension),
        (Row("no value", "5;a=\r"), .chunkExtension),
        (Row("no value but a blank", "5;a= \r"), .chunkExtension),
        (Row("no value but another extension", "5;a=;"), .chunkExtension),
        (Row("a value that is no token", "5;a=["), .chunkExtension),
        (Row("a value that goes on as none", "5;a=b\""), .chunkExtension),
        (Row("a second value", "5;a=b="), .chunkExtension),
        (Row("a blank behind a value", "5;a=b \r"), .chunkExtension),
        (Row("two values", "5;a=b c"), .chunkExtension),
        (Row("an open quote", "5;a=\"b\r"), .chunkExtension),
        (Row("an open quote and an escape", "5;a=\"b\\\r"), .chunkExtension),
        (Row("something behind the quotes", "5;a=\"b\"c"), .chunkExtension),
        (Row("a malformed extension of the last chunk", "0;\r"), .chunkExtension),
        (Row("data too long", "1\r\nhe"), .chunkEnd),
        (Row("LF after data", "1\r\nh\n"), .chunkEnd),
        (Row("CR without LF after data", "1\r\nh\r\r"), .chunkEnd),
        (Row("bare LF for the empty line", "0\r\n\n"), .lineEnding),
        (Row("bare CR for the empty line", "0\r\n\rx"), .lineEnding),
        (Row("a trailer that begins blank", "0\r\n "), .leadingWhitespace),
        (Row("a folded trailer", "0\r\nA: b\r\n\t"), .leadingWhitespace),
        (Row("a trailer without a name", "0\r\n:"), .fieldName),
        (Row("a trailer without a colon", "0\r\nA\r"), .fieldName),
        (Row("a blank before the colon", "0\r\nA "), .fieldName),
        (Row("bare LF in a trailer's name", "0\r\nA\n"), .lineEnding),
        (Row("bare LF in a trailer", "0\r\nA: b\n"), .lineEnding),
        (Row("bare CR in a trailer", "0\r\nA: b\rc"), .lineEnding),
        (Row("NUL in a trailer", "0\r\nA: b\u{0}"), .controlCharacter),
    ]

    @Test(arguments: malformed)
    func `wrong framing is refused at the byte that shows it`(row: Row, part: MalformedPart) {
        let error = RequestError.malformed(part, offset: row.text.utf8.count - 1)
        for size in [Int.max, 1, 2] {
            #expect(decode(row.text, piecesOf: size) == .failure(error))
            #expect(decode(row.text + "more\r\n\r\n", piecesOf: size) == .failure(error))
        }
        let prefix = String(decoding: row.text.utf8.dropLast(), as: UTF8.self)
        guard case .success = decode(prefix) else {
            Issue.record("refused before the byte that is wrong")
            return
        }
    }

    @Test func `every byte is tried behind a chunk size`() {
        for byte in UInt8.min...UInt8.max {
            var decoder = ChunkedDecoder(limits: HTTPLimits())
            var body: [UInt8] = []
            let bytes = [UInt8(ascii: "1"), byte]
            let passes = (try? decoder.decode(bytes.span, into: &body)) != nil
            let isSize = ByteClass.hexDigit.contains(byte)
            #expect(passes == (isSize || "\r;\t ".utf8.contains(byte)), "\(byte)")
        }
    }

    @Test func `zeros in front of a size are bounded`() {
        let zeros = String(repeating: "0", count: 15)
        let expected = decoded("x", consumed: 16 + 2 + 3 + 5)
        #expect(decode("\(zeros)1\r\nx\r\n0\r\n\r\n") == .success(expected))
        #expect(decode("\(zeros)01") == .failure(.malformed(.chunkSize, offset: 16)))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `decoded bytes are held to bodyBytes as soon as a size says so`(excess: Int, passes: Bool)
    {
        var limits = HTTPLimits()
        limits.bodyBytes = 20
        let error = RequestError.bodyTooLarge(bytesMax: 20)
        let data = String(repeating: "x", count: 10)
        let size = String(10 + excess, radix: 16)
        let outcome = decode("a\r\n\(data)\r\n\(size)", limits: limits)
        if passes {
            #expect((try? outcome.get())?.body == Array(data.utf8))
        } else {
            #expect(outcome == .failure(error))
        }
        #expect(decode("ffffffffffffffff", limits: limits) == .failure(error))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `chunk extensions are bounded in all`(excess: Int, passes: Bool) {
        var limits = HTTPLimits()
        limits.headerBytes = 20
        // Each of the two counts from its semicolon or blank up to the CR.
        let text = "1 ;345678\r\nx\r\n1;" + String(repeating: "e", count: 11 + excess) + "\r\n"
        let outcome = decode(text, limits: limits)
        #expect(((try? outcome.get()) != nil) == passes)
        if !passes { #expect(outcome == .failure(.chunkExtensionsTooLarge(bytesMax: 20))) }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `trailers are bounded in bytes`(excess: Int, passes: Bool) {
        var limits = HTTPLimits()
        limits.headerBytes = 20
        let text = "0\r\nA: " + String(repeating: "b", count: 15 + excess) + "\r\n\r\n"
        let outcome = decode(text, limits: limits)
        #expect((try? outcome.get())?.isDone == (passes ? true : nil))
        if !passes { #expect(outcome == .failure(.trailersTooLarge(bytesMax: 20))) }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `trailers are bounded in number`(excess: Int, passes: Bool) {
        var limits = HTTPLimits()
        limits.headerCount = 3
        let lines = String(repeating: "A: b\r\n", count: 3 + excess)
        let outcome = decode("0\r\n\(lines)\r\n", limits: limits)
        #expect((try? outcome.get())?.isDone == (passes ? true : nil))
        if !passes { #expect(outcome == .failure(.tooManyFields(countMax: 3))) }
    }
}
