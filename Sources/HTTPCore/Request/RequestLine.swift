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
