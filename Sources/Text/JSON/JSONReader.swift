/// Parses one JSON text strictly (RFC 8259) into flat tokens, in one pass.
///
/// Where the RFC leaves a choice, the reader is strict: member names must differ (section 4),
/// surrogates must be paired (section 8.2), and a byte order mark is rejected (section 8.1).
///
/// The bytes are a parameter of every method, always the same ones, because a stored property
/// cannot borrow them.
struct JSONReader {
    private(set) var tokens: [JSONToken] = []
    private var position = 0
    private var depth = 0
    private let nestingMax: Int

    /// `nestingMax` counts nested objects and arrays, including the outermost.
    init(nestingMax: Int) { self.nestingMax = nestingMax }

    /// Parses the whole text; must be called once.
    mutating func read(_ bytes: Span<UInt8>) throws(JSONError) {
        guard bytes.count <= JSONToken.bytesMax else { throw JSONError(reason: .size, offset: 0) }
        // A callback has about one token for each 25 bytes; the array grows if a text has more.
        tokens.reserveCapacity(min(bytes.count / 16, 4096) + 4)
        skipBlanks(bytes)
        try readValue(bytes)
        skipBlanks(bytes)
        guard position == bytes.count else { throw error(.trailingBytes) }
    }

    private mutating func readValue(_ bytes: Span<UInt8>) throws(JSONError) {
        switch try peek(bytes) {
        case UInt8(ascii: "{"): try readObject(bytes)
        case UInt8(ascii: "["): try readArray(bytes)
        case UInt8(ascii: "\""): try readString(bytes)
        case UInt8(ascii: "t"): try readWord(bytes, "true", .true)
        case UInt8(ascii: "f"): try readWord(bytes, "false", .false)
        case UInt8(ascii: "n"): try readWord(bytes, "null", .null)
        default: try readNumber(bytes)
        }
    }

    private mutating func readObject(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = try open(.object)
        skipBlanks(bytes)
        if try peek(bytes) == UInt8(ascii: "}") { return close(start) }
        while true {
            guard try peek(bytes) == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            try readString(bytes)
            skipBlanks(bytes)
            guard try peek(bytes) == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
            position += 1
            skipBlanks(bytes)
            try readValue(bytes)
            skipBlanks(bytes)
            let byte = try peek(bytes)
            if byte == UInt8(ascii: "}") { break }
            guard byte == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
            position += 1
            skipBlanks(bytes)
        }
        close(start)
        if let offset = JSONNames.repetition(in: start, of: tokens, bytes) {
            throw JSONError(reason: .repeatedName, offset: offset)
        }
    }

    private mutating func readArray(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = try open(.array)
        skipBlanks(bytes)
        if try peek(bytes) == UInt8(ascii: "]") { return close(start) }
        while true {
            try readValue(bytes)
            skipBlanks(bytes)
            let byte = try peek(bytes)
            if byte == UInt8(ascii: "]") { return close(start) }
            guard byte == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
            position += 1
            skipBlanks(bytes)
        }
    }

    /// Enters an object or array at its opening bracket; returns the index of its token.
    private mutating func open(_ kind: JSONKind) throws(JSONError) -> Int {
        guard depth < nestingMax else { throw error(.nesting) }
        depth += 1
        tokens.append(JSONToken(kind, position, position, next: 0))
        position += 1
        return tokens.count - 1
    }

    /// Leaves it at its closing bracket.
    private mutating func close(_ index: Int) {
        depth -= 1
        position += 1
        let token = tokens[index]
        tokens[index] =
            JSONToken(token.kind, token.range.lowerBound, position, next: tokens.count)
    }

    private mutating func readString(_ bytes: Span<UInt8>) throws(JSONError) {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            position = Self.endOfPlainText(bytes, from: position)
            switch try peek(bytes) {
            case UInt8(ascii: "\""):
                append(.string, start, hasEscapes: hasEscapes)
                position += 1
                return
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += try JSONEscape.length(at: position, in: bytes)
            case 0x80...:
                let length = UTF8Sequence.length(at: position, in: bytes)
                guard length > 0 else { throw error(.encoding) }
                position += length
            default: throw error(.control)
            }
        }
    }

    /// The first byte from `start` on that is not ASCII text which stands for itself in a string.
    private static func endOfPlainText(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""),
                byte != UInt8(ascii: "\\")
            else { break }
            index += 1
        }
        return index
    }

    private mutating func readWord(
        _ bytes: Span<UInt8>,
        _ word: String,
        _ kind: JSONKind
    ) throws(JSONError) {
        let start = position
        for byte in word.utf8 {
            guard try peek(bytes) == byte else { throw error(.unexpectedByte) }
            position += 1
        }
        append(kind, start)
    }

    /// RFC 8259 section 6: `[ minus ] int [ frac ] [ exp ]`.
    private mutating func readNumber(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let digits = skipDigits(bytes)
        guard digits > 0 else {
            throw error(position == start ? .unexpectedByte : .number)
        }
        guard digits == 1 || bytes[position - digits] != UInt8(ascii: "0") else {
            throw JSONError(reason: .number, offset: position - digits)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard skipDigits(bytes) > 0 else { throw error(.number) }
        }
        // Setting bit 5 makes a letter lowercase.
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let isSigned =
                position < bytes.count
                && (bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-"))
            if isSigned { position += 1 }
            guard skipDigits(bytes) > 0 else { throw error(.number) }
        }
        append(.number, start)
    }

    private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while position < bytes.count, isJSONBlank(bytes[position]) { position += 1 }
    }

    private mutating func append(_ kind: JSONKind, _ start: Int, hasEscapes: Bool = false) {
        let next = tokens.count + 1
        tokens.append(JSONToken(kind, start, position, next: next, hasEscapes: hasEscapes))
    }

    private func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw error(.endOfText) }
        return bytes[position]
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: position)
    }
}

/// Whether a byte is white space in JSON (RFC 8259 section 2): space, tab, line feed, carriage
/// return.
@inlinable
package func isJSONBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}

/// UTF-8 sequences of more than one byte.
enum UTF8Sequence {
    /// The length of the sequence that starts at `position`; 0 when it is malformed.
    ///
    /// RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
    static func length(at position: Int, in bytes: Span<UInt8>) -> Int {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[position] {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: return 0
        }
        guard position + length <= bytes.count else { return 0 }
        guard second.contains(bytes[position + 1]) else { return 0 }
        for index in position + 2..<position + max(length, 2) {
            guard bytes[index] & 0xC0 == 0x80 else { return 0 }
        }
        return length
    }
}
