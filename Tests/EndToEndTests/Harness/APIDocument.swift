import Testing

/// The document of the API, as a running daemon serves it.
struct APIDocument {
    let root: JSON

    init(_ daemon: Daemon) throws { root = try daemon.get("/openapi.json", as: nil).json }

    /// Every operation: those that make something first, those that remove something last.
    var operations: [APIOperation] {
        let methods = ["post", "put", "get", "delete"]
        return methods.flatMap { method in
            root["paths"].names.sorted().filter { root["paths"][$0].names.contains(method) }
                .map { APIOperation(method: method, path: $0, document: root) }
        }
    }
}

/// One operation of the document, and the requests that it shows.
struct APIOperation: CustomStringConvertible {
    let method: String
    let path: String
    let document: JSON

    private var tree: JSON { document["paths"][path][method] }
    var description: String { "\(method.uppercased()) \(path)" }

    /// The scope that it needs; nil for none.
    var scope: String? { tree["security"][0]["bearer"][0].text }

    var hasBody: Bool { tree["requestBody"] != .null }

    /// Whether it answers with server-sent events, without an end.
    var isStream: Bool {
        tree["responses"]["200"]["content"]["text/event-stream"] != .null
    }

    /// The bodies that it shows, in the order of their names; an empty one for none.
    var bodies: [String] {
        let content = tree["requestBody"]["content"]
        guard let type = content.names.first else { return [""] }
        let examples = content[type]["examples"]
        return examples.names.sorted().map { name in
            let value = examples[name]["value"]
            return type == "application/json" ? value.json : value.text ?? ""
        }
    }

    /// Its parameters in one place, with their examples.
    private func examples(
        in place: String,
        onlyRequired: Bool = false
    ) -> [(name: String, value: String)] {
        tree["parameters"].items.filter {
            $0["in"].text == place && (!onlyRequired || $0["required"].bool == true)
        }.compactMap { parameter in
            parameter["example"].parameterText.map { (parameter["name"].text ?? "", $0) }
        }
    }

    /// The path with its variables' examples, or with `variable` for each.
    func target(variable: String? = nil) -> String {
        examples(in: "path").reduce(path) { path, example in
            path.replacing("{\(example.name)}", with: variable ?? example.value)
        }
    }

    /// The path with the parameters of the query that must be there.
    var leastTarget: String { target(with: examples(in: "query", onlyRequired: true)) }

    /// The path with every parameter of the query that has an example.
    var fullTarget: String { target(with: examples(in: "query")) }

    private func target(with parameters: [(name: String, value: String)]) -> String {
        let query = parameters.map { "\($0.name)=\($0.value)" }
        return query.isEmpty ? target() : target() + "?" + query.joined(separator: "&")
    }

    var headers: [WireRequest.Field] { examples(in: "header") }

    /// Checks that an answer is one that the document describes for this operation.
    func check(_ response: RawResponse, _ comment: Comment) {
        let checker = JSONSchema(document: document)
        let answer = checker.resolved(tree["responses"]["\(response.status)"])
        #expect(answer != .null, "\(response.status) is not documented: \(comment)")
        for name in answer["headers"].names {
            let header = answer["headers"][name]
            guard let value = response[name] else {
                #expect(header["required"].bool == false, "\(name) is missing: \(comment)")
                continue
            }
            let text = header["schema"]["type"].text == "integer" ? JSON(Array(value.utf8)) : nil
            let findings = checker.findings(text ?? .string(value), header["schema"])
            #expect(findings.isEmpty, "\(name): \(comment)")
        }
        let type = response["Content-Type"] ?? ""
        let content = answer["content"][type]
        guard !answer["content"].names.isEmpty else {
            #expect(response.body.isEmpty, comment)
            return
        }
        #expect(content != .null, "\(type) is not documented: \(comment)")
        let value = type.hasSuffix("json") ? response.json : .string(response.text)
        #expect(checker.findings(value, content["schema"]) == [], comment)
    }
}

extension JSON {
    /// A value as it stands in a query or a path; nil for none.
    fileprivate var parameterText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): String(Int(number))
        case .array(let items): items.compactMap(\.text).joined(separator: ",")
        case .bool(let bool): "\(bool)"
        case .null, .object: nil
        }
    }

    /// The value as JSON.
    var json: String {
        switch self {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let number): String(Int(number))
        // None of ours needs an escape.
        case .string(let text): "\"\(text)\""
        case .array(let items): "[\(items.map(\.json).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\"\($0.key)\":\($0.value.json)" }.joined(separator: ","))}"
        }
    }
}
