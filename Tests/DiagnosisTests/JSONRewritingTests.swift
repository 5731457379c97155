import Testing

@testable import Diagnosis

struct JSONRewritingTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        (#"{"a\/b":"c\/d"}"#, #"{"a/b":"c/d"}"#), (#""\\/""#, #""\\/""#),
        (#""\\\/""#, #""\\/""#), (#"\/"#, #"\/"#), (#""\"#, #""\"#), ("", ""),
    ])
    func `escaped slashes become plain in strings only`(text: String, expected: String) {
        #expect(JSONRewriting.slashes(bytes(text), escaped: false) == bytes(expected))
    }

    @Test(arguments: [
        (#"{"a/b":"c/d"}"#, #"{"a\/b":"c\/d"}"#), (#""\/""#, #""\/""#), ("//", "//"),
        (#""\\/""#, #""\\\/""#),
    ])
    func `plain slashes become escaped in strings only`(text: String, expected: String) {
        #expect(JSONRewriting.slashes(bytes(text), escaped: true) == bytes(expected))
    }

    @Test(arguments: [
        (#""\u00e9\u00E9""#, #""éé""#), (#""\ud83d\ude00x""#, #""😀x""#),
        (#""\ud83dx""#, #""\ud83dx""#), (#""\ude00""#, #""\ude00""#), (#""\u12""#, #""\u12""#),
        (#""\ud83d""#, #""\ud83d""#), (#""\ud83d\u00e9""#, #""\ud83dé""#),
        (#""\u0041\n""#, #""\u0041\n""#), (#"\u00e9"#, #"\u00e9"#), (#""\\u00e9""#, #""\\u00e9""#),
        (#""\ud83d"#, #""\ud83d"#), (#""\u+123""#, #""\u+123""#),
    ])
    func `unicode escapes become characters where there is one`(text: String, expected: String) {
        let result = JSONRewriting.unescaped(bytes(text)) { $0 >= 0x80 }
        #expect(result == bytes(expected))
    }

    @Test(arguments: [
        (#"{"é":"é😀a"}"#, #"{"\u00e9":"\u00e9\ud83d\ude00a"}"#), (#""\u00E9""#, #""\u00e9""#),
        ("é", "é"), (#""\n""#, #""\n""#),
    ])
    func `characters become unicode escapes in strings only`(text: String, expected: String) {
        let result = JSONRewriting.escaped(bytes(text), capitals: false) { $0 >= 0x80 }
        #expect(result == bytes(expected))
    }

    @Test func `bytes that are no UTF-8 stay`() {
        let text: [UInt8] = [0x22, 0xC3, 0x22, 0xE2, 0x80, 0xFF, 0xF0, 0x9F, 0x5C]
        #expect(JSONRewriting.escaped(text, capitals: true) { $0 >= 0x80 } == text)
        #expect(JSONRewriting.unescaped(text) { _ in true } == text)
        #expect(JSONRewriting.slashes(text, escaped: true) == text)
    }
}
