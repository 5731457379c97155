extension ConfigurationSection {
    /// A text that `parse` makes something of; `standard` where the key is absent.
    ///
    /// Without a `standard` the key is required and nil is returned when it is missing or wrong.
    func text<Value>(
        _ key: String,
        default standard: String? = nil,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> Value? {
        guard let value = take(key) ?? standard.map(JSON5Value.string) else {
            reportMissing(key, expected: expected)
            record(key, .null)
            return nil
        }
        return parsed(value, key, expected: expected, parse)
    }

    /// A text or nothing: absent and `null` are the same.
    func optionalText<Value>(
        _ key: String,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> Value? {
        guard let value = take(key), value != .null else {
            record(key, .null)
            return nil
        }
        return parsed(value, key, expected: expected + " or null", parse)
    }

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

    /// Texts that `parse` makes something of; a single text may stand for an array of one.
    func texts<Value>(
        _ key: String,
        default standard: [String],
        allowsSingle: Bool = false,
        expected: String,
        _ parse: (String) throws(Malformed) -> Value
    ) -> [Value] {
        let value = take(key) ?? .array(standard.map { .string($0) })
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

    /// The path of a file, resolved.
    func path(_ key: String, default standard: String? = nil) -> String? {
        let path = text(key, default: standard, expected: "a path") { text throws(Malformed) in
            try reader.paths.resolve(text)
        }
        if let path { amend(.string(path)) }
        return path
    }

    /// The path of a file, resolved, or nothing.
    func optionalPath(_ key: String) -> String? {
        let path = optionalText(key, expected: "a path") { text throws(Malformed) in
            try reader.paths.resolve(text)
        }
        if let path { amend(.string(path)) }
        return path
    }

    /// The paths of files, resolved.
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
