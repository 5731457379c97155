import FoundationEssentials

/// Rules about the links of pages, `[text](target)`: the file is there, and has the heading.
struct LinkRules {
    /// The anchors of each page, by its path.
    private let anchors: [String: Set<String>]

    /// Whether a path, from the repository's root, is a file or a folder.
    private let exists: (String) -> Bool

    init(_ pages: [Article], exists: @escaping (String) -> Bool) {
        anchors = Dictionary(uniqueKeysWithValues: pages.map { ($0.path, Self.anchors(of: $0)) })
        self.exists = exists
    }

    func findings(in page: Article) -> [Finding] {
        Self.links(in: page).filter { !leadsSomewhere($0.target, from: page.path) }.map {
            Finding(path: page.path, line: $0.line, rule: "\($0.target) leads nowhere")
        }
    }

    private func leadsSomewhere(_ target: String, from page: String) -> Bool {
        if target.hasPrefix("https://") { return true }
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].isEmpty ? page : Self.path(String(parts[0]), from: page)
        guard exists(path) else { return false }
        guard parts.count == 2 else { return true }
        return anchors[path]?.contains(String(parts[1])) == true
    }

    /// A relative path, from the repository's root.
    private static func path(_ relative: String, from page: String) -> String {
        var parts = page.split(separator: "/").dropLast().map(String.init)
        for part in relative.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// The headings, as web pages of repositories name them: letters, digits, hyphens and
    /// underscores in lower case, with hyphens for spaces.
    private static func anchors(of page: Article) -> Set<String> {
        Set(
            page.lines.filter { $0.hasPrefix("#") }.map { line in
                String(
                    line.drop { $0 == "#" || $0 == " " }.lowercased().compactMap { character in
                        if character == " " { return "-" }
                        let isKept = character.isLetter || character.isNumber
                        return isKept || character == "-" || character == "_" ? character : nil
                    }
                )
            }
        )
    }

    /// The targets of links; not what stands in code voice or in a block of code.
    private static func links(in page: Article) -> [(target: String, line: Int)] {
        var isInBlock = false
        var links: [(String, Int)] = []
        for (index, line) in page.lines.enumerated() {
            if line.hasPrefix("```") { isInBlock.toggle() }
            if isInBlock { continue }
            let text = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset % 2 == 0 ? $0.element : "" }.joined()
            for part in text.split(separator: "](", omittingEmptySubsequences: false).dropFirst() {
                links.append((String(part.prefix { $0 != ")" }), index + 1))
            }
        }
        return links
    }
}
