/// Rules about what is not written.
enum WordRules {
    static let all =
        [forceUnwrap, unfinished, unsafeCode]
        + forbidden.map { words, reason in none(of: words, reason) }

    /// What no code of the product says, and what to do instead.
    private static let forbidden: [(words: [String], reason: String)] = [
        (["try!"], "no try!: catch the error or throw it"),
        (["as!"], "no as!: cast with as? and say what else happens"),
        (["@unchecked"], "no @unchecked: let the compiler check what is Sendable"),
        (["public"], "no public: targets share package declarations"),
        (["print(", "debugPrint("], "no print: log one line with one write"),
        (["fatalError("], "no fatalError: precondition says what was expected"),
        (["Task.detached"], "no Task.detached: state belongs to an actor"),
    ]

    static func none(of words: [String], _ reason: String) -> Rule {
        Rule(text: reason) { file in
            file.codeLines.indices.filter { index in
                words.contains { contains($0, in: file.codeLines[index]) }
            }.map { $0 + 1 }
        }
    }

    /// Targets that wrap C or Dispatch.
    private static let wrappers: Set<String> = [
        "Queues", "System", "Crypto", "SQLite", "PostgreSQL", "QRCode", "Compression",
        "OperatorPage",
    ]

    /// Files that do so in targets that otherwise do not.
    private static let wrapperFiles: Set<String> = [
        "Sources/HTTPClient/TLSContext.swift", "Sources/HTTPClient/TLSStream.swift",
    ]

    static let unsafeCode = Rule(text: "unsafe is written in the wrappers only") { file in
        if let module = file.module, wrappers.contains(module) { return [] }
        if wrapperFiles.contains(file.path) { return [] }
        return file.codeLines.indices.filter { contains("unsafe", in: file.codeLines[$0]) }
            .map { $0 + 1 }
    }

    /// `Foundation.Process` reads behind the list of open descriptors (swift-corelibs-foundation
    /// #5472): what holds thousands of them, as the tests do together, crashes now and then.
    static let process = none(
        of: ["Process("],
        "no Foundation.Process: spawn of Support, or what is built on it"
    )

    static let unfinished = Rule(text: "nothing is left to do (TODO, FIXME)") { file in
        file.lines.indices.filter { index in
            ["TODO", "FIXME"].contains { contains($0, in: file.lines[index]) }
        }.map { $0 + 1 }
    }

    /// An exclamation mark right behind an expression, which is neither `!=` nor of `try!` and
    /// `as!`.
    static let forceUnwrap = Rule(text: "no force unwrap: say what happens when there is none") {
        file in
        file.codeLines.indices.filter { index in
            guard file.codeLines[index].utf8.contains(UInt8(ascii: "!")) else { return false }
            let line = Array(file.codeLines[index])
            return line.indices.dropFirst().contains { place in
                guard line[place] == "!", isExpressionEnd(line[place - 1]) else { return false }
                let next = place + 1 < line.count ? line[place + 1] : " "
                let word = String(line[..<place].reversed().prefix { $0.isLetter }.reversed())
                return next != "=" && !["try", "as"].contains(word)
            }
        }.map { $0 + 1 }
    }

    private static func isExpressionEnd(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || ")]}?_`\"'".contains(character)
    }

    /// Whether `line` has `word` with no letter, digit or underscore where it begins and ends.
    static func contains(_ word: String, in line: String) -> Bool {
        let line = Array(line.utf8)
        let word = Array(word.utf8)
        guard line.count >= word.count else { return false }
        return (0...(line.count - word.count)).contains { start in
            guard line[start] == word[0] else { return false }
            let end = start + word.count
            let goesOnBefore = isWordByte(word[0]) && start > 0 && isWordByte(line[start - 1])
            let goesOnBehind =
                isWordByte(word[word.count - 1]) && end < line.count && isWordByte(line[end])
            return !goesOnBefore && !goesOnBehind && line[start..<end].elementsEqual(word)
        }
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: byte >= 0x80
        }
    }
}
