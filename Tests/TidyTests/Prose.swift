/// The words of a text, in passages: what stands on consecutive lines is read as one.
struct Prose {
    struct Word: Equatable {
        /// Without the punctuation around it.
        let text: String

        /// Whether an opening parenthesis stands directly before it.
        let isInParenthesis: Bool

        /// Counted from 1.
        let line: Int
    }

    let passages: [[Word]]

    /// - Parameter lines: all lines of a file, empty where the text has none.
    init(_ lines: [String]) {
        var passages: [[Word]] = []
        var current: [Word] = []
        for (index, line) in lines.enumerated() {
            let words = Self.words(line, number: index + 1)
            if words.isEmpty, !current.isEmpty {
                passages.append(current)
                current = []
            }
            current += words
        }
        if !current.isEmpty { passages.append(current) }
        self.passages = passages
    }

    private static func words(_ line: String, number: Int) -> [Word] {
        line.split(separator: " ").compactMap { part in
            let before = part.prefix { !isWordCharacter($0) }
            var text = part.dropFirst(before.count)
            while let last = text.last, !isWordCharacter(last) { text.removeLast() }
            if text.isEmpty { return nil }
            return Word(text: String(text), isInParenthesis: before.last == "(", line: number)
        }
    }

    /// A link such as `<doc:NAME>` stays one word.
    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_§<>".contains(character)
    }
}
