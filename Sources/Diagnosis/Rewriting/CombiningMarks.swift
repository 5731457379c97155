/// Latin letters with a combining mark, as one character (NFC) and as two (NFD).
///
/// The standard library compares characters by canonical equivalence, so it knows which belong
/// together.
enum CombiningMarks {
    /// A letter and its mark.
    private struct Pair: Hashable {
        let letter: Unicode.Scalar
        let mark: Unicode.Scalar
    }

    private static let letters = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz"

    /// The marks of Latin letters.
    private static let marks: [UInt32] = [
        0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x309, 0x30A, 0x30B, 0x30C, 0x31B,
        0x323, 0x327, 0x328, 0x331,
    ]

    /// The blocks that hold Latin letters with marks.
    private static let blocks: [ClosedRange<UInt32>] = [0xC0...0x24F, 0x1E00...0x1EFF]

    /// Each pair with the single character that is equivalent to it.
    private static let equivalents: [(pair: Pair, single: Unicode.Scalar)] = {
        var singles: [Character: Unicode.Scalar] = [:]
        for value in blocks.joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            singles[Character(scalar)] = scalar
        }
        var found: [(pair: Pair, single: Unicode.Scalar)] = []
        for letter in letters.unicodeScalars {
            for mark in marks.compactMap({ Unicode.Scalar($0) }) {
                var text = String.UnicodeScalarView()
                text.append(letter)
                text.append(mark)
                guard let single = singles[Character(String(text))] else { continue }
                found.append((Pair(letter: letter, mark: mark), single))
            }
        }
        return found
    }()

    private static let pairs = Dictionary(
        equivalents.map { ($0.single, $0.pair) },
        uniquingKeysWith: { first, _ in first }
    )

    private static let singles = Dictionary(
        equivalents.map { ($0.pair, $0.single) },
        uniquingKeysWith: { first, _ in first }
    )

    /// The text with letter and mark for each letter with a mark.
    static func decomposed(_ text: String.UnicodeScalarView) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text {
            if !scalar.isASCII, let pair = pairs[scalar] {
                output.append(pair.letter)
                output.append(pair.mark)
            } else {
                output.append(scalar)
            }
        }
        return String(output)
    }

    /// The text with one character for each letter and mark.
    static func composed(_ text: String.UnicodeScalarView) -> String {
        var output = String.UnicodeScalarView()
        // The letter that a mark may follow.
        var last: Unicode.Scalar?
        for scalar in text {
            if let letter = last, !scalar.isASCII,
                let single = singles[Pair(letter: letter, mark: scalar)]
            {
                output.append(single)
                last = nil
            } else {
                if let last { output.append(last) }
                last = scalar
            }
        }
        if let last { output.append(last) }
        return String(output)
    }
}
