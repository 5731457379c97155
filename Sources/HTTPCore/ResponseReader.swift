/// One whole response.
package struct ParsedResponse: Equatable, Sendable {
    package let head: ResponseHead

    /// After decoding.
    package let body: [UInt8]

    /// The field lines behind a chunked body, as received.
    package let trailers: [UInt8]
}

/// Reads one response that arrives in pieces. However it is cut, the result is the same.
///
/// Interim responses (1xx) are passed over (RFC 9110 section 15.2). Nothing is kept beyond the
/// limits' head and body, however the body is encoded.
package struct ResponseReader: Sendable {
    /// Interim responses that are passed over before the final one. A server has no use for more
    /// than a few.
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

    /// What was received of the current head.
    private var headBytes: [UInt8] = []
    private var body: [UInt8] = []

    /// - Parameters:
    ///   - limits: `headerBytes` and `headerCount` hold for every head, `bodyBytes` for the body.
    ///   - isHEAD: whether the response answers a HEAD request.
    package init(limits: HTTPLimits, isHEAD: Bool = false) {
        self.limits = limits
        self.isHEAD = isHEAD
        scanner = HeadScanner(responseLimits: limits)
        decoder = ChunkedDecoder(limits: limits)
    }

    /// Goes on with bytes that follow those consumed before.
    ///
    /// - Parameter bytes: what arrived; consumed whole unless the response ends in it.
    /// - Returns: how many bytes were consumed, and the response when it is complete. Once it is,
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

    /// To be called when the server has ended its side.
    ///
    /// - Returns: the response that ends with the connection.
    /// - Throws: `incomplete` when more was to come.
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

    /// Takes bytes of a head and moves on when it is complete; returns how many.
    private mutating func readHead(_ bytes: Span<UInt8>) throws(ResponseError) -> Int {
        let before = headBytes.count
        // One byte more than allowed is enough to find it too large.
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

    /// Takes bytes of the body; returns how many, and whether it is complete.
    private mutating func readBody(
        _ bytes: Span<UInt8>,
        of head: ResponseHead
    ) throws(ResponseError) -> (consumed: Int, isComplete: Bool) {
        switch head.framing {
        case .none: return (0, true)
        case .contentLength(let total):
            guard total <= limits.bodyBytes else { throw bodyTooLarge }
            let count = min(bytes.count, total - body.count)
            body.append(0..<count, of: bytes)
            return (count, body.count == total)
        case .chunked:
            do throws(RequestError) {
                let (consumed, done) = try decoder.decode(bytes, into: &body)
                return (consumed, done)
            } catch { throw .message(error) }
        case .untilClose:
            guard bytes.count <= limits.bodyBytes - body.count else { throw bodyTooLarge }
            body.append(0..<bytes.count, of: bytes)
            return (bytes.count, false)
        }
    }

    private var bodyTooLarge: ResponseError {
        .message(.bodyTooLarge(bytesMax: limits.bodyBytes))
    }
}
