import Testing

struct TargetRuleTests {
    private static let manifest = Manifest(text: ManifestTests.sample)

    private func rules(_ files: [(path: String, text: String)]) -> TargetRules {
        TargetRules(
            manifest: Self.manifest,
            sources: files.map { SourceFile(path: $0.path, text: $0.text) }
        )
    }

    @Test func `a target that is too large is found`() {
        let text = String(repeating: "\n", count: TargetRules.linesMax - 1)
        #expect(rules([("Sources/Snap/A.swift", text)]).tooLarge.isEmpty)
        let more = rules([("Sources/Snap/A.swift", text), ("Sources/Snap/B.swift", "")])
        #expect(more.tooLarge == ["Snap has 5001 lines, at most 5000"])
    }

    @Test func `a folder with too many files is found`() {
        let files = (1...13).map { (path: "Sources/Snap/B/\($0).swift", text: "") }
        #expect(rules(Array(files.dropLast())).crowdedFolders.isEmpty)
        #expect(rules(files).crowdedFolders == ["Sources/Snap/B holds 13 files, at most 12"])
    }

    @Test func `a dependency that is not imported is found`() {
        let text = "import Payments"
        #expect(rules([("Sources/Snap/A.swift", text)]).idleDependencies.isEmpty)
        #expect(
            rules([("Sources/Snap/A.swift", "")]).idleDependencies
                == ["Snap depends on Payments, which it does not import"]
        )
    }

    @Test func `two folders that use each other are found`() {
        let one = (path: "Sources/Snap/A/A.swift", text: "struct One { let two: Two }")
        let two = (path: "Sources/Snap/B/B.swift", text: "struct Two {}")
        let back = (path: "Sources/Snap/B/C.swift", text: "struct Three { let one: One }")
        #expect(rules([one, two]).foldersInCircles.isEmpty)
        #expect(
            rules([one, two, back]).foldersInCircles
                == ["Sources/Snap/A and Sources/Snap/B use each other's types"]
        )
        let beside = (path: "Sources/Snap/C.swift", text: "struct Three { let one: One }")
        #expect(rules([one, two, beside]).foldersInCircles.isEmpty, "a file beside the folders")
    }
}
