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
