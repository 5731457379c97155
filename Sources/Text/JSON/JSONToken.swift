/// One value of a JSON text, or one member name, as a range of its bytes.
///
/// The tokens of a text stand in one flat array, in the order of the text: an object is followed by
/// name, value, name, value, …, an array by its elements, each with whatever it contains.
package struct JSONToken: Equatable, Sendable {
    package let kind: JSONKind

    /// A string that holds at least one backslash.
    let hasEscapes: Bool

    private let start: Int32
    private let end: Int32

    /// The index of the first token that is not inside this value.
    package private(set) var next: Int32

    /// Where the literal stands; of a string what is between the quotes.
    var range: Range<Int> { Int(start)..<Int(end) }

    /// The longest text whose offsets fit.
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
package enum JSONKind: UInt8, Sendable {
    case object, array, string, number, `true`, `false`, null
}
