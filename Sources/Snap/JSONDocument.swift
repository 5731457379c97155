/// A JSON text that has been read: its bytes as received, and where each value stands in them.
///
/// Numbers stay literals and strings stay escaped until somebody asks.
package struct JSONDocument: Sendable {
    /// The text.
    package let bytes: [UInt8]

    let tokens: [JSONToken]

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

    /// What a string stands for; of any other value the literal. Copies only what holds escapes.
    func content(of index: Int) -> ArraySlice<UInt8> {
        let token = tokens[index]
        guard token.hasEscapes else { return bytes[token.range] }
        return JSONEscape.unescaped(bytes.span.extracting(token.range))[...]
    }
}

extension JSONDocument: CustomStringConvertible {
    /// Never the text: a value that ends up in a log must not bring a body along.
    package var description: String { "JSON of \(bytes.count) bytes" }
}
