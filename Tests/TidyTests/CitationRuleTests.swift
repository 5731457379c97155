import Testing

struct CitationRuleTests {
    private static let articles = [
        Article(
            path: "Sources/Receiver/Receiver.docc/Checks.md",
            text: "# The checks\n\n| Row | Fails |\n|---|---|\n| 4 | a |\n| 5a | b |\n"
        ),
        Article(path: "Sources/Receiver/Receiver.docc/Gateway.md", text: "## 2 Signature"),
    ]

    private func lines(_ rule: Rule, _ text: String, in target: String = "Ledger") -> [Int] {
        rule.lines(SourceFile(path: "Sources/\(target)/A.swift", text: text))
    }

    @Test(arguments: [
        "/// A (article Checks).", "// Article Checks, row 4: b.", "// (article Checks, row 5a)",
        "// article Checks, rows 4 and 5a", "// article Checks, rows 4 to 5a, so 17 is too many",
        "// article Gateway, row 2", "/// See <doc:Checks> and <doc:Gateway#Signature>.",
        "/// (article\n/// Checks, row\n/// 4)", "// the article that says so, row 17",
        "let a = \"article Nowhere\"",
    ])
    func `a citation that resolves passes`(text: String) {
        #expect(lines(CitationRules.resolved(Self.articles), text) == [])
    }

    @Test(arguments: [
        ("\n/// A (article Nowhere).", 2), ("// article Checks, row 5", 1),
        ("// article Checks, rows 4 and 6", 1), ("// article Checks, row 4 and row 6", 1),
        ("// article Checks, rows 3 to 4", 1),
        ("// article Gateway, row 4", 1), ("a // <doc:Nowhere>", 1),
        ("/// A\n/// (article\n/// Checks, row 17)", 2),
        ("// article Checks, row 4; article Checks, row 9", 1),
    ])
    func `a citation of what is not there is found`(text: String, line: Int) {
        #expect(lines(CitationRules.resolved(Self.articles), text) == [line])
    }

    @Test(arguments: [
        "// (contract section 4)", "// contract §4", "// Contract sections 3 and 6: b",
        "// (contract\n// section 4)", "// (contract, last row)", "// gateway.md section 2",
        "// see performance.md", "// see `style.md`.", "// issue 12", "// issues 3 and 4",
    ])
    func `a citation of a document outside of the repository is found`(text: String) {
        #expect(lines(CitationRules.inside, text) == [1])
    }

    @Test(arguments: [
        "// the contract between reader and writer", "// README.md", "// an issue of the caller's",
        "// see swift-corelibs-foundation #5472", "let a = \"style.md\" // as named",
        "contract.section(4)",
    ])
    func `other words are no citations`(text: String) {
        #expect(lines(CitationRules.inside, text) == [])
    }
}
