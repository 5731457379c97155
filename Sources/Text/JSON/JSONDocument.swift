/// A parsed JSON text: its bytes as received, and the position of each value.
///
/// Numbers stay literals and strings stay escaped until they are read.
package struct JSONDocument: Sendable {
    /// The text as received.
    package let bytes: [UInt8]

    package let tokens: [JSONToken]

    /// The maximum depth of nesting (article Checks, row 7).
    package static let nestingMax = 16

    /// Parses `bytes` (RFC 8259); member names of an object must differ, and the text must be
    /// UTF-8.
    package init(
        _ bytes: [UInt8],
        nestingMax: Int = JSONDocument.nestingMax
    ) throws(JSONError) {
        var reader = JSONReader(nestingMax: nestingMax)
        try reader.read(bytes.span)
        self.bytes = bytes
        tokens = reader.tokens
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(document: self, index: 0) }

    /// Passes the content of a string to `body`, or the literal of any other value. Copies only
    /// strings with escapes.
    package func withContent<Result>(of index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let token = tokens[index]
        let literal = bytes.span.extracting(token.range)
        return token.hasEscapes ? body(JSONEscape.unescaped(literal).span) : body(literal)
    }

    /// The same content as text.
    package func text(of index: Int) -> String {
        withContent(of: index) { content in
            // The reader has rejected anything that is not UTF-8.
            guard let utf8 = try? UTF8Span(validating: content) else { return "" }
            return String(copying: utf8)
        }
    }

    /// Whether the content of a value has exactly these bytes.
    package func isContent(of index: Int, equalTo bytes: [UInt8]) -> Bool {
        withContent(of: index) { $0.isEqual(to: bytes.span) }
    }

    /// Whether the contents of two values have the same bytes.
    package func isContent(of index: Int, equalToThatOf other: Int) -> Bool {
        withContent(of: index) { one in withContent(of: other) { one.isEqual(to: $0) } }
    }
}

extension JSONDocument: CustomStringConvertible {
    /// Never the text: a logged value must not contain a body.
    package var description: String { "JSON of \(bytes.count) bytes" }
}

/// Why bytes are not acceptable JSON, and where; never contains the bytes.
package struct JSONError: Error, Equatable, Sendable {
    /// The violated rule.
    package enum Reason: String, Sendable {
        case endOfText = "ends too early"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "bytes after the value"
        case nesting = "nested too deeply"
        case number = "malformed number"
        case control = "control character in a string"
        case escape = "malformed escape"
        case surrogate = "lone surrogate"
        case encoding = "not UTF-8"
        case repeatedName = "member name repeated"
        case size = "too large"
    }

    package let reason: Reason

    /// The number of bytes before the invalid one.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "JSON: \(reason.rawValue) at byte \(offset)" }
}

extension Span<UInt8> {
    /// Whether both have the same bytes.
    @inlinable
    package func isEqual(to other: Span<UInt8>) -> Bool {
        count == other.count && indices.allSatisfy { self[$0] == other[$0] }
    }
}
