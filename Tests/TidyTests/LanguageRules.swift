/// Words that comments and messages do not use, and what to write instead.
///
/// A reader knows the words of the field, such as "redelivery". The patterns are words and phrases
/// that always have a better one; words with a second, correct meaning are left to reviews.
enum LanguageRules {
    private struct Pattern {
        /// In lower case.
        let words: [String]
        let instead: String

        /// The next words with which it has another meaning.
        let unless: Set<String>
    }

    private static let patterns =
        // In payments, settlement moves money.
        either(
            ["settle", "settles", "settled", "settling", "settlement"],
            "resolve, confirm, close"
        )
        // The gateway report has a member `repetitions`.
        + either(["repetition"], "redelivery, duplicate delivery")
        + either(["comes again", "come again", "came again"], "is redelivered, is sent again")
        + either(["question"], "status inquiry, query")
        + either(["asks the gateway", "asked the gateway"], "queries the gateway")
        + either(["the keep"], "the rejected-request store")
        + either(["anew"], "again")
        + either(["by itself", "by themselves"], "automatically")
        + either(["mend", "mends", "mended", "mending"], "fix, correct")
        + either(["has gone", "have gone", "had gone"], "removed, closed, disconnected")
        + either(["lets go of", "let go of", "letting go of"], "releases, closes")
        // A payment goes on the attention list.
        + either(["goes on", "go on", "going on", "went on"], "continues", unless: ["the"])
        // Two things cannot be told apart.
        + either(
            ["is told", "are told", "be told", "was told", "were told"],
            "receives, is notified",
            unless: ["apart"]
        )
        + either(["nobody", "somebody", "whoever"], "the name of the thread, caller or client")
        + either(["he", "his", "him", "himself"], "it, its; they, their")

    private static let byFirstWord = Dictionary(grouping: patterns) { $0.words.first ?? "" }

    private static func either(
        _ texts: [String],
        _ instead: String,
        unless: Set<String> = []
    ) -> [Pattern] {
        texts.map { text in
            let words = text.split(separator: " ").map(String.init)
            return Pattern(words: words, instead: instead, unless: unless)
        }
    }

    /// The findings in comments and string literals.
    static func findings(in file: SourceFile) -> [Finding] {
        [file.comments, file.literals].flatMap { matches(in: $0, of: file.path) }
    }

    /// The findings in an article.
    static func findings(in article: Article) -> [Finding] {
        matches(in: Prose(article.lines), of: article.name)
    }

    private static func matches(in prose: Prose, of path: String) -> [Finding] {
        prose.passages.flatMap { words -> [Finding] in
            let texts = words.map { $0.text.lowercased() }
            return texts.indices.compactMap { start in
                guard let pattern = pattern(at: texts[start...]) else { return nil }
                let text = pattern.words.joined(separator: " ")
                let rule = "not \"\(text)\" but: \(pattern.instead)"
                return Finding(path: path, line: words[start].line, rule: rule)
            }
        }
    }

    /// The pattern that words begin with; nil if there is none.
    private static func pattern(at words: ArraySlice<String>) -> Pattern? {
        byFirstWord[words.first ?? ""]?.first { pattern in
            guard words.starts(with: pattern.words) else { return false }
            let next = words.dropFirst(pattern.words.count).first
            return next.map { !pattern.unless.contains($0) } ?? true
        }
    }
}
