/// Splits a command line of Windows into words: first as cmd.exe reads it (carets), then as a C
/// program does (quotation marks and backslashes).
///
/// Browsers copy requests in this form as "cURL (cmd)".
struct CommandPromptWords {
    private(set) var words: [[UInt8]] = []

    private static let caret = UInt8(ascii: "^")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Whether a command is one of cmd.exe: lines continued by a caret, carets before quotation
    /// marks, or quotation marks doubled inside others and no apostrophes.
    static func isOne(_ text: ArraySlice<UInt8>) -> Bool {
        let pairs = zip(text, text.dropFirst())
        let hasCarets = pairs.contains { first, second in
            first == caret && [quote, 0x0A, 0x0D].contains(second)
        }
        if hasCarets { return true }
        let isDoubled = zip(pairs, text.dropFirst(2)).contains { pair, third in
            pair.0 == UInt8(ascii: "{") && pair.1 == quote && third == quote
        }
        return isDoubled && !text.contains(UInt8(ascii: "'"))
    }

    /// Reads up to the first line end that is not escaped.
    init(_ text: ArraySlice<UInt8>) {
        split(Self.unescaped(text))
    }

    /// The command without its carets.
    ///
    /// Inside quotation marks cmd.exe keeps carets. Older browsers wrote them there, too; a caret
    /// before a backslash shows it.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let isEscapedInside = zip(text, text.dropFirst()).contains { first, second in
            first == caret && second == backslash
        }
        var output: [UInt8] = []
        var isQuoted = false
        var rest = text
        while let byte = rest.popFirst() {
            if byte == caret, !isQuoted || isEscapedInside {
                dropLineEnd(&rest)
                // An escaped line end is no part of the command, but the byte after it is.
                guard let next = rest.popFirst() else { break }
                if next != 0x0D { output.append(next) }
                if next == 0x0D, rest.first == 0x0A { output.append(rest.removeFirst()) }
            } else if byte == 0x0A || byte == 0x0D {
                break
            } else {
                if byte == quote, !isEscapedInside { isQuoted.toggle() }
                output.append(byte)
            }
        }
        return output
    }

    /// Removes a line end at the start.
    private static func dropLineEnd(_ rest: inout ArraySlice<UInt8>) {
        if rest.first == 0x0D { rest.removeFirst() }
        if rest.first == 0x0A { rest.removeFirst() }
    }

    /// Splits at blanks outside quotation marks.
    ///
    /// A backslash escapes a quotation mark, and a doubled one inside others is one.
    private mutating func split(_ command: [UInt8]) {
        var word: [UInt8]?
        var isQuoted = false
        var rest = command[...]
        while let byte = rest.popFirst() {
            switch byte {
            case Self.backslash:
                var count = 1
                while rest.first == Self.backslash {
                    rest.removeFirst()
                    count += 1
                }
                let isBeforeQuote = rest.first == Self.quote
                let literalCount = isBeforeQuote ? count / 2 : count
                word = (word ?? []) + [UInt8](repeating: Self.backslash, count: literalCount)
                if isBeforeQuote, count % 2 == 1 { word?.append(rest.removeFirst()) }
            case Self.quote:
                word = word ?? []
                if isQuoted, rest.first == Self.quote {
                    word?.append(rest.removeFirst())
                } else {
                    isQuoted.toggle()
                }
            case 0x20, 0x09:
                if isQuoted {
                    word = (word ?? []) + [byte]
                } else {
                    if let word { words.append(word) }
                    word = nil
                }
            default: word = (word ?? []) + [byte]
            }
        }
        if let word { words.append(word) }
    }
}
