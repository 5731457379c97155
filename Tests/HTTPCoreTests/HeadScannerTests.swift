import Testing

@testable import HTTPCore

struct HeadScannerTests {
    private let whole = "POST /v1.0/debit/notify?a=b HTTP/1.1\r\nHost: a\r\nX:\r\nY: \tz\r\n\r\n"

    /// Scans `text` byte by byte until something other than "needs more" happens.
    ///
    /// - Returns: how many bytes had been shown then, and what happened.
    private func scanSlowly(
        _ bytes: [UInt8],
        limits: HTTPLimits = .init()
    ) -> (shown: Int, outcome: Result<Range<Int>?, RequestError>) {
        var scanner = HeadScanner(limits: limits)
        for count in 0...bytes.count {
            do throws(RequestError) {
                let range = try scanner.scan(bytes.span.extracting(0..<count))
                if let range { return (count, .success(range)) }
            } catch { return (count, .failure(error)) }
        }
        return (bytes.count, .success(nil))
    }

    private func scanAtOnce(
        _ bytes: [UInt8],
        limits: HTTPLimits = .init()
    ) -> Result<Range<Int>?, RequestError> {
        var scanner = HeadScanner(limits: limits)
        do throws(RequestError) { return .success(try scanner.scan(bytes.span)) } catch {
            return .failure(error)
        }
    }

    @Test func `every proper prefix of a head needs more`() {
        let bytes = Array(whole.utf8)
        for count in 0..<bytes.count {
            #expect(scanAtOnce(Array(bytes[..<count])) == .success(nil))
        }
        #expect(scanAtOnce(bytes) == .success(0..<bytes.count))
        #expect(scanSlowly(bytes).outcome == .success(0..<bytes.count))
        #expect(scanSlowly(bytes).shown == bytes.count)
    }

    @Test func `a cut anywhere changes nothing`() throws {
        let bytes = Array(whole.utf8)
        for cut in 0...bytes.count {
            var scanner = HeadScanner(limits: HTTPLimits())
            let first = try scanner.scan(bytes.span.extracting(0..<cut))
            #expect(first == (cut == bytes.count ? 0..<bytes.count : nil))
            #expect(try scanner.scan(bytes.span) == 0..<bytes.count)
        }
    }

    @Test func `what follows the head is left alone`() {
        let bytes = Array((whole + "\u{0}\n\r rest").utf8)
        #expect(scanAtOnce(bytes) == .success(0..<whole.utf8.count))
    }

    @Test(arguments: [1, 2, 3, 50])
    func `empty lines in front are skipped and not part of the head`(count: Int) {
        let bytes = Array((String(repeating: "\r\n", count: count) + whole).utf8)
        #expect(scanAtOnce(bytes) == .success((2 * count)..<bytes.count))
        #expect(scanSlowly(bytes).outcome == .success((2 * count)..<bytes.count))
    }

    @Test func `empty lines need not be passed again, until a head begins`() throws {
        var scanner = HeadScanner(limits: HTTPLimits())
        var bytes = Array("\r\n\r\n\r".utf8)
        #expect(try scanner.scan(bytes.span) == nil)
        #expect(scanner.dropEmptyLines() == 4)
        bytes = Array(("\r\n" + whole).utf8)
        #expect(try scanner.scan(bytes.span.extracting(0..<10)) == nil)
        #expect(scanner.dropEmptyLines() == 0)
        #expect(try scanner.scan(bytes.span) == 2..<bytes.count)
    }

    @Test(arguments: [false, true])
    func `empty lines in front are bounded in all`(drops: Bool) throws {
        var limits = HTTPLimits()
        limits.headerBytes = 100
        var scanner = HeadScanner(limits: limits)
        var bytes: [UInt8] = []
        for count in 1...51 {
            bytes += [0x0D, 0x0A]
            let outcome = Result { try scanner.scan(bytes.span) }
            guard count == 51 else {
                #expect(try outcome.get() == nil)
                if drops { bytes.removeFirst(scanner.dropEmptyLines()) }
                continue
            }
            #expect(throws: RequestError.headTooLarge(bytesMax: 100)) { try outcome.get() }
        }
    }

