/// One whole response.
package struct ParsedResponse: Equatable, Sendable {
    package let head: ResponseHead

    /// The body after decoding.
    package let body: [UInt8]

    /// The field lines after a chunked body, as received.
    package let trailers: [UInt8]
}

/// Reads one response that arrives in pieces; the result does not depend on how it is split.
///
/// Interim responses (1xx) are skipped (RFC 9110 section 15.2). Memory is bounded by the limits for
/// head and body, whatever the encoding of the body.
package struct ResponseReader: Sendable {
    /// Maximum number of interim responses before the final one; servers send few.
    private static let interimCountMax = 8

    private enum State {
        case head
        case body(ResponseHead)
        case done
    }

    private let limits: HTTPLimits
    private let isHEAD: Bool
    private var state = State.head
    private var interimCount = 0
    private var scanner: HeadScanner
    private var decoder: ChunkedDecoder

    /// Bytes of the current head received so far.
    private var headBytes: [UInt8] = []
    private var body: [UInt8] = []

    /// Bytes of the body that ``removeBody()`` has removed from ``body``.
    private var removedCount = 0

    /// - Parameters:
    ///   - limits: `headerBytes` and `headerCount` apply to each head, `bodyBytes` to the body.
    ///   - isHEAD: whether it is the response to a HEAD request.
    package init(limits: HTTPLimits, isHEAD: Bool = false) {
        self.limits = limits
        self.isHEAD = isHEAD
        scanner = HeadScanner(responseLimits: limits)
        decoder = ChunkedDecoder(limits: limits, allowsBlanks: true)
    }

    /// Reads the bytes that follow those consumed by earlier calls.
    ///
    /// - Parameter bytes: the bytes received; all are consumed unless the response ends among them.
    /// - Returns: the number of bytes consumed, and the response once it is complete. After that,
    ///   nothing more is consumed.
    package mutating func read(
        _ bytes: Span<UInt8>
    ) throws(ResponseError) -> (consumed: Int, response: ParsedResponse?) {
        var consumed = 0
        while true {
            let rest = bytes.extracting(consumed..<bytes.count)
            switch state {
            case .head:
                consumed += try readHead(rest)
                if case .head = state, consumed == bytes.count { return (consumed, nil) }
            case .body(let head):
                let (count, isComplete) = try readBody(rest, of: head)
                return (consumed + count, isComplete ? finish(head) : nil)
            case .done: return (consumed, nil)
            }
        }
    }

    /// Removes and returns what has arrived of the body of a response with status 200; empty for
    /// any other response. The response contains what arrives after this.
    ///
    /// The limit for the body includes what was removed.
    package mutating func removeBody() -> [UInt8] {
        guard case .body(let head) = state, head.status == .ok else { return [] }
        defer { body.removeAll(keepingCapacity: true) }
        removedCount += body.count
        return body
    }

    /// Ends the input; call it when the server has closed its side.
    ///
    /// - Returns: the response, if it is one that ends with the connection.
    /// - Throws: `incomplete` if more bytes were needed.
    package mutating func end() throws(ResponseError) -> ParsedResponse {
        guard case .body(let head) = state, head.framing == .untilClose else {
            throw .incomplete
        }
        return finish(head)
    }

    private mutating func finish(_ head: ResponseHead) -> ParsedResponse {
        state = .done
        return ParsedResponse(head: head, body: body, trailers: decoder.trailers)
    }

    /// Consumes bytes of a head and advances the state once it is complete; returns the number
    /// consumed.
    private mutating func readHead(_ bytes: Span<UInt8>) throws(ResponseError) -> Int {
        let before = headBytes.count
        // One byte above the limit is enough to detect a head that is too large.
        let room = limits.headerBytes + 1 - before
        headBytes.append(0..<min(bytes.count, room), of: bytes)
        let bytesSoFar = headBytes
        let found: Range<Int>?
        do throws(RequestError) { found = try scanner.scan(bytesSoFar.span) } catch {
            throw .message(error)
        }
        guard let found else { return headBytes.count - before }
        headBytes.removeLast(headBytes.count - found.upperBound)
        let head = try parseResponseHead(headBytes, limits: limits, isHEAD: isHEAD)
        let consumed = headBytes.count - before
        headBytes = []
        scanner = HeadScanner(responseLimits: limits)
        if head.status.code >= 200 {
            state = .body(head)
        } else {
            try passOver(head)
        }
        return consumed
    }

    private mutating func passOver(_ head: ResponseHead) throws(ResponseError) {
        if head.status.code == 101 { throw .protocolSwitch }
        interimCount += 1
        if interimCount > Self.interimCountMax {
            throw .tooManyInterimResponses(countMax: Self.interimCountMax)
        }
    }

    /// Consumes bytes of the body; returns the number consumed, and whether the body is complete.
    private mutating func readBody(
        _ bytes: Span<UInt8>,
        of head: ResponseHead
    ) throws(ResponseError) -> (consumed: Int, isComplete: Bool) {
        switch head.framing {
        case .none: return (0, true)
        case .contentLength(let total):
            guard total <= limits.bodyBytes else { throw bodyTooLarge }
            let count = min(bytes.count, total - removedCount - body.count)
            body.append(0..<count, of: bytes)
            return (count, removedCount + body.count == total)
        case .chunked:
            do throws(RequestError) {
                let (consumed, done) = try decoder.decode(bytes, into: &body)
                return (consumed, done)
            } catch { throw .message(error) }
        case .untilClose:
            let room = limits.bodyBytes - removedCount - body.count
            guard bytes.count <= room else { throw bodyTooLarge }
            body.append(0..<bytes.count, of: bytes)
            return (bytes.count, false)
        }
    }

    private var bodyTooLarge: ResponseError {
        .message(.bodyTooLarge(bytesMax: limits.bodyBytes))
    }
}
