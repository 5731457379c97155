import Testing

struct NameRuleTests {
    private func findings(_ text: String) -> [Finding] {
        NameRules.findings(in: SourceFile(path: "Sources/Ledger/A.swift", text: text))
    }

    @Test(arguments: [
        "func take() {", "let lastAnswer = 1", "private var isHeld: Bool { true }",
        "struct Answer {",
        "case asked, read", "case read, asked(Int)", "case told(by: Int)", "typealias Note = Int",
        "func record(_ lastAnswer: Int) {", "func record(take count: Int) {",
        "let (read, kept) = a",
        "func record(\n    lastAnswer: Int\n) {", "for taken in all {",
        "for (index, told) in all {",
        "{ kept in", "{ state, held in", "a.map { (lastAnswer) in", "{ [self] lastAnswer in",
        "func note() {", "func takeURLs() {", "if let kept {", "guard let read, let told else {",
        "func `take`() {", "let a = \"\\(b { kept in c })\"",
    ])
    func `a declared name with a refused word is found`(text: String) {
        #expect(!findings(text).isEmpty)
    }

    @Test(arguments: [
        "let note: String", "init(note: String) {", "var rejectedKept = 1", "let heldBy: String?",
        "descriptor.take()", "let mistake = 1", "let notebook = 1", "// let answer",
        "\"answer: 1\"",
        "case .answer: 1", "a ? kept : read", "let keepAlive = true", "func record(_ read: Int) {",
    ])
    func `names of the contract, uses and other words pass`(text: String) {
        #expect(findings(text) == [])
    }

    @Test func `a finding names its line, the word and the better one`() {
        let finding = findings("let a = 1\nlet lastAnswer = 1").first
        #expect(
            finding?.description
                == "Sources/Ledger/A.swift:2: not \"answer\" in the name lastAnswer but: "
                + "response, result, resolve"
        )
    }
}
