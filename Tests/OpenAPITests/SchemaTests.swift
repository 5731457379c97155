import Testing

@testable import OpenAPI

/// JSON Schemas, and the JSON that they are written as.
@Suite struct SchemaTests {
    private func text(_ tree: JSONTree) -> String { String(decoding: tree.bytes, as: UTF8.self) }

    @Test func `a tree is written without blanks, in order`() {
        let tree: JSONTree = [
            "b": ["x\n\"", true, .null, .number(-5), []], "a": [:], "json": .verbatim("{ }"),
        ]
        #expect(text(tree) == #"{"b":["x\n\"",true,null,-5,[]],"a":{},"json":{ }}"#)
    }

    private static let rows: [(schema: JSONSchema, json: String)] = [
        (.text(), #"{"type":"string"}"#),
        (
            .text("A.", pattern: "^a", format: "f", length: 1...3),
            #"{"type":"string","pattern":"^a","format":"f","minLength":1,"maxLength":3,"#
                + #""description":"A."}"#
        ),
        (.integer(), #"{"type":"integer","format":"int64","minimum":0}"#),
        (.integer(1...5), #"{"type":"integer","format":"int64","minimum":1,"maximum":5}"#),
        (
            .list(of: .flag(), count: 1...2),
            #"{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":2}"#
        ),
        (
            .list(of: .flag(), count: 1...Int.max),
            #"{"type":"array","items":{"type":"boolean"},"minItems":1}"#
        ),
        (.flag().orNull, #"{"type":["boolean","null"]}"#),
        (
            .oneOf(["a", "b"], names: ["A", "B"]),
            #"{"type":"string","enum":["a","b"],"x-enum-varnames":["A","B"]}"#
        ),
        (.constant(404), #"{"type":"integer","enum":[404]}"#),
        (
            .reference("A").narrowed(["a": .constant(1)]),
            ##"{"$ref":"#/components/schemas/A","properties":"##
                + #"{"a":{"type":"integer","enum":[1]}}}"#
        ),
        (
            .reference("A").orNull,
            ##"{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}"##
        ),
        (
            .response(["a": .flag(), "b": .flag()], optional: ["b"]),
            #"{"type":"object","required":["a"],"properties":"#
                + #"{"a":{"type":"boolean"},"b":{"type":"boolean"}}}"#
        ),
        (
            .request(["a": .flag()], optional: ["a"]),
            #"{"type":"object","properties":{"a":{"type":"boolean"}},"#
                + #""additionalProperties":false}"#
        ),
        (
            .either([.constant("a"), .constant(1)]),
            #"{"oneOf":[{"const":"a"},{"type":"integer","enum":[1]}]}"#
        ),
        (
            .anyObject("A.").without(["a", "b"]),
            #"{"type":"object","description":"A.","not":{"required":["a","b"]}}"#
        ),
        (.flag().example("true"), #"{"type":"boolean","examples":[true]}"#),
    ]

    @Test func `a schema has the keywords of JSON JSONSchema`() {
        for (schema, json) in Self.rows { #expect(text(schema.tree) == json) }
    }
}
