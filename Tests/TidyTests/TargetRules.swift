/// Rules about what a target is made of: its size, its folders, and the arrows between them.
struct TargetRules {
    let manifest: Manifest
    let sources: [SourceFile]

    static let linesMax = 5_000
    static let filesInFolderMax = 12

    /// What breaks a rule, in words.
    var findings: [String] { tooLarge + crowdedFolders + idleDependencies + foldersInCircles }

    private var byTarget: [String: [SourceFile]] {
        Dictionary(grouping: sources) { $0.module ?? "" }
    }

    /// Targets that are too large to survey.
    var tooLarge: [String] {
        byTarget.compactMap { target, files in
            let lines = files.reduce(0) { $0 + $1.lines.count }
            guard lines > Self.linesMax else { return nil }
            return "\(target) has \(lines) lines, at most \(Self.linesMax)"
        }.sorted()
    }

    /// Folders with more files than a dozen.
    var crowdedFolders: [String] {
        Dictionary(grouping: sources, by: \.folder).compactMap { folder, files in
            guard files.count > Self.filesInFolderMax else { return nil }
            return "\(folder) holds \(files.count) files, at most \(Self.filesInFolderMax)"
        }.sorted()
    }

    /// Dependencies in Package.swift that no file of the target imports.
    var idleDependencies: [String] {
        let imported = byTarget.mapValues { files in
            Set(files.flatMap { $0.imports.map(\.module) })
        }
        return manifest.targets.flatMap { target in
            target.dependencies.filter { imported[target.name]?.contains($0) == false }
                .map { "\(target.name) depends on \($0), which it does not import" }
        }
    }

    /// Pairs of folders of a target of which each uses types of the other. The files beside the
    /// folders may use all of them, and be used by them.
    var foldersInCircles: [String] {
        byTarget.values.flatMap { files -> [String] in
            let folders = Dictionary(grouping: files.filter(\.isInFolder), by: \.folder)
            let declared = folders.mapValues { Set($0.flatMap(\.declaredTypes)) }
            let used = folders.mapValues { Set($0.flatMap(\.capitalizedWords)) }
            let names = folders.keys.sorted()
            return names.flatMap { one in
                names.filter { other in
                    one < other && uses(used[one], declared, of: other, not: one)
                        && uses(used[other], declared, of: one, not: other)
                }.map { "\(one) and \($0) use each other's types" }
            }
        }.sorted()
    }

    /// Whether words name a type that `folder` alone declares.
    private func uses(
        _ words: Set<String>?,
        _ declared: [String: Set<String>],
        of folder: String,
        not own: String
    ) -> Bool {
        guard let words, let types = declared[folder], let ownTypes = declared[own] else {
            return false
        }
        return !types.subtracting(ownTypes).isDisjoint(with: words)
    }
}

extension SourceFile {
    /// From the repository's root, such as `Sources/Store/Feed`.
    var folder: String {
        path.split(separator: "/").dropLast().joined(separator: "/")
    }

    /// Whether the file stands in a folder of its target.
    var isInFolder: Bool { path.split(separator: "/").count > 3 }

    private static let typeKeywords: Set<Substring> = [
        "struct", "enum", "class", "actor", "protocol", "typealias",
    ]

    /// The names of the types that are declared at the left margin, but for private ones.
    var declaredTypes: [String] {
        codeLines.compactMap { line in
            guard line.first?.isWhitespace == false, !line.contains("private ") else { return nil }
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }
            guard let keyword = words.firstIndex(where: { Self.typeKeywords.contains($0) }),
                keyword + 1 < words.count, !words[..<keyword].contains("import")
            else { return nil }
            return String(words[keyword + 1])
        }
    }

    /// The words of the code that begin with a capital, as types do.
    var capitalizedWords: Set<String> {
        var found: Set<String> = []
        for line in codeLines {
            let words = line.split { !$0.isLetter && !$0.isNumber }
            found.formUnion(words.filter { $0.first?.isUppercase == true }.map(String.init))
        }
        return found
    }
}
