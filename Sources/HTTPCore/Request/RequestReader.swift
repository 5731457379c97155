/// One whole request.
package struct ParsedRequest: Equatable, Sendable {
    package let head: RequestHead
    package let body: [UInt8]

    /// The field lines after a chunked body, as received.
    package let trailers: [UInt8]

    /// Bytes consumed, counted from the first byte passed; the next request starts after them.
    package let consumed: Int
}

/// The result of parsing the bytes received so far.
package enum ParseResult: Equatable, Sendable {
    case needsMore
    case request(ParsedRequest)
}

/// Parses one request from the start of `bytes`.
///
/// Pure: keeps no state. A connection, which receives a request in pieces, uses ``RequestReader``
/// or its parts.
package func parseRequest(
    _ bytes: Span<UInt8>,
    limits: HTTPLimits
) throws(RequestError) -> ParseResult {
    var reader = RequestReader(limits: limits)
    return try reader.read(bytes)
}

/// Reads one request that arrives in pieces; the result does not depend on how it is split.
package struct RequestReader: Sendable {
    private let limits: HTTPLimits
    private var scanner: HeadScanner
    private var decoder: ChunkedDecoder
    private var head: RequestHead?

    /// Bytes processed so far: the head, and the part of a chunked body that was decoded.
    private var consumed = 0
    private var body: [UInt8] = []

    package init(limits: HTTPLimits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
        decoder = ChunkedDecoder(limits: limits)
    }

    /// Continues with the bytes received since the last call.
    ///
    /// - Parameter bytes: all bytes received for this request: those of the last call, and the new
    ///   ones.
    package mutating func read(_ bytes: Span<UInt8>) throws(RequestError) -> ParseResult {
        guard let head = try readHead(bytes) else { return .needsMore }
        switch head.framing {
        case .none: break
        case .contentLength(let count):
            if count > limits.bodyBytes { throw .bodyTooLarge(bytesMax: limits.bodyBytes) }
            guard bytes.count - consumed >= count else { return .needsMore }
            body.append(consumed..<(consumed + count), of: bytes)
            consumed += count
        case .chunked:
            let rest = bytes.extracting(consumed..<bytes.count)
            let (count, done) = try decoder.decode(rest, into: &body)
            consumed += count
            if !done { return .needsMore }
        }
        return .request(
            ParsedRequest(head: head, body: body, trailers: decoder.trailers, consumed: consumed)
        )
    }

    private mutating func readHead(_ bytes: Span<UInt8>) throws(RequestError) -> RequestHead? {
        if let head { return head }
        guard let range = try scanner.scan(bytes) else { return nil }
        var headBytes: [UInt8] = []
        headBytes.append(range, of: bytes)
        let parsed = try parseRequestHead(headBytes, limits: limits)
        head = parsed
        consumed = range.upperBound
        return parsed
    }
}
