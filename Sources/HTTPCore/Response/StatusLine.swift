/// The first line of a response (RFC 9112 section 4), as ranges into the head.
struct StatusLine {
    let version: HTTPVersion
    let status: Status
    let reason: Range<Int>

    /// The index of the first field line.
    let end: Int

    /// Parses the line at the start of `bytes`: version SP three digits SP reason CRLF.
    ///
    /// The reason may be empty. The RFC requires the SP before it; a line without both is accepted,
    /// because some servers send it and its meaning is unambiguous.
    init(_ bytes: Span<UInt8>) throws(ResponseError) {
        let major: Int
        let minor: Int
        do throws(GrammarError) {
            (major, minor) = try bytes.httpVersion(at: 0)
        } catch { throw .statusLine(offset: error.offset) }
        guard major == 1 else { throw .message(.versionNotSupported) }
        version = minor == 0 ? .http10 : .http11

        let space = "HTTP/1.1".utf8.count
        let digits = (space + 1)..<(space + 4)
        guard digits.upperBound < bytes.count, bytes[space] == .space,
            let code = bytes.decimal(digits), (100...599).contains(code)
        else { throw .statusLine(offset: space) }
        status = Status(code)

        let hasReason = bytes[digits.upperBound] == .space
        let reasonStart = digits.upperBound + (hasReason ? 1 : 0)
        let reasonEnd =
            hasReason ? bytes.endOfFieldValue(in: reasonStart..<bytes.count) : reasonStart
        reason = reasonStart..<reasonEnd
        do throws(GrammarError) {
            end = try bytes.lineEnd(at: reasonEnd, otherwise: .controlCharacter)
        } catch { throw .statusLine(offset: error.offset) }
    }
}
