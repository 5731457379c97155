import APIModel
import Payments

extension APIOperation {
    /// A parameter of a request, outside of its body.
    package struct Parameter: Sendable {
        /// The location of the parameter in the request (`in` of OpenAPI).
        package enum Place: String, Sendable { case path, query, header }

        package let place: Place
        package let name: String
        let text: String
        let schema: JSONSchema

        /// A value as written in a request; it is valid at any time, because tests send it.
        let example: String?

        /// Whether a query parameter must be given; path parameters always are.
        var isRequired = false

        /// Whether the parameter is a list: given once for each element, or once with the elements
        /// separated by commas. The document can state only one form, and states the first.
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

        /// A parameter that is a list of words of `status`.
        static func statuses(
            _ name: String,
            _ text: String,
            _ status: NamedSchema,
            example: [TransactionStatus]
        ) -> Parameter {
            Parameter(
                place: .query,
                name: name,
                text: text + " Several are given as `\(name)=…&\(name)=…` or `\(name)=…,…`.",
                schema: .list(of: .reference(status), count: 1...Int.max),
                example: example.map(\.word).joined(separator: ","),
                isList: true
            )
        }

        /// The parameter as an OpenAPI object.
        var tree: JSONTree {
            var members: [JSONTree.Member] = [
                ("name", .text(name)), ("in", .text(place.rawValue)), ("description", .text(text)),
            ]
            if place == .path || isRequired { members.append(("required", true)) }
            if isList { members += [("style", "form"), ("explode", true)] }
            members.append(("schema", schema.tree))
            if let example { members.append(("example", exampleTree(example))) }
            return .object(members)
        }

        /// The example as a JSON value of the schema.
        private func exampleTree(_ example: String) -> JSONTree {
            if isList { return .words(example.split(separator: ",").map { String($0) }) }
            if schema.isText { return .text(example) }
            if let flag = Bool(example) { return .flag(flag) }
            return Int64(example).map { .number($0) } ?? .text(example)
        }
    }
}

// Parameters of several routes.
extension APIOperation.Parameter {
    static let limit = query(
        "limit",
        "The maximum number of entries; 100 by default.",
        .integer(1...1_000),
        example: "100"
    )

    static let wait = query(
        "wait",
        "Seconds to wait for a new entry; 0 by default.",
        .integer(0...55),
        example: "1"
    )

    /// `after` of a list whose entries have ascending ids and are shown newest first.
    static let beforeNumber = query(
        "after",
        "`next` of the previous page.",
        .integer(),
        example: "1000"
    )

    static let from = query("from", "The start of the period.", .bound, example: "2026-11-22")

    static let to = query(
        "to",
        "The end of the period, which is not included.",
        .bound,
        example: "9999-01-01T00:00:00+07:00"
    )

    static let callbackID = path(
        "id",
        "The id of a callback.",
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
