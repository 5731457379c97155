extension APIOperation {
    /// A header field of an answer.
    struct Header: Sendable {
        let name: String
        let text: String
        let schema: Schema
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
