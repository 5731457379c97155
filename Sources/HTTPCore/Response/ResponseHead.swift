/// How the end of a response body is determined (RFC 9112 section 6.3).
package enum ResponseFraming: Equatable, Sendable {
    case none

    /// Body length in bytes, not yet checked against a limit; `Int.max` stands for any larger
    /// number.
    case contentLength(Int)
    case chunked

    /// The body ends when the server closes its side.
    case untilClose
}

/// A parsed response head, which owns its bytes; its parts are ranges into them.
package struct ResponseHead: Equatable, Sendable {
    /// Exactly as received, from the status line through the empty line.
    package let bytes: [UInt8]
    package let version: HTTPVersion
    package let status: Status

    /// The reason phrase; may be empty, and carries no meaning (RFC 9112 section 4).
    package let reason: Range<Int>

    /// In the order received.
    package let fields: [Field]
    package let framing: ResponseFraming

    /// Whether the server keeps the connection open after this response (RFC 9112 section 9.3).
    package let keepAlive: Bool

    /// The bytes of one of the head's ranges.
    package subscript(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// The text of one of the head's ranges; invalid UTF-8 becomes U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The value of a field that may occur only once; the name is case-insensitive.
    package func single(_ name: String) -> SingleField {
        let search = FieldSearch(of: name, in: fields, of: bytes.span)
        guard let first = search.first else { return .absent }
        return search.isRepeated ? .repeated : .value(first.value)
    }
}

/// Parses one whole response head: status line, fields, empty line.
///
/// Pure, and safe for any bytes. As strict as ``parseRequestHead(_:limits:)``, except that equal
/// repeated values of Content-Length are one value.
///
/// - Parameter isHEAD: whether it is the response to a HEAD request, which has no body.
package func parseResponseHead(
    _ bytes: [UInt8],
    limits: HTTPLimits,
    isHEAD: Bool = false
) throws(ResponseError) -> ResponseHead {
    let span = bytes.span
    if span.count > limits.headerBytes {
        throw .message(.headTooLarge(bytesMax: limits.headerBytes))
    }
    let line = try StatusLine(span)
    let fields: [Field]
    do throws(RequestError) {
        fields = try span.headFields(from: line.end, limits: limits)
    } catch { throw .message(error) }
    let framing: ResponseFraming
    do throws(GrammarError) {
        framing = try span.responseFraming(fields: fields, line: line, isHEAD: isHEAD)
    } catch { throw ResponseError(error) }
    return ResponseHead(
        bytes: bytes,
        version: line.version,
        status: line.status,
        reason: line.reason,
        fields: fields,
        framing: framing,
        keepAlive: framing != .untilClose && span.keepsAlive(fields, version: line.version)
    )
}

extension Span<UInt8> {
    /// Determines the framing by the rules of RFC 9112 section 6.3, in their order.
    ///
    /// Item 2 concerns CONNECT; its response is read without a body. Where items 3 and 4 allow
    /// either repair or rejection, the response is rejected, like a request.
    fileprivate func responseFraming(
        fields: [Field],
        line: StatusLine,
        isHEAD: Bool
    ) throws(GrammarError) -> ResponseFraming {
        // Item 1.
        if isHEAD || line.status.hasNoContent { return .none }
        // Item 5: a list of equal numbers is one number. Unlike a request, a response that another
        // recipient reads differently cannot smuggle a message.
        if let length = equalContentLength(fields) { return .contentLength(length) }
        // Items 3 to 6 are the same as for requests.
        switch try requestFraming(fields: fields, version: line.version) {
        case .contentLength(let count): return .contentLength(count)
        case .chunked: return .chunked
        // Item 8: a response with neither field ends with the connection.
        case .none: return .untilClose
        }
    }
}

extension Span<UInt8> {
    /// The number that several Content-Length values agree on; nil for a single field line with a
    /// single number, for values that differ or are malformed, and with a Transfer-Encoding.
    private func equalContentLength(_ fields: [Field]) -> Int? {
        let coding = FieldSearch(of: "Transfer-Encoding", in: fields, of: self)
        guard coding.first == nil else { return nil }
        let values = fields.filter { matches("Content-Length", in: $0.name) }
            .flatMap { members(of: $0.value) }
        guard values.count > 1, let first = values.first, let length = decimal(first),
            values.allSatisfy({ decimal($0) == length })
        else { return nil }
        return length
    }
}

/// The first line of a response (RFC 9112 section 4), as ranges into the head.
private struct StatusLine {
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
