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
