/// The position and the reason of a syntax error in a JSON5 text.
package struct JSON5SyntaxError: Error, Equatable, Sendable {
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int
    /// The text that was found, and what was expected instead.
    package let text: String
}

/// Parses a JSON5 text (https://spec.json5.org, version 1.0.0).
///
/// `JSONDecoder` also reads JSON5, but its errors have no position, and of two members with the
/// same name it silently keeps one (article Decisions).
package struct JSON5Parser {
    /// The maximum nesting; it bounds the recursion of the parser.
    package static let depthMax = 16

    private var cursor: JSON5Cursor
    private var depth = 0

    private init(_ text: String) { cursor = JSON5Cursor(text) }

    /// Parses a text that consists of one value, optionally surrounded by comments and white space.
    package static func parse(_ text: String) throws(JSON5SyntaxError) -> JSON5Value {
        var parser = JSON5Parser(text)
        try parser.cursor.skipBlanks()
        let value = try parser.value()
        try parser.cursor.skipBlanks()
        guard parser.cursor.next == nil else { throw parser.cursor.unexpected("the end") }
        return value
    }

    private mutating func value() throws(JSON5SyntaxError) -> JSON5Value {
        guard let next = cursor.next else { throw cursor.unexpected("a value") }
        switch next {
        case "{": return try nested { parser throws(JSON5SyntaxError) in try parser.object() }
        case "[": return try nested { parser throws(JSON5SyntaxError) in try parser.array() }
        case "\"", "'": return .string(try cursor.string())
        case "+", "-", ".", "0"..."9": return .number(try cursor.number())
        default: return try word()
        }
    }

    /// Runs `read` one level deeper; fails at the maximum nesting.
    private mutating func nested(
        _ read: (inout JSON5Parser) throws(JSON5SyntaxError) -> JSON5Value
    ) throws(JSON5SyntaxError) -> JSON5Value {
        guard depth < Self.depthMax else {
            throw cursor.error("nested too deeply, expected at most \(Self.depthMax) levels")
        }
        depth += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSON5SyntaxError) -> JSON5Value {
        var members: [JSON5Member] = []
        cursor.advance()
        while true {
            try cursor.skipBlanks()
            if cursor.consume("}") { return .object(members) }
            let start = cursor
            let name = try cursor.name()
            guard !members.contains(where: { $0.name == name }) else {
                throw start.error("\(JSON5Value.literal(name)) occurs twice, expected once")
            }
            try cursor.skipBlanks()
            guard cursor.consume(":") else { throw cursor.unexpected("\":\"") }
            try cursor.skipBlanks()
            members.append(JSON5Member(name, try value()))
            try cursor.skipBlanks()
            if cursor.consume(",") { continue }
            guard cursor.next == "}" else { throw cursor.unexpected("\",\" or \"}\"") }
        }
    }

    private mutating func array() throws(JSON5SyntaxError) -> JSON5Value {
        var elements: [JSON5Value] = []
        cursor.advance()
        while true {
            try cursor.skipBlanks()
            if cursor.consume("]") { return .array(elements) }
            elements.append(try value())
            try cursor.skipBlanks()
            if cursor.consume(",") { continue }
            guard cursor.next == "]" else { throw cursor.unexpected("\",\" or \"]\"") }
        }
    }

    private mutating func word() throws(JSON5SyntaxError) -> JSON5Value {
        let start = cursor
        switch cursor.word() {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "Infinity": return .number("Infinity")
        case "NaN": return .number("NaN")
        default: throw start.unexpected("a value")
        }
    }
}
