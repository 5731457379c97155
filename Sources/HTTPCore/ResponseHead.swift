/// How the end of a response's body is known.
package enum ResponseFraming: Equatable, Sendable {
    case none

    /// Bytes of the body. Not yet held against a limit; `Int.max` stands for any larger number.
    case contentLength(Int)
    case chunked

    /// The body goes on until the server ends its side.
    case untilClose
}

/// The head of one response. It owns its bytes; its parts are ranges into them.
package struct ResponseHead: Equatable, Sendable {
    /// Exactly as received, from the status line through the empty line.
    package let bytes: [UInt8]
    package let version: HTTPVersion
    package let status: Status

    /// The reason phrase; may be empty, and means nothing (RFC 9112 section 4).
    package let reason: Range<Int>

    /// In the order received.
    package let fields: [Field]
    package let framing: ResponseFraming

    /// Whether the server keeps the connection open behind this response (RFC 9112 section 9.3).
    package let keepAlive: Bool

    /// The bytes of one of the head's ranges.
    package subscript(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// The text of one of the head's ranges; what is not UTF-8 in it becomes U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The value of a field that may stand only once; its name in any case.
    package func single(_ name: String) -> RequestHead.Single {
        let lookup = Lookup(of: name, in: fields, of: bytes.span)
        guard let first = lookup.first else { return .absent }
        return lookup.isRepeated ? .repeated : .value(first.value)
    }
}

/// Parses one whole head of a response: status line, fields, empty line, nothing more.
///
/// Pure, and safe for any bytes. As strict as ``parseRequestHead(_:limits:)``.
///
/// - Parameter isHEAD: whether it answers a HEAD request, so that no body follows.
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
    /// Decides the framing by walking RFC 9112 section 6.3 in its order.
    ///
    /// Item 2 is about CONNECT, which is not sent. Where items 3 and 4 leave a choice between
    /// repair and refusal, the response is refused, like a request.
    fileprivate func responseFraming(
        fields: [Field],
        line: StatusLine,
        isHEAD: Bool
    ) throws(GrammarError) -> ResponseFraming {
        // Item 1.
        if isHEAD || line.status.hasNoContent { return .none }
        // Items 3 to 6 are the same as for requests.
        switch try requestFraming(fields: fields, version: line.version) {
        case .contentLength(let count): return .contentLength(count)
        case .chunked: return .chunked
        // Item 8: a response without either ends with the connection.
        case .none: return .untilClose
        }
    }
}
