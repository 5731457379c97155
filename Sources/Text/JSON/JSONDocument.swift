/// A JSON text that has been read: its bytes as received, and where each value stands in them.
///
/// Numbers stay literals and strings stay escaped until somebody asks.
package struct JSONDocument: Sendable {
    /// The text.
    package let bytes: [UInt8]

    package let tokens: [JSONToken]

    /// How deep a text may nest (contract section 4, row 7).
    package static let nestingMax = 16

    /// Reads `bytes` as RFC 8259 has it, with names that differ and well-formed Unicode.
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

    /// Gives `body` what a string stands for; of any other value the literal. Copies only what
    /// holds escapes.
    package func withContent<Result>(of index: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let token = tokens[index]
        let literal = bytes.span.extracting(token.range)
        return token.hasEscapes ? body(JSONEscape.unescaped(literal).span) : body(literal)
    }

    /// The same as text.
    package func text(of index: Int) -> String {
        withContent(of: index) { content in
            // The reader has refused what is not UTF-8.
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
    /// Never the text: a value that ends up in a log must not bring a body along.
    package var description: String { "JSON of \(bytes.count) bytes" }
}

/// Why bytes are not the JSON we accept, and where. Never says what stood there.
package struct JSONError: Error, Equatable, Sendable {
    /// The rule that was broken.
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

    /// Bytes before the one at fault.
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
    /// Whether both hold the same bytes.
    package func isEqual(to other: Span<UInt8>) -> Bool {
        count == other.count && indices.allSatisfy { self[$0] == other[$0] }
    }
}
