import FoundationEssentials

/// One Swift file of the product.
struct SourceFile {
    /// From the repository's root, such as `Sources/Store/Schema.swift`.
    let path: String

    /// As written.
    let lines: [String]

    /// The same without comments and the contents of string literals.
    let codeLines: [String]

    /// The words of its comments.
    let comments: Prose

    /// The words of its string literals.
    let literals: Prose

    init(path: String, text: String) {
        self.path = path
        let parts = CodeText.parts(of: text)
        lines = Self.lines(of: text)
        codeLines = Self.lines(of: parts.code)
        comments = Prose(Self.lines(of: parts.comments))
        literals = Prose(Self.lines(of: parts.literals))
    }

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The target that the file belongs to; nil outside of `Sources`.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// The modules that it imports, with the numbers of the lines, counted from 1.
    var imports: [(module: String, line: Int)] {
        codeLines.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
                words[..<keyword].allSatisfy({ Self.isImportModifier($0) })
            else { return nil }
            // "import struct Module.Type" imports from Module.
            let name = words[words.count - 1].split(separator: ".")[0]
            return (String(name), index + 1)
        }
    }

    private static func isImportModifier(_ word: Substring) -> Bool {
        word.hasPrefix("@") || ["package", "internal", "private", "fileprivate"].contains(word)
    }
}

/// The repository that this test was compiled from.
enum Repository {
    static let root: String = {
        let tests = #filePath.split(separator: "/").dropLast(3)
        return "/" + tests.joined(separator: "/")
    }()

    /// Every Swift file under `directory`, in the order of their paths.
    static func swiftFiles(in directory: String) throws -> [SourceFile] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root + "/" + directory)
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map {
            let path = directory + "/" + $0
            return SourceFile(path: path, text: try text(of: path))
        }
    }

    /// Every article of the documentation, in the order of their paths.
    static func articles() throws -> [Article] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root + "/Sources")
        return try paths.filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.sorted().map {
            let path = "Sources/" + $0
            return Article(path: path, text: try text(of: path))
        }
    }

    /// What people read in the repository: the README, the pages for operators, and all articles.
    static func pages() throws -> [Article] {
        let deployed = try FileManager.default.subpathsOfDirectory(atPath: root + "/deploy")
        let paths = ["README.md"] + deployed.filter { $0.hasSuffix(".md") }.map { "deploy/" + $0 }
        return try paths.map { Article(path: $0, text: try text(of: $0)) } + articles()
    }

    /// The programs of `deploy/examples`, which readers copy.
    static func examples() throws -> [Article] {
        let folder = "deploy/examples"
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)
        return try names.filter { !$0.hasSuffix(".md") }.sorted().map {
            Article(path: "\(folder)/\($0)", text: try text(of: "\(folder)/\($0)"))
        }
    }

    /// Whether a path from the root is a file or a folder.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root + "/" + path)
    }

    static func text(of path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + "/" + path)), as: UTF8.self)
    }

    /// The names of what stands at the top.
    static func topLevel() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root).sorted()
    }
}
