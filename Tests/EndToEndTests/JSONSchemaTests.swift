import Testing

/// The checker that the document of the API is held against the server with.
@Suite struct JSONSchemaTests {
    private static let document = """
        {"components": {"schemas": {
          "Word": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 3},
          "Thing": {"type": "object", "required": ["word"], "properties": {
            "word": {"$ref": "#/components/schemas/Word"},
            "count": {"type": ["integer", "null"], "minimum": 1, "maximum": 3}}},
          "Both": {"allOf": [{"$ref": "#/components/schemas/Thing"},
            {"properties": {"kind": {"enum": ["a", "b"]}, "fixed": {"const": 1}}}]},
          "Either": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
          "Some": {"anyOf": [{"type": "integer"}, {"type": "number"}]},
          "Pair": {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
          "Other": {"not": {"required": ["word"]}},
          "Strange": {"if": {}}
        }}}
        """

    @Test(arguments: [
        ("Word", "\"ab\"", true), ("Word", "\"a\"", false), ("Word", "\"abcd\"", false),
        ("Word", "\"AB\"", false), ("Word", "1", false), ("Thing", "{\"word\":\"ab\"}", true),
        ("Thing", "{}", false), ("Thing", "{\"word\":\"AB\"}", false),
        ("Thing", "{\"word\":\"ab\",\"other\":1}", false),
        ("Thing", "{\"word\":\"ab\",\"count\":3}", true),
        ("Thing", "{\"word\":\"ab\",\"count\":null}", true),
        ("Thing", "{\"word\":\"ab\",\"count\":0}", false),
        ("Thing", "{\"word\":\"ab\",\"count\":4}", false),
        ("Thing", "{\"word\":\"ab\",\"count\":1.5}", false),
        ("Both", "{\"word\":\"ab\",\"kind\":\"a\",\"fixed\":1}", true),
        ("Both", "{\"word\":\"ab\",\"kind\":\"c\"}", false),
        ("Both", "{\"word\":\"ab\",\"fixed\":2}", false), ("Both", "{\"kind\":\"a\"}", false),
        ("Both", "{\"word\":\"ab\",\"other\":1}", false), ("Either", "1.5", true),
        ("Either", "1", false), ("Either", "\"a\"", false), ("Some", "1", true),
        ("Some", "\"a\"", false), ("Pair", "[true]", true), ("Pair", "[]", false),
        ("Pair", "[true,true,true]", false), ("Pair", "[1]", false), ("Other", "{}", true),
        ("Other", "{\"word\":1}", false), ("Strange", "{}", false), ("Nothing", "{}", false),
    ])
    func `a value is as its schema says or it is told`(name: String, json: String, isRight: Bool) {
        let document = JSON(Array(Self.document.utf8))
        let checker = JSONSchema(document: document)
        let schema = JSON.object(["$ref": .string("#/components/schemas/\(name)")])
        let findings = checker.findings(JSON(Array(json.utf8)), schema)
        #expect(findings.isEmpty == isRight, "\(findings)")
    }
}
