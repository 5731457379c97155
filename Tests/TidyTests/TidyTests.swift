import Testing

/// The house style, where neither compiler nor formatter sees it, held against every file.
///
/// One test after the other: each computes for seconds, and the pool that runs the tests of
/// everything else has as many threads as there are cores.
@Suite(.serialized)
struct TidyTests {
    /// Read and parsed once.
    private static let loaded = Result {
        (
            manifest: Manifest(text: try Repository.text(of: "Package.swift")),
            sources: try Repository.swiftFiles(in: "Sources")
        )
    }

    private let manifest: Manifest
    private let sources: [SourceFile]

    init() throws { (manifest, sources) = try Self.loaded.get() }

    @Test func `the sources keep the house style`() {
        #expect(!sources.isEmpty)
        let rules =
            SizeRules.all + PropertyRules.all + WordRules.all + DocumentationRules.all
            + ImportRules.all(manifest)
        for finding in sources.flatMap({ file in rules.flatMap { $0.findings(in: file) } }) {
            Issue.record("\(finding)")
        }
    }

    @Test func `what comments cite can be found in the repository`() throws {
        let articles = try Repository.articles()
        #expect(!articles.isEmpty)
        let rules = CitationRules.all(articles)
        for finding in sources.flatMap({ file in rules.flatMap { $0.findings(in: file) } }) {
            Issue.record("\(finding)")
        }
    }

    @Test func `what articles name is declared`() throws {
        let rules = ArticleRules(sources + (try Repository.swiftFiles(in: "Tests")))
        for finding in try Repository.articles().flatMap({ rules.findings(in: $0) }) {
            Issue.record("\(finding)")
        }
    }

    @Test func `the links of all pages lead somewhere`() throws {
        let pages = try Repository.pages()
        let rules = LinkRules(pages, exists: Repository.exists)
        for finding in pages.flatMap({ rules.findings(in: $0) }) { Issue.record("\(finding)") }
    }

    @Test func `the README can be read in three minutes`() throws {
        let words = try Repository.text(of: "README.md").split(whereSeparator: \.isWhitespace)
        #expect((200...600).contains(words.count))
    }

    @Test func `comments, messages and pages use the words of the field`() throws {
        let findings =
            sources.flatMap { LanguageRules.findings(in: $0) }
            + (try Repository.pages().flatMap { LanguageRules.findings(in: $0) })
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test func `the examples are short, and use the words of the field`() throws {
        let examples = try Repository.examples()
        #expect(examples.count > 5)
        for example in examples {
            for finding in LanguageRules.findings(in: example) { Issue.record("\(finding)") }
            #expect(example.lines.count <= 150, "\(example.path)")
            #expect(example.lines.allSatisfy { $0.count <= 100 }, "\(example.path)")
        }
    }

    @Test func `declared names use the words of the field`() {
        for finding in sources.flatMap({ NameRules.findings(in: $0) }) {
            Issue.record("\(finding)")
        }
    }

    @Test func `the tests keep the rules of size and of words that concern them`() throws {
        // The rules' own tests have to write down what they forbid.
        let files = try Repository.swiftFiles(in: "Tests").filter {
            !$0.path.hasPrefix("Tests/TidyTests/")
        }
        #expect(files.count > 100)
        let rules = SizeRules.all + [WordRules.unfinished, WordRules.process]
        for finding in files.flatMap({ file in rules.flatMap { $0.findings(in: file) } }) {
            Issue.record("\(finding)")
        }
    }

    @Test func `every target is declared, and its arrows point down`() {
        #expect(manifest.upwardArrows.isEmpty)
        let modules = Set(sources.compactMap(\.module))
        #expect(modules.subtracting(manifest.targets.map(\.name)).isEmpty)
        #expect(modules.count > 5)
    }

    @Test func `targets and folders stay of a size that can be surveyed, and have no circles`() {
        for finding in TargetRules(manifest: manifest, sources: sources).findings {
            Issue.record("\(finding)")
        }
    }

    @Test func `the top of the repository holds what belongs there`() throws {
        #expect(TopLevel.strangers(in: try Repository.topLevel()).isEmpty)
    }
}

/// What may stand at the top of the repository.
enum TopLevel {
    private static let allowed: Set<String> = [
        "Package.swift", "Package.resolved", "README.md", "Sources", "Tests", "deploy", "scripts",
    ]

    /// The names that do not belong there; what begins with a dot is the tools' own.
    static func strangers(in names: [String]) -> [String] {
        names.filter { !allowed.contains($0) && !$0.hasPrefix(".") }
    }
}
