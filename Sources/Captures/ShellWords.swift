/// Splits one shell command into words, by the rules of a POSIX shell with `$'…'`; nothing is
/// expanded.
///
/// Commands copied from web pages have typical faults: typographic quotation marks, an unclosed
/// quote, or a backslash without a blank before it. They are repaired, with a note for each.
struct ShellWords {
    private(set) var words: [[UInt8]] = []
    private(set) var notes: [String] = []

    private let text: [UInt8]
    private let firstLine: Int
    private var index = 0
    /// The word being read; nil between words.
    private var word: [UInt8]?

    /// Reads up to the first line end that is neither quoted nor escaped, or to `;`, `|` or `&`.
    ///
    /// - Parameter firstLine: the number of the line in which `text` begins.
    /// - Throws: ``CaptureError`` for a quote that is never closed.
    init(_ text: ArraySlice<UInt8>, firstLine: Int) throws(CaptureError) {
        self.text = Array(text)
        self.firstLine = firstLine
        while index < self.text.count, try readNext() {}
        finishWord()
    }

    /// Reads one quoted part, escape or byte.
    ///
    /// - Returns: false at the end of the command.
    private mutating func readNext() throws(CaptureError) -> Bool {
        let byte = text[index]
        switch byte {
        case 0x20, 0x09:
            finishWord()
            index += 1
        case 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"):
            return false
        case UInt8(ascii: "\\"): readBackslash()
        case UInt8(ascii: "'"): try readQuoted(from: index + 1)
        case UInt8(ascii: "\""): try readDoubleQuoted()
        case UInt8(ascii: "$") where peek(1) == UInt8(ascii: "'"): try readANSI()
        default:
            if word == nil, let quote = typographicQuote() {
                try readTypographic(quote)
            } else {
                append([byte])
                index += 1
            }
        }
        return true
    }

    private func peek(_ offset: Int) -> UInt8? {
        index + offset < text.count ? text[index + offset] : nil
    }

    private mutating func append(_ bytes: some Sequence<UInt8>) { word = (word ?? []) + bytes }

    private mutating func finishWord() {
        if let word { words.append(word) }
        word = nil
    }

    private var line: Int { lineNumber(of: index) }

    private func lineNumber(of index: Int) -> Int {
        text[..<min(index, text.count)].count { $0 == 0x0A } + firstLine
    }

    /// The length of the line end at `index`: 1 for LF, 2 for CR LF; nil if there is none.
    private func lineEnd(at index: Int) -> Int? {
        guard index < text.count else { return nil }
        if text[index] == 0x0A { return 1 }
        return text[index] == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A ? 2 : nil
    }

    /// Reads a backslash outside quotes: it escapes the next byte, or continues the command on the
    /// next line.
    private mutating func readBackslash() {
        if let count = lineEnd(at: index + 1) {
            if word != nil, text[min(index + 1 + count, text.count)...].first == UInt8(ascii: "-") {
                notes.append(
                    "Line \(line) ends in a backslash without a blank before it, which would join "
                        + "two words: they were separated."
                )
                finishWord()
            }
            index += 1 + count
        } else {
            // At the end of the text it is an ordinary character.
            append([peek(1) ?? UInt8(ascii: "\\")])
            index += 2
        }
    }

    // MARK: Quotes

