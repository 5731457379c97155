extension APIOperation {
    /// A body that a route takes.
    struct Body: Sendable {
        let schema: NamedSchema
        var isRequired = true

        /// Named, as JSON. Each is done when they are sent, in the order of their names, to a
        /// receiver that has what they speak of.
        let examples: KeyValuePairs<String, String>

        /// The request body object of OpenAPI.
        var tree: JSONTree {
            let examples = examples.map { name, json in
                (name: name, value: ["value": .verbatim(json)] as JSONTree)
            }
            return [
                "required": .flag(isRequired),
                "content": [
                    "application/json": [
                        "schema": Schema.reference(schema).tree,
                        "examples": .object(examples),
                    ]
                ],
            ]
        }
    }
}
