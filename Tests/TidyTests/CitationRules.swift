/// One article or page of the documentation.
struct Article {
    /// From the repository's root, such as `Sources/Receiver/Receiver.docc/Checks.md`.
    let path: String

    /// Such as `Checks`.
    let name: String

    let lines: [String]

    init(path: String, text: String) {
        self.path = path
        name = String((path.split(separator: "/").last ?? "").prefix { $0 != "." })
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// What its table rows and headings begin with, such as `5a` for `| 5a | …`.
    var rows: Set<String> {
        Set(
            lines.compactMap { line in
                guard line.hasPrefix("|") || line.hasPrefix("#") else { return nil }
                let text = line.drop { "|#* ".contains($0) }
                return String(text.prefix { $0.isLetter || $0.isNumber })
            }
        )
    }
}

/// Rules about what comments cite: what stands in this repository, and can be found there.
enum CitationRules {
    static func all(_ articles: [Article]) -> [Rule] { [resolved(articles), inside] }

    /// The forms are "article NAME", "article NAME, row N" with one row or several, and
    /// `<doc:NAME>`.
    static func resolved(_ articles: [Article]) -> Rule {
        let rows = Dictionary(articles.map { ($0.name, $0.rows) }) { $0.union($1) }
        return Rule(text: "a cited article exists, and has the cited rows") { file in
            file.comments.passages.flatMap { words in
                citations(in: words).filter { citation in
                    guard let known = rows[citation.article] else { return true }
                    return !citation.rows.allSatisfy { known.contains($0) }
                }.map(\.line)
            }
        }
    }

    /// Documents that a reader of the repository does not have. "Contract" is allowed as a word
    /// for what a function promises.
    static let inside = Rule(text: "a comment cites articles, not documents outside of here") {
        file in
        outsideCitations(in: file)
    }

    /// The lines of the comments that cite a document outside of the repository.
    static func outsideCitations(in file: SourceFile) -> [Int] {
        file.comments.passages.flatMap { words in
            words.indices.filter { index in
                let next = index + 1 < words.count ? words[index + 1].text : ""
                return isOutside(words[index], before: next)
            }.map { words[$0].line }
        }
    }

    private static func isOutside(_ word: Prose.Word, before next: String) -> Bool {
        let text = word.text.lowercased()
        switch text {
        case "contract":
            return word.isInParenthesis || next.hasPrefix("section") || next.hasPrefix("§")
        case "issue", "issues": return next.first?.isNumber == true
        default: return text.hasSuffix(".md") && text != "readme.md"
        }
    }

    private struct Citation {
        let article: String
        var rows: [String] = []
        let line: Int
    }

    private static func citations(in words: [Prose.Word]) -> [Citation] {
        words.indices.compactMap { index in
            let word = words[index]
            if word.text.hasPrefix("<doc:") {
                let name = word.text.dropFirst("<doc:".count).prefix { $0 != ">" && $0 != "#" }
                return Citation(article: String(name), line: word.line)
            }
            // In a sentence, "the article that …" is no citation.
            guard word.text.lowercased() == "article", index + 1 < words.count,
                words[index + 1].text.first?.isUppercase == true
            else { return nil }
            return Citation(
                article: words[index + 1].text,
                rows: rows(in: words[(index + 2)...]),
                line: word.line
            )
        }
    }

    /// The rows that words begin with, such as "rows 1 to 5 and 7" and "row 1 and row 2".
    private static func rows(in words: ArraySlice<Prose.Word>) -> [String] {
        guard let first = words.first, ["row", "rows"].contains(first.text) else { return [] }
        return words.map(\.text)
            .prefix { isRow($0) || ["row", "rows", "and", "or", "to"].contains($0) }
            .filter(isRow)
    }

    private static func isRow(_ word: String) -> Bool { word.first?.isNumber == true }
}
