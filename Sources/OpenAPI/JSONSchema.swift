/// A JSON Schema with the keywords that the API needs (JSON Schema 2020-12, as in OpenAPI 3.1).
struct JSONSchema: Sendable {
    private var keywords: [JSONTree.Member]

    private init(_ keywords: [JSONTree.Member]) { self.keywords = keywords }

    var tree: JSONTree { .object(keywords) }

    // MARK: Values

    /// A string.
    ///
    /// - Parameters:
    ///   - format: a registered format, such as `date-time`; an annotation that validates nothing.
    ///   - length: the allowed length in characters.
    static func text(
        _ description: String? = nil,
        pattern: String? = nil,
        format: String? = nil,
        length: ClosedRange<Int>? = nil
    ) -> JSONSchema {
        var schema = JSONSchema([("type", "string")])
        schema.set("pattern", pattern.map { .text($0) })
        schema.set("format", format.map { .text($0) })
        schema.set("minLength", length.map { .number(Int64($0.lowerBound)) })
        schema.set("maxLength", length.map { .number(Int64($0.upperBound)) })
        return schema.described(description)
    }

    /// A string from a closed list.
    ///
    /// - Parameter names: the names of the words in generated clients, for words that make poor
    ///   identifiers; `x-enum-varnames` is an extension that generators of clients know.
    static func oneOf(
        _ words: [String],
        names: [String]? = nil,
        _ description: String? = nil
    ) -> JSONSchema {
        var schema = JSONSchema([("type", "string"), ("enum", .words(words))])
        schema.set("x-enum-varnames", names.map { .words($0) })
        return schema.described(description)
    }

    static func constant(_ word: String) -> JSONSchema { JSONSchema([("const", .text(word))]) }

    /// One whole number.
    ///
    /// It is an enumeration, because generators of clients know `const` for strings only.
    static func constant(_ number: Int) -> JSONSchema {
        JSONSchema([("type", "integer"), ("enum", .list([.number(Int64(number))]))])
    }

    /// A whole number in `range`.
    static func integer(
        _ range: ClosedRange<Int64> = 0...Int64.max,
        _ description: String? = nil
    ) -> JSONSchema {
        var schema = JSONSchema([("type", "integer"), ("format", "int64")])
        if range.lowerBound > .min { schema.set("minimum", .number(range.lowerBound)) }
        if range.upperBound < .max { schema.set("maximum", .number(range.upperBound)) }
        return schema.described(description)
    }

    /// A number that is not negative, with a fraction.
    static func number(_ description: String? = nil) -> JSONSchema {
        JSONSchema([("type", "number"), ("minimum", .number(0))]).described(description)
    }

    static func flag(_ description: String? = nil) -> JSONSchema {
        JSONSchema([("type", "boolean")]).described(description)
    }

    static func list(
        of element: JSONSchema,
        count: ClosedRange<Int>? = nil,
        _ description: String? = nil
    ) -> JSONSchema {
        var schema = JSONSchema([("type", "array"), ("items", element.tree)])
        schema.set("minItems", count.map { .number(Int64($0.lowerBound)) })
        if let most = count?.upperBound, most < .max {
            schema.set("maxItems", .number(Int64(most)))
        }
        return schema.described(description)
    }

    /// Whether every value is a string.
    var isText: Bool {
        keywords.contains { keyword in
            if case .text("string") = keyword.value { keyword.name == "type" } else { false }
        }
    }

    // MARK: Objects

    /// An object in a response; unknown members are allowed, and clients ignore them.
    ///
    /// - Parameter optional: the members that may be absent.
    static func response(
        _ members: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = [],
        _ description: String? = nil
    ) -> JSONSchema {
        object(members, optional: optional).described(description)
    }

    /// An object in a request; unknown members are not allowed.
    static func request(
        _ members: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = [],
        _ description: String? = nil
    ) -> JSONSchema {
        var schema = object(members, optional: optional)
        schema.set("additionalProperties", false)
        return schema.described(description)
    }

    /// An object whose members are described elsewhere.
    static func anyObject(_ description: String) -> JSONSchema {
        JSONSchema([("type", "object")]).described(description)
    }

    private static func object(
        _ members: KeyValuePairs<String, JSONSchema>,
        optional: Set<String>
    ) -> JSONSchema {
        let required = members.map(\.key).filter { !optional.contains($0) }
        var schema = JSONSchema([("type", "object")])
        if !required.isEmpty { schema.set("required", .words(required)) }
        schema.set("properties", .object(members.map { ($0.key, $0.value.tree) }))
        return schema
    }

