/// A position in a JSON5 text, with the lexical grammar (https://spec.json5.org).
struct JSON5Cursor {
    private let scalars: [Unicode.Scalar]
    private var offset = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The scalar at the position; nil at the end of the text.
    var next: Unicode.Scalar? { scalar(0) }

    private func scalar(_ ahead: Int) -> Unicode.Scalar? {
        offset + ahead < scalars.count ? scalars[offset + ahead] : nil
    }

    mutating func advance() { offset += 1 }

    mutating func consume(_ expected: Unicode.Scalar) -> Bool {
        guard next == expected else { return false }
        advance()
        return true
    }

    /// Skips white space and comments.
    mutating func skipBlanks() throws(JSON5SyntaxError) {
        while let scalar = next {
            if scalar == "/" {
                try skipComment()
            } else if scalar.isBlank {
                advance()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(JSON5SyntaxError) {
        switch scalar(1) {
        case "/":
            while let scalar = next, !scalar.endsLine { advance() }
        case "*":
            let start = self
            offset += 2
            while !(next == "*" && scalar(1) == "/") {
                guard next != nil else {
                    throw start.error("unterminated comment, expected \"*/\"")
                }
                advance()
            }
            offset += 2
        default: throw unexpected("a comment or a value")
        }
    }

    /// Reads the name of a member: an identifier or a string.
    mutating func name() throws(JSON5SyntaxError) -> String {
        if next == "\"" || next == "'" { return try string() }
        let name = word()
        guard !name.isEmpty else { throw unexpected("a key or \"}\"") }
        return name
    }

    /// Reads an identifier: letters, digits, `_` and `$`, not beginning with a digit.
    ///
    /// - Returns: an empty text if no identifier begins at the position.
    mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = next, scalar.isIdentifierPart, !word.isEmpty || !scalar.isDigit {
            word.append(scalar)
            advance()
        }
        return String(word)
    }

    /// Reads the literal of a number, without its value.
    mutating func number() throws(JSON5SyntaxError) -> String {
        let start = self
        var literal = ""
        if let sign = next, sign == "+" || sign == "-" {
            literal.unicodeScalars.append(sign)
            advance()
        }
        while let scalar = next, scalar.isIdentifierPart || scalar == "." || isExponentSign(scalar)
        {
            literal.unicodeScalars.append(scalar)
            advance()
        }
        guard Self.isNumber(literal) else { throw start.unexpected("a number") }
        return literal
    }

    private func isExponentSign(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar == "+" || scalar == "-", offset > 0 else { return false }
        return scalars[offset - 1] == "e" || scalars[offset - 1] == "E"
    }

    /// Whether a literal is a number of JSON5: decimal, hexadecimal, `Infinity` or `NaN`.
    private static func isNumber(_ literal: String) -> Bool {
        let digits = literal.drop { $0 == "+" || $0 == "-" }
        if digits == "Infinity" || digits == "NaN" { return true }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            return digits.count > 2 && digits.dropFirst(2).allSatisfy(\.isHexDigit)
        }
        // JSON5 has no octal numbers and allows no leading zero.
        if digits.first == "0", let second = digits.dropFirst().first, second.isNumber {
            return false
        }
        // `Double` checks that there is one decimal point and a valid exponent; its other forms,
        // such as `0x1p3` and `inf`, are excluded here.
        let isPlain = digits.utf8.allSatisfy {
            (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0)
        }
        return isPlain && digits.utf8.contains { (0x30...0x39).contains($0) }
            && Double(literal) != nil
    }

    /// Reads a string in single or double quotes, and resolves its escapes.
    mutating func string() throws(JSON5SyntaxError) -> String {
        let start = self
        let quote = next
        advance()
        var text = String.UnicodeScalarView()
        while let scalar = next {
            if scalar == quote {
                advance()
                return String(text)
            }
            if scalar == "\\" {
                try appendEscape(to: &text)
            } else if scalar == "\n" || scalar == "\r" {
                break
            } else {
                text.append(scalar)
                advance()
            }
        }
        throw start.error("unterminated string, expected a closing quote")
    }

    /// Reads an escape sequence and appends the scalar that it denotes.
    private mutating func appendEscape(
        to text: inout String.UnicodeScalarView
    ) throws(JSON5SyntaxError) {
        let start = self
        advance()
        guard let scalar = next else { throw start.unexpected("an escape") }
        advance()
        switch scalar {
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "r": text.append("\r")
        case "b": text.append("\u{8}")
        case "f": text.append("\u{C}")
        case "v": text.append("\u{B}")
        case "0": text.append("\0")
        case "x": text.append(try escaped(digits: 2, from: start))
        case "u": text.append(try escapedUTF16(from: start))
        case "1"..."9": throw start.unexpected("an escape")
        case "\r": _ = consume("\n")  // A line continuation adds nothing to the text.
        default: if !scalar.endsLine { text.append(scalar) }
        }
    }

    /// Reads the digits of `\u`, and of a second `\u` if the first is a high surrogate.
    private mutating func escapedUTF16(
        from start: JSON5Cursor
    ) throws(JSON5SyntaxError) -> Unicode.Scalar {
        let high = try hexadecimal(digits: 4, from: start)
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, consume("\\"), consume("u") else {
            throw start.error("incomplete surrogate pair, expected both halves")
        }
        let low = try hexadecimal(digits: 4, from: start)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw start.error("incomplete surrogate pair, expected both halves") }
        return scalar
    }

    private mutating func escaped(
        digits: Int,
        from start: JSON5Cursor
    ) throws(JSON5SyntaxError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(try hexadecimal(digits: digits, from: start)) else {
            throw start.unexpected("an escape")
        }
        return scalar
    }

    private mutating func hexadecimal(
        digits: Int,
        from start: JSON5Cursor
    ) throws(JSON5SyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = next?.hexadecimalValue else {
                throw start.error("invalid escape, expected \(digits) hexadecimal digits")
            }
            value = value << 4 | digit
            advance()
        }
        return value
    }
}

extension JSON5Cursor {
    /// An error at the position, with its line and column.
    func error(_ text: String) -> JSON5SyntaxError {
        let before = scalars[..<min(offset, scalars.count)]
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return JSON5SyntaxError(
            line: 1 + before.count { $0 == "\n" },
            column: 1 + before.count - lineStart,
            text: text
        )
    }

    /// An error that names the scalar at the position and what was expected instead.
    func unexpected(_ expected: String) -> JSON5SyntaxError {
        guard let next else { return error("the text ends, expected \(expected)") }
        return error("found \(JSON5Value.literal(String(next))), expected \(expected)")
    }
}

extension Unicode.Scalar {
    fileprivate var endsLine: Bool { ["\n", "\r", "\u{2028}", "\u{2029}"].contains(self) }

    fileprivate var isBlank: Bool {
        self == "\u{FEFF}" || properties.isWhitespace
    }

    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

    fileprivate var isIdentifierPart: Bool {
        self == "$" || self == "_" || properties.isAlphabetic || properties.numericType == .decimal
    }

    fileprivate var hexadecimalValue: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
