/// Rules about what articles name: a type and its member, such as `Ledger.receive`, are declared.
///
/// Only names in code voice with a dot are checked: a single word may be a header or a keyword.
struct ArticleRules {
    /// The words that each file declares, by the types that it declares or extends.
    private let members: [String: Set<String>]

    init(_ files: [SourceFile]) {
        var members: [String: Set<String>] = [:]
        for file in files {
            let declared = file.declaredWords
            for type in file.extendedTypes { members[type, default: []].formUnion(declared) }
        }
        self.members = members
    }

    func findings(in article: Article) -> [Finding] {
        Self.names(in: article).filter { name in
            let parts = name.text.split(separator: ".").suffix(2).map(String.init)
            return members[parts[0]]?.contains(parts[1]) != true
        }.map {
            Finding(path: article.name, line: $0.line, rule: "\($0.text) is not declared")
        }
    }

    /// The names in code voice, without their arguments.
    private static func names(in article: Article) -> [(text: String, line: Int)] {
        let parts = article.lines.joined(separator: "\n")
            .split(separator: "`", omittingEmptySubsequences: false)
        var line = 1
        var names: [(text: String, line: Int)] = []
        for (index, part) in parts.enumerated() {
            let text = String(part.prefix { $0 != "(" })
            if index % 2 == 1, isMember(text) { names.append((text, line)) }
            line += part.count { $0 == "\n" }
        }
        return names
    }

    /// Whether a text has the form `Type.member`, and is neither the name of a file nor the form
    /// itself.
    private static func isMember(_ text: String) -> Bool {
        if text == "Type.function" { return false }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, !["swift", "md", "json5"].contains(parts[parts.count - 1]),
            parts.allSatisfy({ $0.first?.isLetter == true }),
            text.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." })
        else { return false }
        return text.first?.isUppercase == true && parts[0].contains { $0.isLowercase }
    }
}

extension SourceFile {
    private static let typeKeywords: Set<Substring> = [
        "struct", "enum", "class", "actor", "protocol", "typealias", "extension",
    ]

    private static let memberKeywords: Set<Substring> = typeKeywords.union(["func", "var", "let"])

    /// The types that it declares or extends, nested ones without the names around them.
    fileprivate var extendedTypes: Set<String> {
        var types: Set<String> = []
        for words in wordsOfCode {
            for (index, word) in words.enumerated().dropLast()
            where Self.typeKeywords.contains(word) {
                types.formUnion(words[index + 1].split(separator: ".").map(String.init))
            }
        }
        return types
    }

    /// The words behind the keywords of declarations, and all words of a line with cases.
    fileprivate var declaredWords: Set<String> {
        var declared: Set<String> = []
        for words in wordsOfCode {
            if words.prefix(2).contains("case") || words.contains("enum") {
                declared.formUnion(words.map(String.init))
            }
            if words.contains("init") { declared.insert("init") }
            for (index, word) in words.enumerated().dropLast()
            where Self.memberKeywords.contains(word) {
                declared.formUnion(words[index + 1].split(separator: ".").map(String.init))
            }
        }
        return declared
    }

    private var wordsOfCode: [[Substring]] {
        codeLines.map { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." } }
    }
}
