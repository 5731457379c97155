package import APIModel
import Configuration
import HTTPCore

/// The description of a route in the OpenAPI document.
///
/// A route cannot be made without one, and accepts only the query parameters that it names.
/// Therefore the document lists every route and every parameter.
package struct APIOperation: Sendable {
    /// A group of routes in the document.
    enum Tag: String, CaseIterable, Sendable {
        case feed = "Feed"
        case consumers = "Consumers"
        case payments = "Payments"
        case callbacks = "Callbacks"
        case attention = "Attention"
        case service = "Service"

        var text: String {
            switch self {
            case .feed: "All changes of payment statuses, in commit order."
            case .consumers: "Named offsets in the feed, stored for the services that follow it."
            case .payments: "Payments: generate, query, look up."
            case .callbacks: "What the gateway sent, byte for byte, and its outcome."
            case .attention: "Items that need manual review."
            case .service: "The receiver itself."
            }
        }
    }

    /// The name of the operation in generated clients.
    package let id: String
    let tag: Tag
    let summary: String
    let text: String

    /// The parameters in the order of the document, path parameters first.
    package var parameters: [Parameter] = []

    /// Whether the route ignores its query instead of refusing unknown parameters.
    package var ignoresQuery = false
    var body: Body?
    let responses: [SuccessResponse]

    /// The problems of this route in addition to those of every route.
    var problems: [Problem.Kind] = []

    /// The maximum size of the body in bytes, if it is not that of the configuration.
    package var bodyBytesMax: Int? { body?.bytesMax }

    /// The names of the query parameters that the route accepts.
    package var queryNames: [String] { parameters.filter { $0.place == .query }.map(\.name) }

    /// The names of the query parameters that are lists.
    package var listNames: [String] { parameters.filter(\.isList).map(\.name) }
}

extension APIOperation {
    /// All problems that the route can return.
    ///
    /// - Parameter needsToken: whether the route requires a token.
    package func allProblems(needsToken: Bool) -> [Problem.Kind] {
        var kinds: [Problem.Kind] = [.malformedRequest]
        if !ignoresQuery { kinds += [.unknownParameter, .invalidParameter] }
        if body?.mediaType == Body.json {
            kinds += [.malformedBody, .unknownMember, .invalidMember]
        }
        kinds += [.methodNotAllowed, .requestTimeout, .tooLarge, .internalError, .overloaded]
        // The routes that need a token read the database.
        if needsToken { kinds += [.unauthorized, .forbidden, .notFound, .storeUnavailable] }
        return kinds + problems
    }

    /// The operation as an OpenAPI object.
    func tree(scope: Configuration.Scope?) -> JSONTree {
        var members: [JSONTree.Member] = [
            ("operationId", .text(id)),
            ("tags", .list([.text(tag.rawValue)])),
            ("summary", .text(summary)),
            ("description", .text("\(text) \(Self.need(scope))")),
        ]
        // In OpenAPI 3.1 the list of a scheme other than OAuth contains the required roles.
        let needs = scope.map { ["bearer": .list([.text($0.rawValue)])] as JSONTree }
        members.append(("security", .list(needs.map { [$0] } ?? [])))
        if !parameters.isEmpty { members.append(("parameters", .list(parameters.map(\.tree)))) }
        if let body { members.append(("requestBody", body.tree)) }
        members.append(("responses", responseTree(needsToken: scope != nil)))
        return .object(members)
    }

    private static func need(_ scope: Configuration.Scope?) -> String {
        guard let scope else { return "Needs no token." }
        return "Needs a token with the scope `\(scope.rawValue)` or `admin`."
    }

    /// The responses, ordered by status.
    private func responseTree(needsToken: Bool) -> JSONTree {
        let problems = ProblemResponse.all(of: allProblems(needsToken: needsToken))
        let both = responses.map { success in
            let problem = problems.first { $0.status == success.status }
            return (success.status, tree(success, problem))
        }
        let others = problems.filter { problem in
            !responses.contains { $0.status == problem.status }
        }
        let all = both + others.map { ($0.status, $0.reference ?? $0.tree) }
        return .object(
            all.sorted { $0.0.code < $1.0.code }.map { (name: String($0.0.code), value: $0.1) }
        )
    }

    /// A successful response, combined with the problem of the same status, if there is one.
    private func tree(_ success: SuccessResponse, _ problem: ProblemResponse?) -> JSONTree {
        var members: [JSONTree.Member] = [("description", .text(success.text))]
        let headers = success.headers + (problem?.headers ?? [])
        if !headers.isEmpty {
            members.append(("headers", .object(headers.map { ($0.name, $0.tree) })))
        }
        var content: [JSONTree.Member] = []
        for case .object(let types)? in [success.contentTree, problem?.contentTree] {
            content += types
        }
        if !content.isEmpty { members.append(("content", .object(content))) }
        return .object(members)
    }
}
