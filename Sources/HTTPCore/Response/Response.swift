/// A response stored as bytes, so that serialisation only appends arrays.
package struct Response: Equatable, Sendable {
    package var status: Status

    /// Encoded field lines, without Content-Length, Transfer-Encoding, Connection and Date, which
    /// serialisation adds.
    package private(set) var fieldLines: [UInt8] = []
    /// The body; not sent with a status without content, or in response to HEAD.
    package var body: [UInt8]

    /// Whether the connection is closed after this response, whatever the client requested.
    package var closes = false

    package init(_ status: Status, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    /// Adds a field.
    ///
    /// - Precondition: `name` is a token, and `value` contains no control character except HTAB.
    ///   Check a value from outside with `isFieldValue(_:)` first.
    package mutating func add(_ name: String, _ value: String) { add(name, value.utf8.span) }

    /// Adds a field; the precondition is the same.
    package mutating func add(_ name: String, _ value: [UInt8]) { add(name, value.span) }

    /// Adds a field; the precondition is the same.
    package mutating func add(_ name: String, _ value: ArraySlice<UInt8>) { add(name, value.span) }

    /// Adds a field; the precondition is the same.
    package mutating func add(_ name: String, _ value: Span<UInt8>) {
        // Names are constants of the program; values may come from outside.
        assert(Self.isFieldName(name.utf8.span), "a field name is a token")
        precondition(isFieldValue(value), "a field value holds no control character")
        fieldLines.append(text: name)
        fieldLines.append(text: ": ")
        fieldLines.append(value.indices, of: value)
        fieldLines.append(text: "\r\n")
    }

    private static func isFieldName(_ name: Span<UInt8>) -> Bool {
        !name.isEmpty && name.end(of: .token, in: name.indices) == name.count
    }

    /// The interim response that tells a waiting client to send its body (RFC 9110 section 15.2.1).
    package static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}

/// How the body of a streamed response is delimited.
package enum StreamFraming: Sendable {
    /// Chunked coding, for HTTP/1.1.
    case chunked

    /// The end of the connection, for HTTP/1.0 (RFC 9112 section 6.3, item 8).
    case untilClose

    /// No body: the response to HEAD, or a status without content.
    case none
}

// The status line always says HTTP/1.1: it states the version that the server conforms to, not that
// of the request (RFC 9110 section 6.2).
extension Response {
    /// Appends the wire form of the response.
    ///
    /// - Parameters:
    ///   - out: receives the bytes to send.
    ///   - version: the version of the request; a persistent HTTP/1.0 connection gets the
    ///     connection option `keep-alive`.
    ///   - isHEAD: omits the body, but not its length (RFC 9110 section 9.3.2).
    ///   - keepAlive: whether the connection stays open.
    ///   - date: the value of Date; nil omits the field.
    package func serialize(
        into out: inout [UInt8],
        for version: HTTPVersion,
        isHEAD: Bool,
        keepAlive: Bool,
        date: HTTPDate? = nil
    ) {
        let sendsBody = !isHEAD && !status.hasNoContent
        let size = fieldLines.count + (sendsBody ? body.count : 0) + Self.fixedBytesMax
        if out.isEmpty { out.reserveCapacity(size) }
        appendStart(to: &out, date: date)
        // RFC 9110 section 8.6: no Content-Length in 1xx and 204, and none is needed in 304.
        if !status.hasNoContent {
            out.append(text: "Content-Length: ")
            out.append(decimal: body.count)
            out.append(text: "\r\n")
        }
        appendEnd(to: &out, for: version, keepAlive: keepAlive && !closes)
        if sendsBody { out.append(contentsOf: body) }
    }

    /// Appends the head of a response whose body follows in pieces; ``body`` is not sent.
    ///
    /// - Returns: how to write the pieces. After `.untilClose` the connection has to be closed.
    package func serializeStreamHead(
        into out: inout [UInt8],
        for version: HTTPVersion,
        isHEAD: Bool,
        keepAlive: Bool,
        date: HTTPDate? = nil
    ) -> StreamFraming {
        appendStart(to: &out, date: date)
        let hasBody = !status.hasNoContent
        if hasBody, version == .http11 {
            out.append(text: "Transfer-Encoding: chunked\r\n")
        }
        let endsByClose = hasBody && !isHEAD && version == .http10
        appendEnd(to: &out, for: version, keepAlive: keepAlive && !closes && !endsByClose)
        if !hasBody || isHEAD { return .none }
        return version == .http11 ? .chunked : .untilClose
    }

    /// Bytes reserved for the status line and the fields that serialisation adds.
    private static let fixedBytesMax = 192

    private func appendStart(to out: inout [UInt8], date: HTTPDate?) {
        out.append(text: "HTTP/1.1 ")
        out.append(decimal: status.code)
        out.append(.space)
        out.append(contentsOf: status.reasonPhrase.utf8)
        out.append(text: "\r\n")
        out.append(contentsOf: fieldLines)
        if let date {
            out.append(text: "Date: ")
            out.append(contentsOf: date.bytes)
            out.append(text: "\r\n")
        }
    }

    private func appendEnd(to out: inout [UInt8], for version: HTTPVersion, keepAlive: Bool) {
        if !keepAlive {
            out.append(text: "Connection: close\r\n")
        } else if version == .http10 {
            out.append(text: "Connection: keep-alive\r\n")
        }
        out.append(text: "\r\n")
    }
}

extension StreamFraming {
    /// Appends one piece of a body.
    ///
    /// An empty piece appends nothing, because an empty chunk ends the body.
    package func append(_ piece: [UInt8], to out: inout [UInt8]) {
        if piece.isEmpty || self == .none { return }
        guard self == .chunked else {
            out.append(contentsOf: piece)
            return
        }
        out.append(contentsOf: String(piece.count, radix: 16).utf8)
        out.append(text: "\r\n")
        out.append(contentsOf: piece)
        out.append(text: "\r\n")
    }

    /// Appends the end of the body: the last chunk, or nothing.
    package func appendEnd(to out: inout [UInt8]) {
        if self == .chunked { out.append(text: "0\r\n\r\n") }
    }
}

extension [UInt8] {
    /// Appends the decimal digits of a non-negative number.
    fileprivate mutating func append(decimal number: Int) {
        append(contentsOf: String(number).utf8)
    }

    /// Appends the UTF-8 bytes of `text`.
    mutating func append(text: String) {
        let bytes = text.utf8.span
        append(bytes.indices, of: bytes)
    }
}
