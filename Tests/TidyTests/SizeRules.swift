/// Rules about how long things are.
enum SizeRules {
    static let all = [lineLength, fileLength, functionLength]

    private static let columnsMax = 100
    private static let fileLinesMax = 400
    private static let functionLinesMax = 60

    static let lineLength = Rule(text: "a line has at most \(columnsMax) columns, but for URLs") {
        file in
        file.lines.indices.filter {
            file.lines[$0].utf8.count > columnsMax && file.lines[$0].count > columnsMax
                && !file.lines[$0].contains("://")
        }.map { $0 + 1 }
    }

    static let fileLength = Rule(text: "a file has at most \(fileLinesMax) lines") { file in
        // The empty line behind the last line feed does not count.
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        return count > fileLinesMax ? [fileLinesMax + 1] : []
    }

    static let functionLength = Rule(text: "a function has at most \(functionLinesMax) lines") {
        file in
        file.codeLines.indices.filter { start in
            guard isFunction(file.codeLines[start]),
                let end = bodyEnd(file.codeLines, from: start)
            else { return false }
            return end - start + 1 > functionLinesMax
        }.map { $0 + 1 }
    }

    private static func isFunction(_ line: String) -> Bool {
        guard declarationKeywords.contains(where: { line.contains($0) }) else { return false }
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        guard let keyword = words.firstIndex(where: { declarationKeywords.contains($0) }) else {
            return false
        }
        return words[..<keyword].allSatisfy {
            modifiers.contains($0) || $0.first?.isUppercase == true
        }
    }

    private static let declarationKeywords: Set<Substring> = [
        "func", "init", "deinit", "subscript",
    ]

    private static let modifiers: Set<Substring> = [
        "package", "private", "fileprivate", "internal", "static", "class", "final", "override",
        "mutating", "consuming", "borrowing", "nonisolated", "required", "convenience", "safe",
        "inline", "__always", "never", "discardableResult", "c", "unsafe",
    ]

    /// The line where the body of the function declared at `start` ends; nil when it has none.
    private static func bodyEnd(_ lines: [String], from start: Int) -> Int? {
        var brackets = 0
        var braces = 0
        for index in start..<lines.count {
            for character in lines[index] {
                switch character {
                case "(", "[": brackets += 1
                case ")", "]": brackets -= 1
                case "{" where brackets == 0 || braces > 0: braces += 1
                case "}" where brackets == 0 || braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                    // The end of the type around it: a requirement has no body.
                    if braces < 0 { return nil }
                default: break
                }
            }
            let next = index + 1 < lines.count ? lines[index + 1] : ""
            if braces == 0, brackets == 0, !continuesSignature(lines[index], next) { return nil }
        }
        return nil
    }

    /// Whether a signature that has no body yet goes on behind `line`.
    private static func continuesSignature(_ line: String, _ next: String) -> Bool {
        let starts = ["{", "->", "throws", "async", "where", "rethrows"]
        let word = next.drop { $0 == " " }
        return starts.contains { word.hasPrefix($0) }
            || ["->", "where", ","].contains { trimmedEnd(line).hasSuffix($0) }
            || trimmedEnd(line).split(separator: " ").contains("where")
    }

    private static func trimmedEnd(_ line: String) -> Substring {
        var rest = Substring(line)
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
