import Testing

struct LanguageRuleTests {
    private func findings(_ text: String, in target: String = "Ledger") -> [Finding] {
        LanguageRules.findings(in: SourceFile(path: "Sources/\(target)/A.swift", text: text))
    }

    @Test(arguments: [
        "/// A query settles it.", "/// Read anew.", "// Nobody waits.", "a(\"Somebody waits.\")",
        "// The call goes on.", "// The client has gone,", "// that is mended", "// by itself",
        "a(\"the caller is told\")", "// The writer and his queue.", "// (he waits)",
        "// Kept for\n/// whoever reads it", "/// A question that\n\n/// \"comes\n/// again\"",
        "let a = \"\"\"\n    a repetition\n    \"\"\"", "a(\"b \\(c) goes on: \\(d)\")",
    ])
    func `a word that has a better one is found`(text: String) {
        #expect(!findings(text).isEmpty)
    }

    @Test(arguments: [
        "settle(); let anew = his + he", "/// ``Ledger/settle(_:)``", "a(\"by-itself\")",
        "// It goes on the attention list.", "// They cannot be told apart.", "// the history",
        "a(\"settled_total\")", "// It goes\nlet on = 1", "// When it comes,\n\n// again",
    ])
    func `code, names and other meanings pass`(text: String) {
        #expect(findings(text) == [])
    }

    @Test func `a finding names its line and the better word`() {
        let finding = findings("a\n/// It goes\n/// on.").first
        #expect(finding?.description == "Sources/Ledger/A.swift:2: not \"goes on\" but: continues")
    }

    @Test func `articles are read`() {
        let article = Article(path: "Sources/A/A.docc/B.md", text: "# A\n\n| by itself |")
        #expect(LanguageRules.findings(in: article).map(\.line) == [3])
    }
}
