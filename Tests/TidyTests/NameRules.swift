/// Words that declared names do not use, and what to write instead.
///
/// The words of a name are its parts in camel case: `takeSent` has `take` and `sent`. Names of C and
/// of the standard library, such as `Optional.take()`, are used and not declared.
enum NameRules {
    /// The refused words by their better ones.
    private static let refused: [(words: [String], instead: String)] = [
        (["answer", "answers", "answered", "answering"], "response, result, resolve"),
        (["ask", "asks", "asked", "asking"], "query, read"),
        (["hold", "held", "holding"], "stored, locked, delayed, pending"),
        (["kept"], "stored, a maximum"),
        (["learn", "learned"], "record, adopt"),
        (["look"], "search, resolve"),
        (["note", "notes", "noted"], "record, report, remark"),
        (["settle", "settled", "settlement"], "resolve, confirm, close"),
        (["take", "takes", "taken", "took", "taking"], "receive, read, remove, acquire, apply"),
        (["tell", "tells", "told"], "report, notify"),
    ]

    /// Names that are the contract's own. A function has none of them: it is named by a verb.
    private static let allowed: Set<String> = [
        // A member of a diagnosis: the response that the callback got.
        "answer",
        // A member of the gateway report: the codes of the responses.
        "answers",
        // A member of the progress of `prune`: the consumer that has not passed a transition.
        "heldBy",
        // A member of the gateway report: redeliveries with the same X-EXTERNAL-ID.
        "keptExternalId",
        // A member of decisions, entries and transitions, and its limit.
        "note", "noteCharactersMax",
        // A member of a diagnosis.
        "notes",
        // A key of the configuration.
        "rejectedKept",
    ]

    private static let instead = Dictionary(
        uniqueKeysWithValues: refused.flatMap { row in row.words.map { ($0, row.instead) } }
    )

    /// The findings among the names that a file declares.
    static func findings(in file: SourceFile) -> [Finding] {
        DeclaredName.all(in: file.codeLines).compactMap { name in
            guard name.isFunction || !allowed.contains(name.text),
                let word = name.words.first(where: { instead[$0] != nil })
            else { return nil }
            let better = instead[word] ?? ""
            let rule = "not \"\(word)\" in the name \(name.text) but: \(better)"
            return Finding(path: file.path, line: name.line, rule: rule)
        }
    }
}

/// A name that a file declares: of a type, function, property, variable, case or parameter.
struct DeclaredName {
    let text: String

    /// Counted from 1.
    let line: Int
    let isFunction: Bool

    /// The parts of the name in camel case, in lower case.
    var words: [String] {
        var words: [String] = []
        var last: Character?
        for character in text {
            let isStart = character.isUppercase && last?.isUppercase != true
            if isStart || words.isEmpty || character == "_" { words.append("") }
            if character != "_" { words[words.count - 1].append(character.lowercased()) }
            last = character
        }
        return words
    }

    private static let keywords: Set<String> = [
        "actor", "associatedtype", "case", "class", "enum", "for", "func", "let", "protocol",
        "struct", "typealias", "var",
    ]

    /// The names declared by keywords, and those before a colon: labels and names of parameters.
    ///
    /// A label in a call is found as well; it is the name of a parameter that is declared elsewhere.
    static func all(in codeLines: [String]) -> [DeclaredName] {
        codeLines.enumerated().flatMap { index, line -> [DeclaredName] in
            let tokens = Self.tokens(of: line)
            return tokens.indices.compactMap { place -> DeclaredName? in
                let isFunction = place > 0 && tokens[place - 1] == "func"
                guard isName(tokens[place]), isDeclared(at: place, in: tokens) else { return nil }
                return DeclaredName(text: tokens[place], line: index + 1, isFunction: isFunction)
            }
        }
    }
}

extension DeclaredName {
    /// Identifiers and single punctuation marks.
    private static func tokens(of line: String) -> [String] {
        var tokens: [String] = []
        var name: [UInt8] = []
        for byte in line.utf8 where byte != UInt8(ascii: "`") {
            if WordRules.isWordByte(byte) {
                name.append(byte)
                continue
            }
            if !name.isEmpty { tokens.append(String(decoding: name, as: UTF8.self)) }
            name = []
            if byte != UInt8(ascii: " ") { tokens.append(String(Unicode.Scalar(byte))) }
        }
        return name.isEmpty ? tokens : tokens + [String(decoding: name, as: UTF8.self)]
    }

    private static func isName(_ token: String) -> Bool {
        token != "_" && token.first.map { $0.isLetter || $0 == "_" } == true
    }

    private static func isDeclared(at place: Int, in tokens: [String]) -> Bool {
        isParameter(at: place, in: tokens) || isListed(at: place, in: tokens)
    }

    /// Whether a colon follows the name, or the name and that of its variable.
    private static func isParameter(at place: Int, in tokens: [String]) -> Bool {
        let before = place > 0 ? tokens[place - 1] : "("
        let after = tokens[(place + 1)...].prefix(2)
        if after.first == ":" {
            return ["(", ","].contains(before) || isName(before) || before == "_"
        }
        let isLabel = after.count == 2 && isName(after[after.startIndex]) && after.last == ":"
        return isLabel && ["(", ","].contains(before)
    }

    /// Whether a keyword comes before the name, or before the list that it belongs to: that of a
    /// tuple, of cases, or of the parameters of a closure.
    private static func isListed(at place: Int, in tokens: [String]) -> Bool {
        var start = place
        while start > 0, [",", "("].contains(tokens[start - 1]) || isBeforeComma(start - 1, tokens)
        {
            start -= 1
        }
        guard start > 0 else { return false }
        if keywords.contains(tokens[start - 1]) { return true }
        let rest = tokens[place...].prefix { isName($0) && $0 != "in" || [",", ")"].contains($0) }
        return ["{", "]"].contains(tokens[start - 1]) && rest.endIndex < tokens.count
            && tokens[rest.endIndex] == "in"
    }

    private static func isBeforeComma(_ place: Int, _ tokens: [String]) -> Bool {
        isName(tokens[place]) && !keywords.contains(tokens[place]) && tokens[place + 1] == ","
    }
}
