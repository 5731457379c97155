/// Rules about comments.
enum DocumentationRules {
    static let all = [packageTypes]

    private static let typeKeywords: Set<Substring> = [
        "struct", "enum", "class", "actor", "protocol",
    ]

    static let packageTypes = Rule(text: "a package type has a doc comment") { file in
        file.codeLines.indices.filter { index in
            declaresPackageType(file.codeLines[index]) && !isDocumented(index, in: file)
        }.map { $0 + 1 }
    }

    private static func declaresPackageType(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        guard let package = words.firstIndex(of: "package") else { return false }
        return words[(package + 1)...].prefix { !typeKeywords.contains($0) }
            .allSatisfy { ["final", "indirect", "nonisolated"].contains($0) }
            && words[(package + 1)...].contains { typeKeywords.contains($0) }
            && words[..<package].allSatisfy { $0.hasPrefix("@") || $0 == "indirect" }
    }

    /// Whether a doc comment stands above the line, with nothing but attributes in between.
    private static func isDocumented(_ index: Int, in file: SourceFile) -> Bool {
        for above in file.lines[..<index].reversed() {
            let text = above.drop { $0 == " " }
            if text.hasPrefix("///") { return true }
            guard text.hasPrefix("@") else { return false }
        }
        return false
    }
}