    /// Reads '…', or up to the place where a forgotten closing quote belongs.
    private mutating func readQuoted(from start: Int) throws(CaptureError) {
        let opened = index
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "'") {
            if let wordEnd = forgottenQuote(at: end, from: start) {
                notes.append(
                    "The quote that opens in line \(lineNumber(of: opened)) is not closed there: "
                        + "it was read up to the end of the line."
                )
                append(text[start..<wordEnd])
                finishWord()
                index = end
                return
            }
            end += 1
        }
        guard end < text.count else { throw unclosed("'", opened) }
        append(text[start..<end])
        index = end + 1
    }

    /// The end of a quoted text whose closing quote was forgotten; nil if `index` gives no sign of
    /// that.
    ///
    /// The sign is a backslash at the end of a line, followed by an option on the next line.
    private func forgottenQuote(at index: Int, from start: Int) -> Int? {
        guard text[index] == UInt8(ascii: "\\"), let count = lineEnd(at: index + 1) else {
            return nil
        }
        let next = text[(index + 1 + count)...].drop { $0 == 0x20 || $0 == 0x09 }
        let isOption = next.starts(with: Array("-H".utf8)) || next.starts(with: Array("--".utf8))
        guard isOption || next.starts(with: Array("-d".utf8)) else { return nil }
        var end = index
        while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
        return end
    }

    /// Reads "…", in which a backslash escapes only `$`, a backquote, `"`, a backslash and a line
    /// end.
    private mutating func readDoubleQuoted() throws(CaptureError) {
        let opened = index
        append([])
        index += 1
        while let byte = peek(0), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\"), let next = peek(1) {
                if let count = lineEnd(at: index + 1) {
                    index += 1 + count
                    continue
                }
                let isEscape = Array("$`\"\\".utf8).contains(next)
                append(isEscape ? [next] : [byte, next])
                index += 2
            } else {
                append([byte])
                index += 1
            }
        }
        guard index < text.count else { throw unclosed("\"", opened) }
        index += 1
    }

    /// Reads `$'…'` with the escapes of C.
    private mutating func readANSI() throws(CaptureError) {
        let opened = index
        append([])
        index += 2
        while let byte = peek(0), byte != UInt8(ascii: "'") {
            if byte == UInt8(ascii: "\\"), index + 1 < text.count {
                let (bytes, count) = ShellEscape.read(text[(index + 1)...])
                append(bytes)
                index += 1 + count
            } else {
                append([byte])
                index += 1
            }
        }
        guard index < text.count else { throw unclosed("$'", opened) }
        index += 1
    }

    /// The closing mark for a typographic quotation mark at `index`; nil if there is none.
    private func typographicQuote() -> [UInt8]? {
        guard text[index...].starts(with: [0xE2, 0x80]), let last = peek(2) else { return nil }
        switch last {
        case 0x98, 0x99: return [0xE2, 0x80, 0x99]
        case 0x9C, 0x9D: return [0xE2, 0x80, 0x9D]
        default: return nil
        }
    }

    /// Reads a text in typographic quotation marks, as if they were quotes.
    private mutating func readTypographic(_ close: [UInt8]) throws(CaptureError) {
        let opened = index
        notes.append("The typographic quotation marks in line \(line) were read as quotes.")
        let rest = text[(index + 3)...]
        guard let end = rest.firstRange(of: close) else {
            throw unclosed(String(decoding: text[index..<(index + 3)], as: UTF8.self), opened)
        }
        append(rest[..<end.lowerBound])
        index = end.upperBound
    }

    private func unclosed(_ quote: String, _ opened: Int) -> CaptureError {
        CaptureError("the \(quote) that opens in line \(lineNumber(of: opened)) is never closed")
    }
}

/// The escapes of `$'…'`.
private enum ShellEscape {
    /// The bytes of the escape after a backslash, and the number of bytes that it occupies.
    static func read(_ text: ArraySlice<UInt8>) -> (bytes: [UInt8], count: Int) {
        guard let letter = text.first else { return ([], 0) }
        switch letter {
        case UInt8(ascii: "n"): return ([0x0A], 1)
        case UInt8(ascii: "r"): return ([0x0D], 1)
        case UInt8(ascii: "t"): return ([0x09], 1)
        case UInt8(ascii: "a"): return ([0x07], 1)
        case UInt8(ascii: "b"): return ([0x08], 1)
        case UInt8(ascii: "f"): return ([0x0C], 1)
        case UInt8(ascii: "v"): return ([0x0B], 1)
        case UInt8(ascii: "e"): return ([0x1B], 1)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "?"):
            return ([letter], 1)
        case UInt8(ascii: "x"): return number(text.dropFirst(), digits: 2, radix: 16, letter)
        case UInt8(ascii: "u"): return scalar(text.dropFirst(), digits: 4, letter)
        case UInt8(ascii: "U"): return scalar(text.dropFirst(), digits: 8, letter)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            let (bytes, count) = number(text, digits: 3, radix: 8, letter)
            return (bytes, count - 1)
        default: return ([UInt8(ascii: "\\"), letter], 1)
        }
    }

    /// The number formed by the leading digits of `text`, and the count of digits.
    private static func digits(_ text: ArraySlice<UInt8>, _ max: Int, radix: Int) -> (UInt32, Int) {
        let digits = text.prefix(max).prefix { byte in
            Character(Unicode.Scalar(byte)).hexDigitValue.map { $0 < radix } ?? false
        }
        return (UInt32(String(decoding: digits, as: UTF8.self), radix: radix) ?? 0, digits.count)
    }

    /// A byte given by its number: `\xHH` or `\NNN`.
    private static func number(
        _ text: ArraySlice<UInt8>,
        digits max: Int,
        radix: Int,
        _ letter: UInt8
    ) -> (bytes: [UInt8], count: Int) {
        let (value, count) = digits(text, max, radix: radix)
        if count == 0 { return ([UInt8(ascii: "\\"), letter], 1) }
        return ([UInt8(truncatingIfNeeded: value)], count + 1)
    }

    /// A Unicode scalar given by its number, as UTF-8: `\uXXXX` or `\UXXXXXXXX`.
    private static func scalar(
        _ text: ArraySlice<UInt8>,
        digits max: Int,
        _ letter: UInt8
    ) -> (bytes: [UInt8], count: Int) {
        let (value, count) = digits(text, max, radix: 16)
        guard count > 0, let scalar = Unicode.Scalar(value) else {
            return ([UInt8(ascii: "\\"), letter], 1)
        }
        return (Array(String(Character(scalar)).utf8), count + 1)
    }
}
