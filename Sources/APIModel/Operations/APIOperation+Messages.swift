import HTTPCore

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
                        "schema": JSONSchema.reference(schema).tree,
                        "examples": .object(examples),
                    ]
                ],
            ]
        }
    }
}

extension APIOperation {
    /// What a route answers when all is well.
    struct Answer: Sendable {
        /// The body.
        enum Content: Sendable {
            case none
            case json(JSONSchema)
            /// What no schema describes: in words, and as an example.
            case text(mediaType: String, String, example: String)
        }

        let status: Status
        let text: String
        let content: Content
        var headers: [Header] = []

        static func json(
            _ text: String,
            _ schema: NamedSchema,
            status: Status = .ok,
            headers: [Header] = []
        ) -> Answer {
            Answer(
                status: status,
                text: text,
                content: .json(.reference(schema)),
                headers: headers
            )
        }

        /// The content object of OpenAPI; nil for none.
        var contentTree: JSONTree? {
            switch content {
            case .none: nil
            case .json(let schema): ["application/json": ["schema": schema.tree]]
            case .text(let mediaType, let text, let example):
                [mediaType: ["schema": JSONSchema.text(text).tree, "example": .text(example)]]
            }
        }
    }
}

extension APIOperation {
    /// A header field of an answer.
    struct Header: Sendable {
        let name: String
        let text: String
        let schema: JSONSchema
        var isRequired = true

        var tree: JSONTree {
            [
                "description": .text(text),
                "required": .flag(isRequired),
                "schema": schema.tree,
            ]
        }

        static let location = Header(
            name: "Location",
            text: "The path of the payment.",
            schema: .text(pattern: "^/v1/transactions/.+$")
        )
        static let pruneLocation = Header(
            name: "Location",
            text: "Where the progress is shown.",
            schema: .constant("/admin/prune")
        )
        static let challenge = Header(
            name: "WWW-Authenticate",
            text: "That a bearer token is wanted (RFC 6750).",
            schema: .text(pattern: "^Bearer ")
        )
        static let allow = Header(
            name: "Allow",
            text: "The methods that the path supports.",
            schema: .text()
        )
        static let retryAfter = Header(
            name: "Retry-After",
            text: "Of overloaded: after how many seconds to try again.",
            schema: .integer(),
            isRequired: false
        )
        static let cacheControl = Header(
            name: "Cache-Control",
            text: "Nobody may keep it.",
            schema: .constant("no-store")
        )
        static let accelBuffering = Header(
            name: "X-Accel-Buffering",
            text: "That nginx is to pass each event on at once.",
            schema: .constant("no")
        )
    }
}
