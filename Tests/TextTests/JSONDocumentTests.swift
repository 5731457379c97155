import Snap
import Text
import Support
import Testing

struct JSONDocumentTests {
    @Test(arguments: [
        "{}", "[]", "0", "-0", "\"\"", "true", "false", "null", " \t\r\n1 \t\r\n",
        "[1,2]", "{\"a\":1,\"b\":{\"c\":[]}}", "{\"\":0}", "{\"a\":1,\"A\":2}",
        "0.0", "10", "1.5", "1e5", "1E+5", "1e-5", "-1.25E10", "0e0",
        "123456789012345678901234567890",
        "\"é€𐍈\"", "\"\\u00e9\\uD834\\uDD1E\"", #""\"\\\/\b\f\n\r\t""#, "\"\u{7F}\u{2028}\"",
        "\"\\u0000\"",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    ])
    func `reads what RFC 8259 allows`(text: String) {
        #expect(throws: Never.self) { try JSONDocument(Array(text.utf8)) }
    }

    static let refused: [(text: String, reason: JSONError.Reason, offset: Int)] = [
        ("", .endOfText, 0), (" ", .endOfText, 1), ("{", .endOfText, 1), ("[", .endOfText, 1),
        ("{\"a\"", .endOfText, 4), ("{\"a\":", .endOfText, 5), ("{\"a\":1", .endOfText, 6),
        ("[1", .endOfText, 2), ("\"", .endOfText, 1), ("\"a", .endOfText, 2),
        ("\"\\", .endOfText, 2),
        ("tru", .endOfText, 3), ("[1,", .endOfText, 3), ("{\"a\":1,", .endOfText, 7),
        ("x", .unexpectedByte, 0), ("truE", .unexpectedByte, 3), ("True", .unexpectedByte, 0),
        ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
        (".5", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("[1 2]", .unexpectedByte, 3),
        ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1),
        ("{\"a\" 1}", .unexpectedByte, 5),
        ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7),
        ("[,1]", .unexpectedByte, 1),
        ("{,}", .unexpectedByte, 1), ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6),
        ("/**/1", .unexpectedByte, 0), ("[\u{B}1]", .unexpectedByte, 1),
        ("\u{FEFF}{}", .unexpectedByte, 0), ("“a”", .unexpectedByte, 0),
        ("{\"a\":“b”}", .unexpectedByte, 5), ("[\"a”]", .endOfText, 7), ("{]", .unexpectedByte, 1),
        ("1 2", .trailingBytes, 2), ("{}{}", .trailingBytes, 2), ("1//", .trailingBytes, 1),
        ("[]]", .trailingBytes, 2), ("{}\0", .trailingBytes, 2), ("0x1", .trailingBytes, 1),
        ("01", .number, 0), ("-01", .number, 1), ("00", .number, 0), ("-", .number, 1),
        ("1.", .number, 2), ("1.e5", .number, 2), ("1e", .number, 2), ("1e+", .number, 3),
        ("--1", .number, 1), ("-a", .number, 1), ("1.5.5", .trailingBytes, 3),
        ("\"\u{1}\"", .control, 1), ("\"\n\"", .control, 1), ("\"\0\"", .control, 1),
        ("\"\t\"", .control, 1), ("\"a\u{1F}\"", .control, 2),
        ("\"\\x\"", .escape, 1), ("\"\\u12\"", .escape, 1), ("\"\\u12G4\"", .escape, 1),
        ("\"\\U0041\"", .escape, 1), ("\"\\'\"", .escape, 1), ("\"\\u 041\"", .escape, 1),
        ("\"\\uD800\"", .surrogate, 1), ("\"\\uDC00\"", .surrogate, 1),
        ("\"\\uD800\\uD800\"", .surrogate, 1), ("\"\\uD800x\"", .surrogate, 1),
        ("\"\\uDBFF\\u0041\"", .surrogate, 1), ("\"\\uDC00\\uD800\"", .surrogate, 1),
        ("{\"a\":1,\"a\":1}", .repeatedName, 8), ("{\"a\":1,\"b\":2,\"a\":3}", .repeatedName, 14),
        ("{\"a\":1,\"\\u0061\":1}", .repeatedName, 8), ("{\"\":1,\"\":1}", .repeatedName, 7),
        ("[{\"x\":{\"a\":1,\"a\":1}}]", .repeatedName, 14),
        ("{\"/\":1,\"\\/\":1}", .repeatedName, 8),
        ("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", .nesting, 16),
        ("{\"a\":[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]}", .nesting, 20),
    ]

    @Test(arguments: refused)
    func `refuses everything else and says where`(
        text: String,
        reason: JSONError.Reason,
        offset: Int
    ) {
        #expect(throws: JSONError(reason: reason, offset: offset)) {
            try JSONDocument(Array(text.utf8))
        }
    }

    /// Each row is put between quotes.
    @Test(
        arguments: [
            ([0x80], "a continuation byte alone"), ([0xBF], "a continuation byte alone"),
            ([0xC3], "two bytes, one missing"), ([0xC3, 0x41], "two bytes, the second plain"),
            ([0xC0, 0x80], "overlong NUL"), ([0xC1, 0xBF], "overlong"),
            ([0xE0, 0x80, 0x80], "overlong"),
            ([0xE0, 0x9F, 0xBF], "overlong"), ([0xF0, 0x8F, 0xBF, 0xBF], "overlong"),
            ([0xED, 0xA0, 0x80], "a surrogate"), ([0xED, 0xBF, 0xBF], "a surrogate"),
            ([0xF4, 0x90, 0x80, 0x80], "above U+10FFFF"),
            ([0xF5, 0x80, 0x80, 0x80], "above U+10FFFF"),
            ([0xE2, 0x82], "three bytes, one missing"),
            ([0xE2, 0x82, 0x41], "three bytes, last plain"),
            ([0xF0, 0x9F, 0x98], "four bytes, one missing"),
            ([0xF0, 0x9F, 0x98, 0xC0], "last too high"),
            ([0xFE], "never in UTF-8"), ([0xFF], "never in UTF-8"),
            ([0x93], "a Windows-1252 quote"),
        ] as [([UInt8], String)]
    )
    func `refuses what is not UTF-8`(bytes: [UInt8], why: String) {
        #expect(throws: JSONError(reason: .encoding, offset: 1), "\(why)") {
            try JSONDocument([0x22] + bytes + [0x22])
        }
    }

    @Test func `takes exactly the UTF-8 that the standard library takes`() {
        // Every pair of bytes, and every third byte after the leads with special second bytes.
        for first in UInt8(0x80)...0xFF {
            for second in UInt8(0x20)...0xFF where second != 0x22 && second != 0x5C {
                for tail in [[], [0x80], [0x80, 0xBF], [0xBF, 0x41]] as [[UInt8]] {
                    let content = [first, second] + tail
                    let isValid = String(validating: content, as: UTF8.self) != nil
                    let isRead = (try? JSONDocument([0x22] + content + [0x22])) != nil
                    if isRead != isValid { Issue.record("\(content)") }
                }
            }
        }
    }

    @Test func `of all bytes only four may stand between tokens`() {
        for byte in UInt8.min...UInt8.max {
            let isRead = (try? JSONDocument([0x5B, byte, 0x5D])) != nil
            let isBlankOrDigit =
                [0x20, 0x09, 0x0A, 0x0D].contains(byte) || (0x30...0x39).contains(byte)
            #expect(isRead == isBlankOrDigit, "\(byte)")
        }
    }

    @Test func `every proper prefix of an object is refused`() {
        let whole = Array(#"{"a":[1,-2.5e3,true,null],"b":"\u00e9é","c":{}}"#.utf8)
        #expect((try? JSONDocument(whole)) != nil)
        for count in 0..<whole.count {
            #expect((try? JSONDocument(Array(whole[..<count]))) == nil, "\(count)")
        }
    }

    @Test(arguments: [15, 16, 17, 18, 1000])
    func `finds a repeated name among many members, too`(count: Int) throws {
        let names = (0..<count).map { "\"n\($0)\":0" }
        let good = "{\(names.joined(separator: ","))}"
        #expect(try JSONDocument(Array(good.utf8)).root.members.count == count)
        for index in [0, count / 2, count - 1] {
            let bad = "{\(names.joined(separator: ",")),\"\\u006e\(index)\":0}"
            #expect(throws: JSONError(reason: .repeatedName, offset: good.utf8.count + 1)) {
                try JSONDocument(Array(bad.utf8))
            }
        }
    }

    @Test func `says what, but never repeats the text`() throws {
        #expect("\(try JSONDocument(Array("{}".utf8)))" == "JSON of 2 bytes")
        let notification = try Notification(NotifyBody().bytes)
        #expect(!String(reflecting: notification).contains("Success"))
        let error = JSONError(reason: .repeatedName, offset: 12)
        #expect(error.description == "JSON: member name repeated at byte 12")
    }
}
