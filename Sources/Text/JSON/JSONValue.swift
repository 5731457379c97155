/// One value of a ``JSONDocument``. Decodes nothing until asked.
package struct JSONValue: Sendable {
    private let document: JSONDocument
    private let index: Int

    init(document: JSONDocument, index: Int) {
        self.document = document
        self.index = index
    }

    package var kind: JSONKind { document.tokens[index].kind }

    /// Where the value stands in the document's bytes; of a string without its quotes.
    package var range: Range<Int> { document.tokens[index].range }

    /// The value as it stands in the text, a string without its quotes.
    package var literal: String { String(decoding: document.bytes[range], as: UTF8.self) }

    /// The text of a string; nil for every other kind.
    package var string: String? {
        kind == .string ? document.text(of: index) : nil
    }

    /// True or false; nil for every other kind.
    package var bool: Bool? { kind == .true ? true : kind == .false ? false : nil }

    /// An integer whose literal has neither fraction nor exponent; nil for everything else.
    package var integer: Int64? {
        guard kind == .number else { return nil }
        return Int64(literal)
    }

    /// An integer, however its literal is written: `17`, `17.0` and `1.7e1` are one number. Nil for
    /// everything else, and for one below 0 or of more than 18 digits that is not written plainly.
    package var wholeNumber: Int64? {
        guard kind == .number else { return nil }
        return integer
            ?? DecimalLiteral.value(of: literal.utf8.span, scale: 0, allowsExponent: true)
    }

    /// An object's members in the order of the text; none for every other kind.
    package var members: [(name: String, value: JSONValue)] {
        guard kind == .object else { return [] }
        return children(step: 2).map { name in
            (document.text(of: name), JSONValue(document: document, index: name + 1))
        }
    }

    /// An array's elements; none for every other kind.
    package var elements: [JSONValue] {
        guard kind == .array else { return [] }
        return children(step: 1).map { JSONValue(document: document, index: $0) }
    }

    /// The member of the given name, or nil when there is none, or no object.
    package subscript(name: String) -> JSONValue? {
        guard kind == .object else { return nil }
        let name = Array(name.utf8)
        let match = children(step: 2).first { document.isContent(of: $0, equalTo: name) }
        return match.map { JSONValue(document: document, index: $0 + 1) }
    }

    /// The indices of the tokens right below this one; with step 2 only names, not their values.
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
