import Text
import Testing

struct JSONValueTests {
    private let text = #"""
        { "a" : [1, -2.50, "x\n\u00e9\uD834\uDD1E\/", true, false, null, {}],
          "\u0062" : {"c":{"d":"e"}}, "f":[] }
        """#

    private func root() throws -> JSONValue { try JSONDocument(Array(text.utf8)).root }

    @Test func `keeps members and elements in order`() throws {
        let root = try root()
        #expect(root.kind == .object)
        #expect(root.members.map(\.name) == ["a", "b", "f"])
        let elements = try #require(root["a"]).elements
        #expect(
            elements.map(\.kind) == [.number, .number, .string, .true, .false, .null, .object]
        )
        #expect(root["f"]?.elements.isEmpty == true)
        #expect(root["b"]?["c"]?["d"]?.string == "e")
        #expect(root["c"] == nil)
        #expect(root["a"]?["b"] == nil)
    }

    @Test func `numbers stay literals, strings are unescaped`() throws {
        let elements = try #require(try root()["a"]).elements
        #expect(elements[1].literal == "-2.50")
        #expect(elements[0].integer == 1)
        #expect(elements[1].integer == nil)
        #expect(elements[2].string == "x\né𝄞/")
        #expect(elements[2].literal == #"x\n\u00e9\uD834\uDD1E\/"#)
        #expect(elements[1].string == nil)
        #expect(elements.map(\.bool) == [nil, nil, nil, true, false, nil, nil])
    }

    @Test(
        arguments: [
            ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("1e2", nil),
            ("-5", -5),
        ] as [(String, Int64?)]
    )
    func `integers are exact or none`(literal: String, value: Int64?) throws {
        #expect(try JSONDocument(Array(literal.utf8)).root.integer == value)
    }

    @Test(
        arguments: [
            ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("1e2", 100),
            ("17.0", 17), ("1.7E1", 17), ("-5", -5), ("1.5", nil), ("1e19", nil), ("0.0", 0),
            ("\"17\"", nil), ("true", nil),
        ] as [(String, Int64?)]
    )
    func `a whole number is one in any form`(literal: String, value: Int64?) throws {
        #expect(try JSONDocument(Array(literal.utf8)).root.wholeNumber == value)
    }

    @Test func `every plain escape and control survives writing and reading`() throws {
        let text = String(String.UnicodeScalarView((0..<0x180).compactMap(Unicode.Scalar.init)))
        var output: [UInt8] = []
        appendJSONString(text, to: &output)
        #expect(try JSONDocument(output).root.string == text)
    }
}
