import Payments

extension APIOperation {
    /// What a request says outside of its body.
    package struct Parameter: Sendable {
        /// Where it stands in the request (`in` of OpenAPI).
        package enum Place: String, Sendable { case path, query, header }

        package let place: Place
        package let name: String
        let text: String
        let schema: JSONSchema

        /// A value as it stands in a request; one that is right whenever a request is sent.
        let example: String?

        /// Whether the schema is of a list, which is written with commas.
        var isList = false

        static func path(
            _ name: String,
            _ text: String,
            _ schema: JSONSchema,
            example: String
        ) -> Parameter {
            Parameter(place: .path, name: name, text: text, schema: schema, example: example)
        }

        static func query(
            _ name: String,
            _ text: String,
            _ schema: JSONSchema = .text(),
            example: String? = nil
        ) -> Parameter {
            Parameter(place: .query, name: name, text: text, schema: schema, example: example)
        }

        static func header(
            _ name: String,
            _ text: String,
            _ schema: JSONSchema,
            example: String
        ) -> Parameter {
            Parameter(place: .header, name: name, text: text, schema: schema, example: example)
        }

        /// One or several words of `statuses`.
        static func statuses(
            _ name: String,
            _ text: String,
            _ statuses: [TransactionStatus],
            example: [TransactionStatus]
        ) -> Parameter {
            Parameter(
                place: .query,
                name: name,
                text: text,
                schema: .list(of: .oneOf(statuses.map(\.word)), count: 1...Int.max),
                example: example.map(\.word).joined(separator: ","),
                isList: true
            )
        }

        /// The parameter object of OpenAPI.
        var tree: JSONTree {
            var members: [JSONTree.Member] = [
                ("name", .text(name)), ("in", .text(place.rawValue)), ("description", .text(text)),
            ]
            if place == .path { members.append(("required", true)) }
            if isList { members += [("style", "form"), ("explode", false)] }
            members.append(("schema", schema.tree))
            if let example { members.append(("example", exampleTree(example))) }
            return .object(members)
        }

        /// An example as a value of the schema.
        private func exampleTree(_ example: String) -> JSONTree {
            if isList { return .words(example.split(separator: ",").map { String($0) }) }
            return Int64(example).map { .number($0) } ?? .text(example)
        }
    }
}

// Parameters that several routes know.
extension APIOperation.Parameter {
    static let limit = query(
        "limit",
        "How many entries at most; 100 when it is not given.",
        .integer(1...1_000),
        example: "100"
    )

    static let wait = query(
        "wait",
        "Seconds to wait for something new; 0 when it is not given.",
        .integer(0...55),
        example: "1"
    )

    /// In a list whose entries are numbered, the newest first.
    static let beforeNumber = query(
        "after",
        "The next of the page before.",
        .integer(),
        example: "1000"
    )

    static let from = query("from", "Not before this.", .bound, example: "2026-11-22")

    static let to = query("to", "Before this.", .bound, example: "9999-01-01T00:00:00+07:00")

    static let callbackID = path(
        "id",
        "The number of a callback.",
        .integer(1...Int64.max),
        example: "1"
    )

    static let consumerName = path(
        "name",
        "The name of a consumer.",
        .text(pattern: ConsumerName.pattern),
        example: "orders"
    )
}
