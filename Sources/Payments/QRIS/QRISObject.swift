/// One data object of a QR code: a tag of two digits, a length of two digits, a value.
package struct QRISObject: Equatable, Sendable {
    /// 0 to 99.
    package let tag: Int

    /// At most ``valueCharactersMax`` characters.
    package let value: String

    /// The largest length that two digits can state.
    package static let valueCharactersMax = 99

    /// Characters before the value: tag and length.
    static let headCount = 4

    /// Creates an object; nil when tag or value are out of range.
    package init?(tag: Int, value: String) {
        guard (0...99).contains(tag), value.unicodeScalars.count <= Self.valueCharactersMax else {
            return nil
        }
        (self.tag, self.value) = (tag, value)
    }

    /// Parses the object that begins at `position`, an index into `scalars`.
    init(in scalars: [Unicode.Scalar], at position: Int) throws(QRISProblem) {
        let start = position + Self.headCount
        guard let tag = Self.number(in: scalars, at: position),
            let count = Self.number(in: scalars, at: position + 2),
            start + count <= scalars.count
        else { throw .objects(offset: position) }
        self.tag = tag
        value = String(String.UnicodeScalarView(scalars[start..<start + count]))
    }

    /// The object as written in a code.
    package var text: String {
        Self.twoDigits(tag) + Self.twoDigits(value.unicodeScalars.count) + value
    }

    private static func number(in scalars: [Unicode.Scalar], at position: Int) -> Int? {
        guard position + 2 <= scalars.count else { return nil }
        var number = 0
        for scalar in scalars[position..<position + 2] {
            guard ("0"..."9").contains(scalar) else { return nil }
            number = number * 10 + Int(scalar.value - 0x30)
        }
        return number
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
