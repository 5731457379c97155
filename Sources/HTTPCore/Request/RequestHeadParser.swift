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
