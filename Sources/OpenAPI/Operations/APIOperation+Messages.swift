import HTTPCore

extension APIOperation {
    /// The request body of a route.
    struct Body: Sendable {
        let schema: NamedSchema
        var mediaType = Self.json
        var isRequired = true

        /// The maximum size in bytes, if it is not that of the configuration.
        var bytesMax: Int?

        static let json = "application/json"

        /// Examples as JSON, or as the text itself for another media type; by name.
        ///
        /// Each succeeds when the examples are sent in the order of their names to a receiver that
        /// has the payments and callbacks in them; a test does so.
        let examples: KeyValuePairs<String, String>

        /// The request body as an OpenAPI object.
        var tree: JSONTree {
            let examples: [JSONTree.Member] = examples.map { name, json in
                let value: JSONTree = mediaType == Self.json ? .verbatim(json) : .text(json)
                return (name: name, value: ["value": value] as JSONTree)
            }
            return [
                "required": .flag(isRequired),
                "content": [
                    mediaType: [
                        "schema": JSONSchema.reference(schema).tree,
                        "examples": .object(examples),
                    ]
                ],
            ]
        }
    }
}

extension APIOperation {
    /// A successful response of a route.
    struct SuccessResponse: Sendable {
        /// The body of the response.
        enum Content: Sendable {
            case none
            case json(JSONSchema)
            /// A body that is not JSON: a description and an example.
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
        ) -> SuccessResponse {
            SuccessResponse(
                status: status,
                text: text,
                content: .json(.reference(schema)),
                headers: headers
            )
        }

        /// The content as an OpenAPI object; nil without a body.
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
    /// A header field of a response.
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
            text: "The path of the progress.",
            schema: .constant("/admin/prune")
        )
        static let challenge = Header(
            name: "WWW-Authenticate",
            text: "The required authentication: a bearer token (RFC 6750).",
            schema: .text(pattern: "^Bearer ")
        )
        static let allow = Header(
            name: "Allow",
            text: "The methods that the path supports.",
            schema: .text()
        )
        static let retryAfter = Header(
            name: "Retry-After",
            text: "With `overloaded`: seconds until the next attempt.",
            schema: .integer(),
            isRequired: false
        )
        static let cacheControl = Header(
            name: "Cache-Control",
            text: "Responses must not be cached.",
            schema: .constant("no-store")
        )
        static let attachment = Header(
            name: "Content-Disposition",
            text: "The name of the file.",
            schema: .text(pattern: "^attachment; filename=")
        )
        static let accelBuffering = Header(
            name: "X-Accel-Buffering",
            text: "Tells nginx to pass on each event at once.",
            schema: .constant("no")
        )
    }
}
