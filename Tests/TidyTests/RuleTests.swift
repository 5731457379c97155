import Testing

/// Every rule on samples: it finds what it forbids, at its line, and leaves the rest alone.
struct RuleTests {
    private static let manifest = Manifest(text: ManifestTests.sample)

    private struct Sample {
        let rule: Rule
        let path: String
        let text: String
        let lines: [Int]
        let reason: String

        init(
            _ rule: Rule,
            _ text: String,
            lines: [Int],
            in path: String = "Sources/Store/A.swift",
            _ reason: String
        ) {
            self.rule = rule
            self.path = path
            self.text = text
            self.lines = lines
            self.reason = reason
        }
    }

    private func check(_ samples: [Sample]) {
        for sample in samples {
            let file = SourceFile(path: sample.path, text: sample.text)
            #expect(sample.rule.lines(file) == sample.lines, "\(sample.reason)")
        }
    }

    @Test func `a line has at most 100 columns`() {
        let x = { String(repeating: "x", count: $0) }
        check([
            Sample(SizeRules.lineLength, "a\n\(x(100))\n", lines: [], "the longest"),
            Sample(SizeRules.lineLength, "a\n\(x(101))\n", lines: [2], "one more"),
            Sample(SizeRules.lineLength, "// https://\(x(101))", lines: [], "a URL"),
        ])
    }

    @Test func `a file has at most 400 lines`() {
        let lines = { String(repeating: "a\n", count: $0) }
        check([
            Sample(SizeRules.fileLength, lines(400), lines: [], "the longest"),
            Sample(SizeRules.fileLength, lines(401), lines: [401], "one more"),
            Sample(SizeRules.fileLength, lines(400) + "a", lines: [401], "one more, not ended"),
        ])
    }

    @Test func `a function has at most 60 lines`() {
        let body = { String(repeating: "    if a { b() }\n", count: $0) }
        let declarations = [
            "func a() {\n", "package init?(a: Int) {\n", "deinit {\n", "subscript(a: Int) -> B {\n",
            "    private static func a<B>(_ c: B) throws(D) -> [E] where F: G {\n",
        ]
        for declaration in declarations {
            check([
                Sample(SizeRules.functionLength, "\n\(declaration)\(body(58))}", lines: [], "60"),
                Sample(SizeRules.functionLength, "\n\(declaration)\(body(59))}", lines: [2], "61"),
            ])
        }
        check([
            Sample(
                SizeRules.functionLength,
                "func a(\n    b: Int = { 1 }()\n)\n{\n\(body(56))}",
                lines: [1],
                "the signature counts"
            ),
            Sample(
                SizeRules.functionLength,
                "protocol A {\n    func a()\n}\nextension A {\n\(body(80))}",
                lines: [],
                "a requirement has no body"
            ),
            Sample(
                SizeRules.functionLength,
                "func a() {\n    b(\"}\") // }\n\(body(59))}",
                lines: [1],
                "braces in literals and comments do not count"
            ),
        ])
    }

    @Test func `a type with more than eight stored properties says why`() {
        let type = { (count: Int, comment: String) in
            let properties = (0..<count).map { "    package let a\($0): Int\n" }.joined()
            let rest =
                "    static let b = 1\n    var c: Int { 1 }\n"
                + "    func d() {\n        let e = 1\n    }\n"
            return "\(comment)\npackage struct A {\n\(properties)\(rest)}\n"
        }
        let rule = PropertyRules.storedProperties
        let path = "Sources/Store/A.swift"
        let found = { (text: String, path: String) in
            rule.lines(SourceFile(path: path, text: text))
        }
        #expect(found(type(8, "/// A."), path) == [])
        #expect(found(type(9, "/// A."), path) == [2])
        #expect(found(type(9, "/// A row: one property for each column."), path) == [])
        #expect(found(type(9, "/// Ten properties, one for each thing."), path) == [])
        #expect(found(type(9, "// One property for each column."), path) == [2])
        #expect(found(type(9, "/// A."), "Sources/Snap/A.swift") == [])
    }