    // MARK: Combinations

    /// A reference to a named schema of the document.
    static func reference(_ name: String) -> JSONSchema {
        JSONSchema([("$ref", .text("#/components/schemas/\(name)"))])
    }

    /// The same schema, whose members follow `members` as well.
    ///
    /// For a reference, they stand beside it: checkers apply both (JSON Schema 2020-12, section
    /// 8.2.3.1), and generators of clients make no class of their own for the combination.
    func narrowed(_ members: KeyValuePairs<String, JSONSchema>) -> JSONSchema {
        var schema = self
        schema.set("properties", .object(members.map { ($0.key, $0.value.tree) }))
        return schema
    }

    /// Exactly one of several schemas.
    static func either(_ schemas: [JSONSchema], _ description: String? = nil) -> JSONSchema {
        JSONSchema([("oneOf", .list(schemas.map(\.tree)))]).described(description)
    }

    /// At least one of several schemas.
    static func any(of schemas: [JSONSchema], _ description: String? = nil) -> JSONSchema {
        JSONSchema([("anyOf", .list(schemas.map(\.tree)))]).described(description)
    }

    /// All of several schemas.
    static func all(_ schemas: [JSONSchema], _ description: String? = nil) -> JSONSchema {
        JSONSchema([("allOf", .list(schemas.map(\.tree)))]).described(description)
    }

    /// The same schema, or `null`.
    var orNull: JSONSchema {
        guard let type = keywords.firstIndex(where: { $0.name == "type" }) else {
            return JSONSchema([("anyOf", .list([tree, ["type": "null"]]))])
        }
        precondition(
            !keywords.contains { $0.name == "enum" },
            "an enumeration with null must be a named schema, so that clients have a name for it"
        )
        var schema = self
        schema.keywords[type].value = .list([keywords[type].value, "null"])
        return schema
    }

    /// The same schema, for objects that do not have all of these members.
    func without(_ names: [String]) -> JSONSchema {
        var schema = self
        schema.set("not", ["required": .words(names)])
        return schema
    }

    /// The same schema with a description.
    func described(_ description: String?) -> JSONSchema {
        var schema = self
        schema.set("description", description.map { .text($0) })
        return schema
    }

    /// The same schema with an example.
    ///
    /// - Parameter json: the example as JSON text.
    func example(_ json: String) -> JSONSchema {
        var schema = self
        schema.set("examples", .list([.verbatim(json)]))
        return schema
    }

    private mutating func set(_ name: String, _ value: JSONTree?) {
        if let value { keywords.append((name, value)) }
    }
}

/// A schema that is a named component of the document.
///
/// Every object and every closed list of words is one: generators of clients make a class of it
/// with this name. They number the classes of the others.
struct NamedSchema: Sendable {
    let name: String
    let schema: JSONSchema

    init(_ name: String, _ schema: JSONSchema) {
        self.name = name
        self.schema = schema
    }

    /// All named schemas, in the order of the document.
    static let all = [
        paymentSchemas, summarySchemas, feedSchemas, gatewaySchemas, amountSchemas, callbackSchemas,
        replaySchemas, diagnosisSchemas, findSchemas, dossierSchemas, reportSchemas, tallySchemas,
        comparisonSchemas, attentionSchemas, decisionSchemas, pruneSchemas, selfTestSchemas,
        serviceSchemas, overviewSchemas,
    ].flatMap { $0 }
}

extension JSONSchema {
    static func reference(_ named: NamedSchema) -> JSONSchema { reference(named.name) }

    /// A time written by the receiver.
    static func time(_ description: String? = nil) -> JSONSchema {
        let form = "RFC 3339 with milliseconds at +07:00."
        return text(
            [description, form].compactMap { $0 }.joined(separator: " "),
            format: "date-time"
        )
    }

    /// The start or end of a period.
    static let bound = any(
        of: [text(format: "date"), text(format: "date-time")],
        "A Jakarta day, which stands for its start, or an RFC 3339 time."
    )

    /// One page of a list, with `next` and `more`.
    static func page(
        _ name: String,
        of entry: NamedSchema,
        next: JSONSchema,
        more: String = "Whether there are more entries after this page."
    ) -> JSONSchema {
        response([
            name: list(of: reference(entry)),
            "next": next,
            "more": flag(more),
        ])
    }
}
