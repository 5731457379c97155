/// Parses one whole head, as ``HeadScanner`` finds it: request line, fields, empty line, nothing
/// more.
///
/// Pure, and safe for any bytes. The rules are those of RFC 9112 and of contract section 4, last
/// paragraph; where a repair would be allowed, the head is refused.
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
    /// Parses field lines up to the empty line, which must be the last of the bytes.
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

    /// RFC 9112 section 3.2: 400 for a 1.1 request without Host, and for any with two or a bad one.
    ///
    /// An empty host is a bad one: every target that is served has a host (RFC 9110 section 4.2.1).
    fileprivate func checkHost(_ fields: [Field], version: HTTPVersion) throws(GrammarError) {
        let host = Lookup(of: "Host", in: fields, of: self)
        guard let first = host.first else {
            if version == .http10 { return }
            throw GrammarError(.host, at: count)
        }
        let isEmpty = hostEnd(in: first.value) == first.value.lowerBound
        guard !host.isRepeated, isHost(first.value), !isEmpty else {
            throw GrammarError(.host, at: first.value.lowerBound)
        }
    }

    /// RFC 9112 section 9.3: 1.1 persists unless told to close, 1.0 only when asked to persist.
    func keepsAlive(_ fields: [Field], version: HTTPVersion) -> Bool {
        var persists = version == .http11
        for field in fields where matches("Connection", in: field.name) {
            if list(field.value, contains: "close") { return false }
            if list(field.value, contains: "keep-alive") { persists = true }
        }
        return persists
    }

    /// RFC 9110 section 10.1.1: only 1.1 knows the expectation, and it is about content to come.
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
