import JSON5

extension ConfigurationSection {
    /// Reads a whole number within `range`.
    func integer(_ key: String, default standard: Int, in range: ClosedRange<Int>) -> Int {
        var result = standard
        if let value = readValue(key) {
            result = checked(value, key, nil, in: range) ?? standard
        }
        record(key, .number(String(result)))
        return result
    }

    /// Reads a whole number within `range`, or `null`, which yields nil.
    func optionalInteger(
        _ key: String,
        default standard: Int?,
        in range: ClosedRange<Int>
    ) -> Int? {
        let value = readValue(key) ?? standard.map { .number(String($0)) } ?? .null
        if value == .null {
            record(key, .null)
            return nil
        }
        let number = checked(value, key, nil, in: range) ?? standard
        record(key, number.map { .number(String($0)) } ?? .null)
        return number
    }

    /// Reads an array of whole numbers within `range`, in strictly ascending order.
    func ascending(
        _ key: String,
        default standard: [Int],
        in range: ClosedRange<Int>,
        countMax: Int = 64
    ) -> [Int] {
        let elements = elements(key, default: standard.map { .number(String($0)) })
        let numbers = elements.enumerated().compactMap { checked($1, key, $0, in: range) }
        if zip(numbers, numbers.dropFirst()).contains(where: { $0 >= $1 }) {
            report(
                key,
                "is not in ascending order, "
                    + "expected each number to be larger than the one before"
            )
        }
        if numbers.count > countMax {
            report(key, "has \(numbers.count) elements, expected at most \(countMax)")
        }
        record(key, .array(numbers.map { .number(String($0)) }))
        return numbers
    }

    /// A number within `range`; nil after a problem was reported.
    private func checked(
        _ value: JSON5Value,
        _ key: String,
        _ index: Int?,
        in range: ClosedRange<Int>
    ) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .number(let literal) = value else {
            reportType(key, at: index, value, expected: expected)
            return nil
        }
        guard let number = value.integer, range.contains(number) else {
            report(key, at: index, "is \(literal), expected \(expected)")
            return nil
        }
        return number
    }

    func boolean(_ key: String, default standard: Bool) -> Bool {
        var result = standard
        switch readValue(key) {
        case .boolean(let value): result = value
        case nil: break
        case .some(let other): reportType(key, other, expected: "true or false")
        }
        record(key, .boolean(result))
        return result
    }

    /// Reads one of the words of `Word`.
    func word<Word>(_ key: String, default standard: Word) -> Word
    where Word: RawRepresentable<String> & CaseIterable {
        let value = readValue(key) ?? .string(standard.rawValue)
        let result = word(value, key, nil) ?? standard
        record(key, .string(result.rawValue))
        return result
    }

    /// Reads an array of words of `Word`: at least one, without duplicates.
    func words<Word>(_ key: String, default standard: [Word]) -> [Word]
    where Word: RawRepresentable<String> & CaseIterable & Equatable {
        let elements = elements(key, default: standard.map { .string($0.rawValue) })
        let words: [Word] = elements.enumerated().compactMap { word($1, key, $0) }
        if elements.isEmpty, !isBroken {
            report(key, "is empty, expected at least one of \(expectedWords(Word.self))")
        }
        reportRepetitions(words.map(\.rawValue), key)
        record(key, .array(words.map { .string($0.rawValue) }))
        return words
    }

    private func word<Word>(_ value: JSON5Value, _ key: String, _ index: Int?) -> Word?
    where Word: RawRepresentable<String> & CaseIterable {
        let expected = expectedWords(Word.self)
        guard case .string(let text) = value else {
            reportType(key, at: index, value, expected: expected)
            return nil
        }
        guard let word = Word(rawValue: text) else {
            report(key, at: index, "is \(JSON5Value.literal(text)), expected \(expected)")
            return nil
        }
        return word
    }

    private func expectedWords<Word>(_: Word.Type) -> String
    where Word: RawRepresentable<String> & CaseIterable {
        let words = Word.allCases.map { JSON5Value.literal($0.rawValue) }
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// Reports every duplicate text.
    func reportRepetitions(_ texts: [String], _ key: String) {
        for (index, text) in texts.enumerated() where texts[..<index].contains(text) {
            report(key, at: index, "repeats \(JSON5Value.literal(text)), expected each value once")
        }
    }
}
