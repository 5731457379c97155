import HTTPCore

extension APIOperation {
    /// What a route answers when all is well.
    struct Answer: Sendable {
        /// The body.
        enum Content: Sendable {
            case none
            case json(Schema)
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
                [mediaType: ["schema": Schema.text(text).tree, "example": .text(example)]]
            }
        }
    }
}
