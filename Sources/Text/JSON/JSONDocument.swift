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

/// One value of a ``JSONDocument``, decoded when it is read.
package struct JSONValue: Sendable {
    private let document: JSONDocument
    private let index: Int

    init(document: JSONDocument, index: Int) {
        self.document = document
        self.index = index
    }

    package var kind: JSONKind { document.tokens[index].kind }

    /// The range of the value in the document's bytes; for a string, without its quotes.
    package var range: Range<Int> { document.tokens[index].range }

    /// The value as written in the text; a string without its quotes.
    package var literal: String { String(decoding: document.bytes[range], as: UTF8.self) }

    /// The text of a string; nil for any other kind.
    package var string: String? {
        kind == .string ? document.text(of: index) : nil
    }

    /// True or false; nil for any other kind.
    package var bool: Bool? { kind == .true ? true : kind == .false ? false : nil }

    /// An integer whose literal has neither fraction nor exponent; nil for anything else.
    package var integer: Int64? {
        guard kind == .number else { return nil }
        return Int64(literal)
    }

    /// An integer in any notation: `17`, `17.0` and `1.7e1` are the same number.
    ///
    /// Nil for anything else. With a fraction or an exponent also nil below 0 or above 18 digits.
    package var wholeNumber: Int64? {
        guard kind == .number else { return nil }
        return integer
            ?? DecimalLiteral.value(of: literal.utf8.span, scale: 0, allowsExponent: true)
    }

    /// The members of an object, in the order of the text; empty for any other kind.
    package var members: [(name: String, value: JSONValue)] {
        guard kind == .object else { return [] }
        return children(step: 2).map { name in
            (document.text(of: name), JSONValue(document: document, index: name + 1))
        }
    }

    /// The elements of an array; empty for any other kind.
    package var elements: [JSONValue] {
        guard kind == .array else { return [] }
        return children(step: 1).map { JSONValue(document: document, index: $0) }
    }

    /// The member with this name; nil when there is none, or when the value is not an object.
    package subscript(name: String) -> JSONValue? {
        guard kind == .object else { return nil }
        let name = Array(name.utf8)
        let match = children(step: 2).first { document.isContent(of: $0, equalTo: name) }
        return match.map { JSONValue(document: document, index: $0 + 1) }
    }

    /// The indices of the tokens directly below this one; with step 2, of the names without their
    /// values.
    private func children(step: Int) -> [Int] {
        let end = Int(document.tokens[index].next)
        var children: [Int] = []
        var child = index + 1
        while child < end {
            children.append(child)
            child = Int(document.tokens[child + step - 1].next)
        }
        return children
    }
}

/// One value or member name of a JSON text, as a range of its bytes.
///
/// The tokens of a text are in one flat array, in the order of the text: an object is followed by
/// name, value, name, value, …, an array by its elements, each with its own content.
package struct JSONToken: Equatable, Sendable {
    package let kind: JSONKind

    /// Whether it is a string with at least one backslash.
    let hasEscapes: Bool

    private let start: Int32
    private let end: Int32

    /// The index of the first token after this value and its content.
    package private(set) var next: Int32

    /// The range of the literal; for a string, of the bytes between the quotes.
    var range: Range<Int> { Int(start)..<Int(end) }

    /// The length of the longest text whose offsets fit.
    static let bytesMax = Int(Int32.max)

    init(_ kind: JSONKind, _ start: Int, _ end: Int, next: Int, hasEscapes: Bool = false) {
        self.kind = kind
        self.hasEscapes = hasEscapes
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
        self.next = Int32(truncatingIfNeeded: next)
    }
}

/// The kinds of JSON values (RFC 8259 section 3).
package enum JSONKind: Sendable {
    case object, array, string, number, `true`, `false`, null
}
