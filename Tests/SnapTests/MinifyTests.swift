import Snap
import Support
import Testing

struct MinifyTests {
    @Test(
        arguments: [
            (" {} ", "{}", "around the value"),
            ("{ \"a\" : 1 , \"b\" : [ 2 , 3 ] }", "{\"a\":1,\"b\":[2,3]}", "between tokens"),
            ("{\t\"a\"\r\n:\n1}", "{\"a\":1}", "tab, CR and LF"),
            ("[\" a  b \" , 1]", "[\" a  b \",1]", "not inside strings"),
            (#"["\" , " , 1]"#, #"["\" , ",1]"#, "an escaped quote does not end a string"),
            (#"["\\" , 1]"#, #"["\\",1]"#, "an escaped backslash does not escape the quote"),
            (#"["\u0022 , " , 1.50e+1]"#, #"["\u0022 , ",1.50e+1]"#, "escapes and numbers stay"),
            ("\" unterminated ", nil, "an open string goes on to the end"),
            (" \" unterminated ", "\" unterminated ", "the same after a blank"),
            ("\u{B}\u{C}\u{A0} x", "\u{B}\u{C}\u{A0}x", "no other white space"),
            ("\"a\\", nil, "a backslash at the end"),
            (" \"a\\", "\"a\\", "the same after a blank"),
            ("1 \\\" x", "1\\\" x", "a backslash outside a string escapes nothing"),
            ("", nil, "nothing"),
            (" ", "", "only blanks"),
        ] as [(String, String?, String)]
    )
    func `drops blanks outside strings and touches nothing else`(
        text: String,
        expected: String?,
        why: String
    ) {
        #expect(Self.minify(text) == expected, "\(why)")
    }

    @Test func `knows when there is nothing to drop`() throws {
        #expect(Self.minify(String(decoding: NotifyBody().bytes, as: UTF8.self)) == nil)
        #expect(Self.minify(try Fixture.text("dana-callback.json")) == nil)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `of all bytes only four are dropped`(byte: UInt8) {
        let text = [0x31, byte, 0x32]
        let isBlank = [0x20, 0x09, 0x0A, 0x0D].contains(byte)
        let result = minified(text.span)
        #expect(result == (isBlank ? [0x31, 0x32] : nil))
    }

    private static func minify(_ text: String) -> String? {
        minified(Array(text.utf8).span).map { String(decoding: $0, as: UTF8.self) }
    }
}