    @Test func `a force unwrap is found, and what looks like one is not`() {
        let found = ["a!", "a!.b", "a()!", "a[0]!", "a?.b!", "var a: B!", "\"\\(a!)\"", "a! = b"]
        let passed = [
            "a != b", "!a", "if !a.b {", "a || !b", "a!=b", "\"a!\"", "// a!", "[!a]", "(!a)",
        ]
        check(found.map { Sample(WordRules.forceUnwrap, "\n\($0)", lines: [2], $0) })
        check(passed.map { Sample(WordRules.forceUnwrap, "\n\($0)", lines: [], $0) })
    }

    @Test func `forbidden words are found in code only`() {
        let found = [
            "try! a()", "a as! B", "struct A: @unchecked Sendable {", "public func a()",
            "public import A", "print(a)", "debugPrint(a)", "fatalError(a)", "Task.detached { }",
            "\"\\(try! a())\"",
        ]
        let passed = [
            "try? a()", "a as? B", "// public", "\"public\"", "publicURL", "republic",
            "fingerprint(a)",
            "a.sprint(b)", "printed(a)", "/// print(a)",
        ]
        check(found.map { Sample(all, "\n\($0)", lines: [2], $0) })
        check(passed.map { Sample(all, "\n\($0)", lines: [], $0) })
    }

    /// Every rule about words but the force unwrap, as one.
    private var all: Rule {
        Rule(text: "") { file in
            let rules = WordRules.all.filter { $0.text != WordRules.forceUnwrap.text }
            return Set(rules.flatMap { $0.lines(file) }).sorted()
        }
    }

    @Test func `what is left to do is found in comments`() {
        check([
            Sample(WordRules.unfinished, "a\n// TODO: b", lines: [2], "a comment"),
            Sample(WordRules.unfinished, "a // FIXME", lines: [1], "behind code"),
            Sample(WordRules.unfinished, "let todo = 1 // TODOS", lines: [], "another word"),
        ])
    }

    @Test func `Foundation's way to start a program is found, and ours is not`() {
        check([
            Sample(WordRules.process, "a\nlet a = Process()", lines: [2], "a call"),
            Sample(WordRules.process, "ChildProcess()\n// Process()", lines: [], "our own"),
        ])
    }

    @Test func `unsafe is left to the wrappers`() {
        let rule = WordRules.unsafeCode
        check([
            Sample(rule, "a\nunsafe b()", lines: [2], "an expression"),
            Sample(rule, "@unsafe struct A {", lines: [1], "an attribute"),
            Sample(rule, "nonisolated(unsafe) var a", lines: [1], "an argument"),
            Sample(rule, "// unsafe\nunsafely()", lines: [], "a comment and another word"),
            Sample(rule, "unsafe b()", lines: [], in: "Sources/Crypto/A.swift", "a wrapper"),
            Sample(rule, "unsafe b()", lines: [], in: "Sources/HTTPClient/TLSStream.swift", "TLS"),
            Sample(rule, "unsafe b()", lines: [1], in: "Sources/HTTPClient/A.swift", "not TLS"),
        ])
    }

    @Test func `a package type without a doc comment is found`() {
        let rule = DocumentationRules.packageTypes
        check([
            Sample(rule, "package struct A {", lines: [1], "no comment"),
            Sample(rule, "// A.\npackage enum A {", lines: [2], "no doc comment"),
            Sample(rule, "/// A.\n\npackage actor A {", lines: [3], "an empty line between"),
            Sample(rule, "let a = 1\n    package final class A {", lines: [2], "nested, final"),
            Sample(rule, "package indirect enum A {", lines: [1], "another modifier"),
            Sample(rule, "/// A.\npackage protocol A {", lines: [], "documented"),
            Sample(rule, "/// A.\n@safe\npackage struct A {", lines: [], "an attribute between"),
            Sample(rule, "/// A.\n@safe package struct A {", lines: [], "an attribute before"),
            Sample(rule, "@safe package struct A {", lines: [1], "the same without a comment"),
            Sample(rule, "struct A {\npackage let b = 1\npackage func c()", lines: [], "no type"),
        ])
    }

