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
