import JSON5

extension ConfigurationSection {
    /// Reads a text and parses it; an absent key has the value `standard`.
    ///
    /// Without `standard` the key is required. Nil is returned after a problem was reported.
    func text<Value>(
        _ key: String,
        default standard: String? = nil,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> Value? {
        guard let value = readValue(key) ?? standard.map(JSON5Value.string) else {
            reportMissing(key, expected: expected)
            record(key, .null)
            return nil
        }
        return parsed(value, key, expected: expected, parse)
    }

    /// Reads an optional text and parses it; an absent key and `null` both yield nil.
    func optionalText<Value>(
        _ key: String,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> Value? {
        guard let value = readValue(key), value != .null else {
            record(key, .null)
            return nil
        }
        return parsed(value, key, expected: expected + " or null", parse)
    }

    /// Records the text as effective and parses it; nil after a problem was reported.
    private func parsed<Value>(
        _ value: JSON5Value,
        _ key: String,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> Value? {
        guard let text = string(value) ?? overridingText(key, insteadOf: value) else {
            reportType(key, value, expected: expected)
            record(key, .null)
            return nil
        }
        record(key, .string(text))
        do {
            return try parse(text)
        } catch {
            report(key, error.text)
            return nil
        }
    }

    /// Reads an array of texts and parses each; invalid elements are reported and left out.
    ///
    /// - Parameter allowsSingle: whether a single text is accepted in place of an array with one
    ///   element.
    func texts<Value>(
        _ key: String,
        default standard: [String],
        allowsSingle: Bool = false,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> [Value] {
        let value = readValue(key) ?? .array(standard.map { .string($0) })
        var elements: [JSON5Value] = []
        var isSingle = false
        switch value {
        case .array(let array):
            elements = array
            if array.isEmpty, !standard.isEmpty, allowsSingle {
                report(key, "is empty, expected at least one of \(expected)")
            }
        case .string where allowsSingle:
            elements = [value]
            isSingle = true
        default:
            reportType(key, value, expected: "an array, each \(expected)")
        }
        record(key, .array(elements))
        return elements.enumerated().compactMap { position, element -> Value? in
            let index = isSingle ? nil : position
            guard let text = string(element) else {
                reportType(key, at: index, element, expected: expected)
                return nil
            }
            do throws(Malformed) {
                return try parse(text)
            } catch {
                report(key, at: index, error.text)
                return nil
            }
        }
    }

    /// Reads a path and resolves it.
    func path(_ key: String, default standard: String? = nil) -> String? {
        let path = text(key, default: standard, expected: "a path") { text throws(Malformed) in
            try reader.paths.resolve(text)
        }
        if let path { amend(.string(path)) }
        return path
    }

    /// Reads an optional path and resolves it.
    func optionalPath(_ key: String) -> String? {
        let path = optionalText(key, expected: "a path") { text throws(Malformed) in
            try reader.paths.resolve(text)
        }
        if let path { amend(.string(path)) }
        return path
    }

    /// Reads an array of paths and resolves them.
    func paths(_ key: String) -> [String] {
        let paths = texts(key, default: [], expected: "a path") { text throws(Malformed) in
            try reader.paths.resolve(text)
        }
        amend(.array(paths.map { .string($0) }))
        return paths
    }

    private func string(_ value: JSON5Value) -> String? {
        guard case .string(let text) = value else { return nil }
        return text
    }
}
