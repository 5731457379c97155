/// Rules about how much one object stores.
enum PropertyRules {
    static let all = [storedProperties]

    private static let propertiesMax = 8

    /// The targets whose objects are counted: those that decide about money and keep it.
    private static let directories = [
        "Sources/Ledger/", "Sources/Payments/", "Sources/Store/", "Sources/SQLiteFiles/",
        "Sources/SQLTables/", "Sources/SQLReaders/", "Sources/SQLiteStore/", "Sources/Recovery/",
    ]

    /// What the doc comment of a larger type says, such as "One property for each column".
    private static let reasons = ["property for", "properties"]

    static let storedProperties = Rule(
        text:
            "a type with more than \(propertiesMax) stored properties says why in its doc comment, "
            + "with the word \"properties\" or \"property for\""
    ) { file in
        guard directories.contains(where: { file.path.hasPrefix($0) }) else { return [] }
        return file.codeLines.indices.filter { start in
            declaresType(file.codeLines[start])
                && storedProperties(file.codeLines, from: start) > propertiesMax
                && !hasReason(start, in: file)
        }.map { $0 + 1 }
    }

    private static func words(_ line: String) -> [Substring] { line.split(separator: " ") }

    private static func declaresType(_ line: String) -> Bool {
        let words = words(line)
        guard line.last == "{",
            let keyword = words.firstIndex(where: { ["struct", "class", "actor"].contains($0) })
        else { return false }
        return words[..<keyword].allSatisfy { isModifier($0) }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@") || word.hasPrefix("nonisolated")
            || [
                "package", "private", "fileprivate", "internal", "final", "weak", "unowned", "lazy",
            ]
            .contains(word.prefix { $0 != "(" })
    }

    /// The stored properties of the type declared at `start`: those one level deeper.
    private static func storedProperties(_ lines: [String], from start: Int) -> Int {
        let indent = lines[start].prefix { $0 == " " }
        let body = lines[(start + 1)...].prefix { $0 != indent + "}" }
        return body.count { line in
            guard line.hasPrefix(indent + "    "), line.dropFirst(indent.count + 4).first != " "
            else { return false }
            return isStoredProperty(line)
        }
    }

    private static func isStoredProperty(_ line: String) -> Bool {
        let words = words(line)
        guard let keyword = words.firstIndex(where: { $0 == "let" || $0 == "var" }),
            words[..<keyword].allSatisfy({ isModifier($0) })
        else { return false }
        // What has a body, and no value before it, is computed.
        guard let brace = line.firstIndex(of: "{") else { return true }
        return line[..<brace].contains("=")
    }

    private static func hasReason(_ index: Int, in file: SourceFile) -> Bool {
        for above in file.lines[..<index].reversed() {
            let text = above.drop { $0 == " " }
            guard text.hasPrefix("///") || text.hasPrefix("@") else { return false }
            if reasons.contains(where: { text.contains($0) }) { return true }
        }
        return false
    }
}
