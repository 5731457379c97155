import Testing

struct CodeTextTests {
    private static let samples: [(source: String, code: String, reason: String)] = [
        ("let a = 1", "let a = 1", "code"),
        ("a // b", "a     ", "a comment"),
        ("/// b\nc", "     \nc", "a comment ends with its line"),
        ("\"a\" + b", "\" \" + b", "a literal"),
        ("\"a // b\" + c", "\"      \" + c", "no comment begins in a literal"),
        (#""a\"b" + c"#, #""    " + c"#, "an escaped quotation mark"),
        (#""a\\" + c"#, #""   " + c"#, "an escaped backslash"),
        (#""a\(b)c""#, #"" \(b) ""#, "an interpolation is code"),
        (#""\(b("c)"))d""#, #""\(b("  ")) ""#, "a literal inside of it"),
        ("#\"a\"b\"# + c", "#\"   \"# + c", "a raw literal"),
        ("##\"\\(a)\\##(b)\"##", "##\"    \\##(b)\"##", "a raw interpolation"),
        ("\"\"\"\na \"b\"\n\"\"\" + c", "\"\"\"\n     \n\"\"\" + c", "a literal of several lines"),
        ("#if A\nb", "#if A\nb", "a number sign alone"),
    ]

    @Test func `comments and literals are blanked out in place`() {
        for (source, code, reason) in Self.samples {
            #expect(CodeText.code(of: source) == code, "\(reason)")
        }
    }

    @Test func `comments and literals stand apart, each in its place`() {
        let parts = CodeText.parts(of: "a(\"b \\(c) // d\") // e \"f\"\n/// g")
        #expect(parts.code == "a(\"  \\(c)     \")         \n     ")
        #expect(parts.comments == "                 // e \"f\"\n/// g")
        #expect(parts.literals == "   b      // d           \n     ")
    }
}
