/// The first line of a request (RFC 9112 section 3), as ranges into the head.
struct RequestLine {
    let method: Range<Int>
    let target: Range<Int>
    let version: HTTPVersion

    /// The index of the first field line.
    let end: Int

    /// Parses the line at the front of `bytes`: exactly one SP between its parts.
    init(_ bytes: Span<UInt8>, limits: HTTPLimits) throws(RequestError) {
        let methodEnd = bytes.end(of: .token, in: 0..<bytes.count)
        if methodEnd > limits.methodBytes { throw .methodTooLong(bytesMax: limits.methodBytes) }
        guard methodEnd > 0, methodEnd < bytes.count, bytes[methodEnd] == .space else {
            throw .malformed(.method, offset: methodEnd)
        }
        method = 0..<methodEnd

        let targetStart = methodEnd + 1
        let targetEnd = bytes.end(of: .target, in: targetStart..<bytes.count)
        if targetEnd - targetStart > limits.targetBytes {
            throw .targetTooLong(bytesMax: limits.targetBytes)
        }
        guard targetEnd > targetStart, targetEnd < bytes.count, bytes[targetEnd] == .space else {
            throw .malformed(.target, offset: targetEnd)
        }
        target = targetStart..<targetEnd

        let versionStart = targetEnd + 1
        let major: Int
        let minor: Int
        do throws(GrammarError) {
            (major, minor) = try bytes.httpVersion(at: versionStart)
            let versionEnd = versionStart + "HTTP/1.1".utf8.count
            end = try bytes.lineEnd(at: versionEnd, otherwise: .version)
        } catch { throw RequestError(error) }
        guard major == 1 else { throw .versionNotSupported }
        version = minor == 0 ? .http10 : .http11
    }
}

/// Path and query of a request target, as ranges into the head.
struct RequestTarget {
    let path: Range<Int>
    let query: Range<Int>?

    /// Detects which of the four forms of RFC 9112 section 3.2 the target has, and checks it.
    init(of line: RequestLine, in bytes: Span<UInt8>) throws(GrammarError) {
        let target = line.target
        let isConnect = bytes.isExactly("CONNECT", in: line.method)
        if isConnect {
            // authority-form: the port is required, and there is no path.
            guard let hostEnd = bytes.hostEnd(in: target), hostEnd > target.lowerBound,
                hostEnd < target.upperBound, bytes.isHost(target)
            else { throw GrammarError(.target, at: target.lowerBound) }
            path = target.lowerBound..<target.lowerBound
            query = nil
        } else if bytes[target.lowerBound] == UInt8(ascii: "/") {
            (path, query) = try Self.split(target, in: bytes)
        } else if bytes.isExactly("*", in: target), bytes.isExactly("OPTIONS", in: line.method) {
            path = target
            query = nil
        } else {
            (path, query) = try Self.absoluteForm(target, in: bytes)
        }
    }

    /// Parses `http://authority/path?query`, or the same with https.
    ///
    /// User information is rejected (RFC 9110 section 4.2.4), and so is an empty host (section
    /// 4.2.1).
    private static func absoluteForm(
        _ target: Range<Int>,
        in bytes: Span<UInt8>
    ) throws(GrammarError) -> (path: Range<Int>, query: Range<Int>?) {
        let schemeEnd = bytes.end(of: .alpha, in: target)
        let scheme = target.lowerBound..<schemeEnd
        let authorityStart = schemeEnd + "://".utf8.count
        guard bytes.matches("http", in: scheme) || bytes.matches("https", in: scheme),
            authorityStart < target.upperBound,
            bytes.isExactly("://", in: schemeEnd..<authorityStart)
        else { throw GrammarError(.target, at: target.lowerBound) }

        var authorityEnd = authorityStart
        while authorityEnd < target.upperBound, bytes[authorityEnd] != UInt8(ascii: "/"),
            bytes[authorityEnd] != UInt8(ascii: "?")
        {
            authorityEnd += 1
        }
        let authority = authorityStart..<authorityEnd
        guard bytes.isHost(authority), bytes.hostEnd(in: authority) != authorityStart else {
            throw GrammarError(.target, at: authorityStart)
        }
        let (path, query) = try split(authorityEnd..<target.upperBound, in: bytes)
        // An empty path means "/" (RFC 9110 section 4.2.3); the range of the slash before the
        // authority stands for it.
        return (path.isEmpty ? (authorityStart - 1)..<authorityStart : path, query)
    }

    /// Splits at the first `?`; rejects anything that is neither path nor query, such as a
    /// fragment.
    private static func split(
        _ range: Range<Int>,
        in bytes: Span<UInt8>
    ) throws(GrammarError) -> (path: Range<Int>, query: Range<Int>?) {
        let pathEnd = bytes.end(ofEscaped: .path, in: range)
        let path = range.lowerBound..<pathEnd
        if pathEnd == range.upperBound { return (path, nil) }
        guard bytes[pathEnd] == UInt8(ascii: "?") else { throw GrammarError(.target, at: pathEnd) }
        let query = (pathEnd + 1)..<range.upperBound
        let queryEnd = bytes.end(ofEscaped: .query, in: query)
        guard queryEnd == range.upperBound else { throw GrammarError(.target, at: queryEnd) }
        return (path, query)
    }
}
