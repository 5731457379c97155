/// The lines of the log that ask for action, and the article that explains them.
enum LogRules {
    /// A line of level warning or error.
    struct Line: Hashable {
        let message: String
        let level: String
    }

    /// The warnings and errors that a file logs with a message of its own.
    static func lines(in file: SourceFile) -> Set<Line> {
        let text = file.lines.joined(separator: "\n")
        let calls = text.matches(
            of: /\b(?:log\??|lines|self)\.(?<level>warning|error)\(\s*"(?<message>[^"]+)"/
        )
        let levels = text.matches(of: /\.(?<level>warning|error),\s*"(?<message>[^"]+)"/)
        return Set(
            calls.map { Line(message: "\($0.output.message)", level: "\($0.output.level)") }
                + levels.map { Line(message: "\($0.output.message)", level: "\($0.output.level)") }
        )
    }

    /// The warnings and errors that the article explains: rows that begin with the message in code
    /// voice, the level, and two more cells.
    static func rows(of article: Article) -> Set<Line> {
        var lines: Set<Line> = []
        for row in article.lines where row.hasPrefix("| `") {
            let cells = row.split(separator: " | ", omittingEmptySubsequences: false)
            guard cells.count == 4 else { continue }
            let message = cells[0].dropFirst(2).filter { $0 != "`" }
            for level in cells[1].split(separator: ", ") {
                lines.insert(Line(message: String(message), level: String(level)))
            }
        }
        return lines
    }
}
