import Testing
import Text

@testable import JSON5

struct JSON5ParserTests {
    @Test(arguments: [
        ("null", JSON5Value.null, "a bare value"),
        (" true // so", .boolean(true), "a comment at the very end"),
        ("/* a\n * b **/ false", .boolean(false), "a comment with stars"),
        ("'it\\'s'", .string("it's"), "single quotes"),
        ("\"a\\\nb\"", .string("ab"), "a continued line"),
        ("\"a\\\r\nb\"", .string("ab"), "a continued line with a carriage return"),
        ("'\\x41\\u0042\\v\\0\\q'", .string("AB\u{B}\0q"), "escapes"),
        ("'\\uD83D\\uDE00'", .string("\u{1F600}"), "a surrogate pair"),
        ("[1,2,]", .array([.number("1"), .number("2")]), "a trailing comma"),
        ("[]", .array([]), "an empty array"),
        ("{}", .object([]), "an empty object"),
        (
            "{a:1,'b c':2,}", .object([.init("a", .number("1")), .init("b c", .number("2"))]),
            "names"
        ),
        ("{$_é1:null}", .object([.init("$_é1", .null)]), "an identifier"),
        ("\u{FEFF}\u{A0}-Infinity", .number("-Infinity"), "a byte order mark and an odd blank"),
        ("{Infinity:NaN}", .object([.init("Infinity", .number("NaN"))]), "words as a name"),
    ])
    func `reads what JSON5 allows`(_ text: String, _ value: JSON5Value, _ reason: String) throws {
        #expect(try JSON5Parser.parse(text) == value, "\(reason)")
    }

    @Test(arguments: [
        ("1", 1), ("+1", 1), ("-0x1F", -31), ("0X10", 16), ("1e3", 1000), ("5.", 5), ("50e-1", 5),
        ("0", 0), ("-0", 0), ("9223372036854775807", .max), (".0", 0),
    ])
    func `whole numbers are whole however they are written`(_ text: String, _ number: Int) throws {
        #expect(try JSON5Parser.parse(text).integer == number)
    }

    @Test(arguments: [
        "1.5", "9223372036854775808", "1e400", "Infinity", "NaN", "'1'", "0x8000000000000000",
    ])
    func `other values are no whole numbers`(_ text: String) throws {
        #expect(try JSON5Parser.parse(text).integer == nil)
    }

    @Test(arguments: [
        ("", 1, 1, "the text ends, expected a value"),
        ("{\n  a: 1\n  b: 2\n}", 3, 3, "found \"b\", expected \",\" or \"}\""),
        ("{a 1}", 1, 4, "found \"1\", expected \":\""),
        ("[1 2]", 1, 4, "found \"2\", expected \",\" or \"]\""),
        ("{,}", 1, 2, "found \",\", expected a key or \"}\""),
        ("{a: nul}", 1, 5, "found \"n\", expected a value"),
        ("{a: 01}", 1, 5, "found \"0\", expected a number"),
        ("0x", 1, 1, "found \"0\", expected a number"),
        ("1e", 1, 1, "found \"1\", expected a number"),
        ("- 1", 1, 1, "found \"-\", expected a number"),
        ("1.2.3", 1, 1, "found \"1\", expected a number"),
        ("{a: 'x\n'}", 1, 5, "unterminated string, expected a closing quote"),
        ("'\\u12'", 1, 2, "invalid escape, expected 4 hexadecimal digits"),
        ("'\\uD800x'", 1, 2, "incomplete surrogate pair, expected both halves"),
        ("'\\uDC00'", 1, 2, "incomplete surrogate pair, expected both halves"),
        ("'\\1'", 1, 2, "found \"\\\\\", expected an escape"),
        ("{a: 1,\n a: 2}", 2, 2, "\"a\" occurs twice, expected once"),
        ("\n/* x", 2, 1, "unterminated comment, expected \"*/\""),
        ("/x", 1, 1, "found \"/\", expected a comment or a value"),
        ("1 x", 1, 3, "found \"x\", expected the end"),
        ("{a: \u{1}}", 1, 5, "found \"\\u0001\", expected a value"),
    ])
    func `a syntax error names its place`(
        _ text: String,
        _ line: Int,
        _ column: Int,
        _ reason: String
    ) {
        let error = #expect(throws: JSON5SyntaxError.self) { try JSON5Parser.parse(text) }
        #expect(error == JSON5SyntaxError(line: line, column: column, text: reason))
    }

    @Test(arguments: [(15, true), (16, true), (17, false)])
    func `nesting has a bound`(_ depth: Int, _ isAllowed: Bool) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let isParsed = (try? JSON5Parser.parse(text)) != nil
        #expect(isParsed == isAllowed)
    }

    @Test func `no proper prefix of a text is one, and none stops the program`() throws {
        let whole = """
            // A comment.
            { /* another */ 'a': [+1, -.5e+1, 0xF, Infinity,], "b\\
            c": { d: "\\x41\\uD83D\\uDE00\\n", }, $é: null, _: true }
            """
        _ = try JSON5Parser.parse(whole)
        let scalars = Array(whole.unicodeScalars)
        for count in scalars.indices {
            let prefix = String(String.UnicodeScalarView(scalars[..<count]))
            #expect(throws: JSON5SyntaxError.self, "\(count)") { try JSON5Parser.parse(prefix) }
        }
    }

    @Test func `no character in any place stops the program`() {
        for value in 0...0x17F as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for start in ["{a:", "{", "'\\", "-", "[1", ""] {
                // The brace at the end makes each of them wrong, whatever comes before it.
                #expect(throws: JSON5SyntaxError.self, "\(start) \(value)") {
                    try JSON5Parser.parse("\(start)\(scalar){")
                }
            }
        }
    }

    @Test func `a printed literal reads back as the same text`() throws {
        let text = "a\"b\\c\n\r\t\u{7}\u{2028}é\u{202E}\u{1F600}\u{E0001}"
        let literal = JSON5Value.literal(text)
        #expect(try JSON5Parser.parse(literal) == .string(text))
        #expect(literal.unicodeScalars.allSatisfy { $0.isPrintable })
    }
}
