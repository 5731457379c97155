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

/// Parses one whole request head, as ``HeadScanner`` delimits it: request line, fields, empty line.
///
/// Pure, and safe for any bytes. Follows RFC 9112; where the RFC lets a recipient repair a message,
/// the head is rejected.
///
/// - Throws: the first violation, in the order request line, fields, target, Host, framing.
package func parseRequestHead(
    _ bytes: [UInt8],
    limits: HTTPLimits
) throws(RequestError) -> RequestHead {
    let span = bytes.span
    if span.count > limits.headerBytes { throw .headTooLarge(bytesMax: limits.headerBytes) }
    let line = try RequestLine(span, limits: limits)
    let fields = try span.headFields(from: line.end, limits: limits)
    do throws(GrammarError) {
        let target = try RequestTarget(of: line, in: span)
        try span.checkHost(fields, version: line.version)
        let framing = try span.requestFraming(fields: fields, version: line.version)
        return RequestHead(
            bytes: bytes,
            method: line.method,
            target: line.target,
            path: target.path,
            query: target.query,
            version: line.version,
            fields: fields,
            framing: framing,
            keepAlive: span.keepsAlive(fields, version: line.version),
            expectsContinue: span.expectsContinue(fields, version: line.version, framing: framing)
        )
    } catch { throw RequestError(error) }
}

extension Span<UInt8> {
    /// Parses field lines up to the empty line, which must end the bytes.
    func headFields(
        from start: Int,
        limits: HTTPLimits
    ) throws(RequestError) -> [Field] {
        var fields: [Field] = []
        fields.reserveCapacity(Swift.min(16, limits.headerCount))
        var lineStart = start
        do throws(GrammarError) {
            while lineStart < count, self[lineStart] != .carriageReturn {
                if fields.count == limits.headerCount { break }
                let (field, next) = try fieldLine(at: lineStart)
                fields.append(field)
                lineStart = next
            }
            if lineStart < count, self[lineStart] == .carriageReturn {
                let end = try lineEnd(at: lineStart, otherwise: .lineEnding)
                guard end == count else { throw GrammarError(.lineEnding, at: end) }
                return fields
            }
            guard lineStart < count else { throw GrammarError(.lineEnding, at: lineStart) }
        } catch { throw RequestError(error) }
        throw .tooManyFields(countMax: limits.headerCount)
    }

    /// Rejects an HTTP/1.1 request without Host, and any request with an invalid Host or several
    /// (RFC 9112 section 3.2).
    ///
    /// An empty value is invalid: every served target has a host (RFC 9110 section 4.2.1).
    fileprivate func checkHost(_ fields: [Field], version: HTTPVersion) throws(GrammarError) {
        let host = FieldSearch(of: "Host", in: fields, of: self)
        guard let first = host.first else {
            if version == .http10 { return }
            throw GrammarError(.host, at: count)
        }
        let isEmpty = hostEnd(in: first.value) == first.value.lowerBound
        guard !host.isRepeated, isHost(first.value), !isEmpty else {
            throw GrammarError(.host, at: first.value.lowerBound)
        }
    }

    /// Whether the connection persists: in HTTP/1.1 unless `close` is sent, in HTTP/1.0 only with
    /// `keep-alive` (RFC 9112 section 9.3).
    func keepsAlive(_ fields: [Field], version: HTTPVersion) -> Bool {
        var persists = version == .http11
        for field in fields where matches("Connection", in: field.name) {
            if list(field.value, contains: "close") { return false }
            if list(field.value, contains: "keep-alive") { persists = true }
        }
        return persists
    }

    /// Whether the client expects a 100, which requires HTTP/1.1 and a body (RFC 9110 section
    /// 10.1.1).
    fileprivate func expectsContinue(
        _ fields: [Field],
        version: HTTPVersion,
        framing: BodyFraming
    ) -> Bool {
        if version == .http10 || framing == .none || framing == .contentLength(0) { return false }
        return fields.contains { field in
            matches("Expect", in: field.name) && list(field.value, contains: "100-continue")
        }
    }
}
