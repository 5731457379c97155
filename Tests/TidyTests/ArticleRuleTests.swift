import Testing

struct ArticleRuleTests {
    private static let rules = ArticleRules([
        SourceFile(
            path: "Sources/Ledger/A.swift",
            text: """
                struct Ledger {
                    enum Kind { case one, two(Int) }
                    init() {}
                    mutating func receive(_ one: Int) {}
                    // func other() {}
                }
                extension Store.Hooks { static let none = 1 }
                """
        ),
        SourceFile(
            path: "Sources/Ledger/B.swift",
            text: "extension Ledger { var more: Int { 1 } }"
        ),
    ])

    private func lines(_ text: String) -> [Int] {
        let article = Article(path: "Sources/A/A.docc/B.md", text: text)
        return Self.rules.findings(in: article).map(\.line)
    }

    @Test(arguments: [
        "`Ledger.receive` and `Ledger.receive(_:)`", "`Ledger.init`", "`Ledger.more`",
        "`Kind.two`", "`Ledger.Kind.one`", "`Store.Hooks`, `Hooks.none`", "`A.swift`", "`B.md`",
        "`DATABASE.lock`", "`Type.function`", "`notify.listen`", "Ledger.other",
        "```\nLedger.other\n```",
        "`a\nb` Ledger.other `c`",
    ])
    func `a name that is declared, or is none, passes`(text: String) {
        #expect(lines(text) == [])
    }

    @Test(arguments: [
        "\n`Ledger.other`", "\n`Ledger.other()`", "\n`Unheard.receive`", "`a\nb` `Hooks.unheard`",
    ])
    func `a name that is not declared is found`(text: String) {
        #expect(lines(text) == [2])
    }
}