    /// A beginning that can never become a head; its last byte is the one that shows it.
    private static let hopeless: [(row: Row, part: MalformedPart)] = [
        (Row("a TLS hello", "\u{16}"), .method),
        (Row("a space first", " "), .method),
        (Row("CR without LF behind an empty line", "\r\n\rG"), .lineEnding),
        (Row("LF behind an empty line", "\r\n\n"), .method),
        (Row("CR without LF in front", "\rG"), .lineEnding),
        (Row("LF in front", "\n"), .method),
        (Row("an SSH banner", "SSH-2.0-OpenSSH_9\r"), .method),
        (Row("a method with a colon", "HTTP:"), .method),
        (Row("a method with NUL", "GE\u{0}"), .method),
        (Row("two spaces after the method", "GET  "), .target),
        (Row("HTTP/0.9", "GET /\r"), .target),
        (Row("a control in the target", "GET /\u{1}"), .target),
        (Row("DEL in the target", "GET /\u{7F}"), .target),
        (Row("a fragment in the target", "GET /a#"), .target),
        (Row("a byte beyond ASCII in the target", "GET /\u{E9}"), .target),
        (Row("bare LF ends the request line", "GET / HTTP/1.1\n"), .lineEnding),
        (Row("bare CR in the request line", "GET / HTTP/1.1\ra"), .lineEnding),
        (Row("CR CR LF", "GET / HTTP/1.1\r\r"), .lineEnding),
        (Row("a blank before the first field", "GET / HTTP/1.1\r\n "), .leadingWhitespace),
        (Row("obs-fold", "GET / HTTP/1.1\r\nA: b\r\n\t"), .leadingWhitespace),
        (Row("bare LF ends a field line", "GET / HTTP/1.1\r\nA: b\n"), .lineEnding),
        (Row("bare CR in a value", "GET / HTTP/1.1\r\nA: b\rc"), .lineEnding),
        (Row("bare CR for the empty line", "GET / HTTP/1.1\r\nA: b\r\n\rc"), .lineEnding),
        (Row("NUL in a value", "GET / HTTP/1.1\r\nA: b\u{0}"), .controlCharacter),
        (Row("BEL in a value", "GET / HTTP/1.1\r\nA: \u{7}"), .controlCharacter),
        (Row("DEL in a value", "GET / HTTP/1.1\r\nA: \u{7F}"), .controlCharacter),
    ]

    @Test(arguments: hopeless)
    func `what can never become a head is refused at once`(row: Row, part: MalformedPart) {
        var bytes = Array(row.text.utf8)
        // The first byte of a two-byte character is enough to be refused.
        if bytes.count > 1, bytes[bytes.count - 2] >= 0x80 { bytes.removeLast() }
        let (shown, outcome) = scanSlowly(bytes)
        #expect(shown == bytes.count)
        guard case .failure(.malformed(let found, _)) = outcome else {
            Issue.record("not refused as malformed: \(outcome)")
            return
        }
        #expect(found == part)
        #expect(scanAtOnce(bytes + Array(" and more\r\n\r\n".utf8)) == outcome)
    }

    @Test func `an offset counts from the head's first byte`() {
        let error = RequestError.malformed(.controlCharacter, offset: 20)
        let text = "GET / HTTP/1.1\r\nA: b\u{0}"
        #expect(scanAtOnce(Array(text.utf8)) == .failure(error))
        #expect(scanAtOnce(Array(("\r\n" + text).utf8)) == .failure(error))
    }

    @Test func `a head of exactly headerBytes passes and one byte more does not`() {
        var limits = HTTPLimits()
        limits.headerBytes = whole.utf8.count
        let bytes = Array(whole.utf8)
        #expect(scanAtOnce(bytes, limits: limits) == .success(0..<bytes.count))
        #expect(scanAtOnce(bytes + [0x41], limits: limits) == .success(0..<bytes.count))
        limits.headerBytes += 1
        #expect(scanAtOnce(bytes, limits: limits) == .success(0..<bytes.count))

        limits.headerBytes = whole.utf8.count - 1
        let tooLarge = RequestError.headTooLarge(bytesMax: limits.headerBytes)
        #expect(scanAtOnce(bytes, limits: limits) == .failure(tooLarge))
        #expect(scanSlowly(bytes, limits: limits).outcome == .failure(tooLarge))
        #expect(scanSlowly(bytes, limits: limits).shown == limits.headerBytes + 1)
    }

    @Test func `the empty line in front does not count against headerBytes`() {
        var limits = HTTPLimits()
        limits.headerBytes = whole.utf8.count
        let bytes = Array(("\r\n" + whole).utf8)
        #expect(scanAtOnce(bytes, limits: limits) == .success(2..<bytes.count))
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `a target is held to its limit before it ends`(excess: Int, passes: Bool) {
        var limits = HTTPLimits()
        limits.targetBytes = 20
        let target = "/" + String(repeating: "a", count: 19 + excess)
        let error = RequestError.targetTooLong(bytesMax: 20)
        #expect(
            scanAtOnce(Array("GET \(target)".utf8), limits: limits)
                == (passes ? .success(nil) : .failure(error))
        )
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `a method is held to its limit before it ends`(excess: Int, passes: Bool) {
        let method = String(repeating: "M", count: HTTPLimits().methodBytes + excess)
        let error = RequestError.methodTooLong(bytesMax: HTTPLimits().methodBytes)
        #expect(
            scanAtOnce(Array(method.utf8)) == (passes ? .success(nil) : .failure(error))
        )
    }

    @Test func `a target that alone fills the head is a target too long`() {
        var limits = HTTPLimits()
        limits.headerBytes = 100
        let bytes = Array("GET /".utf8) + Array(repeating: UInt8(ascii: "a"), count: 96)
        #expect(
            scanAtOnce(bytes, limits: limits)
                == .failure(.targetTooLong(bytesMax: limits.targetBytes))
        )
    }
}
