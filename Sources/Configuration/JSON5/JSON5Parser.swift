/// Where and why a text is not JSON5.
package struct JSON5SyntaxError: Error, Equatable, Sendable {
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int
    /// What was found and what was expected.
    package let text: String
}

/// Reads one JSON5 text (json5.org, version 1.0.0).
///
/// `JSONDecoder` reads JSON5 too, but tells no place when it fails and keeps one of two members of
/// the same name without a word; a configuration file needs better.
package struct JSON5Parser {
    /// Deeper nesting is refused; no configuration needs it.
    package static let depthMax = 16

    private var cursor: JSON5Cursor
    private var depth = 0

    private init(_ text: String) { cursor = JSON5Cursor(text) }

    /// The one value that `text` holds; comments and white space may surround it.
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

    private mutating func nested(
        _ read: (inout JSON5Parser) throws(JSON5SyntaxError) -> JSON5Value
    ) throws(JSON5SyntaxError) -> JSON5Value {
        guard depth < Self.depthMax else {
            throw cursor.error("nested too deeply, at most \(Self.depthMax) levels are expected")
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
            if cursor.take("}") { return .object(members) }
            let start = cursor
            let name = try cursor.name()
            guard !members.contains(where: { $0.name == name }) else {
                throw start.error("\(JSON5Value.literal(name)) stands twice, once is expected")
            }
            try cursor.skipBlanks()
            guard cursor.take(":") else { throw cursor.unexpected("\":\"") }
            try cursor.skipBlanks()
            members.append(JSON5Member(name, try value()))
            try cursor.skipBlanks()
            if cursor.take(",") { continue }
            guard cursor.next == "}" else { throw cursor.unexpected("\",\" or \"}\"") }
        }
    }

    private mutating func array() throws(JSON5SyntaxError) -> JSON5Value {
        var elements: [JSON5Value] = []
        cursor.advance()
        while true {
            try cursor.skipBlanks()
            if cursor.take("]") { return .array(elements) }
            elements.append(try value())
            try cursor.skipBlanks()
            if cursor.take(",") { continue }
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