    @Test func `an import against the arrows is found`() {
        let rule = ImportRules.arrows(Self.manifest)
        check([
            Sample(rule, "import Glibc\nimport System", lines: [2], "not declared"),
            Sample(rule, "package import System", lines: [1], "with an access level"),
            Sample(rule, "@preconcurrency import struct System.A", lines: [1], "one of its types"),
            Sample(rule, "import SQLite\nimport Other", lines: [], "declared, and not ours"),
            Sample(rule, "// import System\nlet a = \"import System\"", lines: [], "no import"),
        ])
    }

    @Test func `a wrapped module is imported by its wrapper only`() {
        let rule = ImportRules.wrapped
        for (module, wrapper) in [
            ("CLinux", "System"), ("COpenSSL", "Crypto"), ("COpenSSL", "HTTPClient"),
            ("CSQLite", "SQLite"), ("Dispatch", "Queues"), ("Dispatch", "System"),
        ] {
            let text = "@unsafe @preconcurrency package import \(module)"
            check([
                Sample(rule, text, lines: [1], module),
                Sample(rule, text, lines: [], in: "Sources/\(wrapper)/A.swift", module),
            ])
        }
    }

    @Test func `nothing above the storage engine knows SQLite`() {
        let text = "package import SQLite"
        check([
            Sample(
                ImportRules.engines,
                text,
                lines: [1],
                in: "Sources/Store/Store.swift",
                "beside"
            ),
            Sample(ImportRules.engines, text, lines: [1], in: "Sources/Receiver/A.swift", "above"),
            Sample(ImportRules.engines, text, lines: [], in: "Sources/SQLiteStore/A.swift", "it"),
        ])
    }

    @Test func `Foundation is kept out`() {
        check([
            Sample(ImportRules.foundation, "import Foundation", lines: [1], "the whole"),
            Sample(ImportRules.foundation, "import FoundationNetworking", lines: [1], "network"),
            Sample(ImportRules.foundation, "import FoundationEssentials", lines: [], "the part"),
            Sample(ImportRules.essentials, "import FoundationEssentials", lines: [], "layer 3"),
        ])
        for module in ["Queues", "System", "Crypto", "SQLite", "HTTPCore", "Payments", "Snap"] {
            let path = "Sources/\(module)/A.swift"
            let text = "import FoundationEssentials"
            check([Sample(ImportRules.essentials, text, lines: [1], in: path, module)])
        }
    }

    @Test func `a pure target imports nothing from outside`() {
        let rule = ImportRules.purity(Self.manifest)
        check([
            Sample(rule, "import Glibc", lines: [1], in: "Sources/Snap/A.swift", "the C library"),
            Sample(
                rule,
                "import Synchronization",
                lines: [1],
                in: "Sources/HTTPCore/A.swift",
                "locks"
            ),
            Sample(rule, "import Payments", lines: [], in: "Sources/Snap/A.swift", "one of ours"),
            Sample(rule, "import Glibc", lines: [], "a target that is not pure"),
        ])
    }

    @Test func `a stranger at the top of the repository is found`() {
        #expect(TopLevel.strangers(in: ["Sources", ".git", "NOTES.md"]) == ["NOTES.md"])
        #expect(TopLevel.strangers(in: ["Package.swift", "Package.resolved", "README.md"]).isEmpty)
    }

    @Test func `a finding names its place and its rule`() {
        let file = SourceFile(path: "Sources/Store/A.swift", text: "a\nlet b = c!")
        let finding = WordRules.forceUnwrap.findings(in: file).first
        #expect(
            finding?.description
                == "Sources/Store/A.swift:2: no force unwrap: say what happens when there is none"
        )
    }
}
