import Configuration
import HTTPCore

/// What the document of the API says of a route.
///
/// A route cannot be made without one, and takes the names of its query parameters from here: the
/// document neither forgets a route nor a parameter.
package struct APIOperation: Sendable {
    /// What routes are grouped by.
    enum Tag: String, CaseIterable, Sendable {
        case feed = "Feed"
        case consumers = "Consumers"
        case payments = "Payments"
        case callbacks = "Callbacks"
        case attention = "Attention"
        case service = "Service"

        var text: String {
            switch self {
            case .feed: "Every change of a payment's status, in the order of the commits."
            case .consumers: "Named positions in the feed, kept for those who follow it."
            case .payments: "Payments: generate, ask about, look up."
            case .callbacks: "What the gateway sent, byte for byte, and what became of it."
            case .attention: "What somebody has to look at."
            case .service: "The receiver itself."
            }
        }
    }

    /// Names it in generated clients.
    package let id: String
    let tag: Tag
    let summary: String
    let text: String

    /// In the order of the path, then as they are to be shown.
    package var parameters: [Parameter] = []

    /// Whether the query is not looked at, whatever it is.
    package var ignoresQuery = false
    var body: Body?
    let answers: [Answer]

    /// What can go wrong besides that which can on every route.
    var problems: [Problem.Kind] = []

    /// The query parameters that the route knows.
    package var queryNames: [String] { parameters.filter { $0.place == .query }.map(\.name) }
}

extension APIOperation {
    /// Everything that can go wrong.
    ///
    /// - Parameter needsToken: whether the route does.
    package func allProblems(needsToken: Bool) -> [Problem.Kind] {
        var kinds: [Problem.Kind] = [.malformedRequest]
        if !ignoresQuery { kinds += [.unknownParameter, .invalidParameter] }
        if body != nil { kinds += [.malformedBody, .unknownMember, .invalidMember] }
        kinds += [.methodNotAllowed, .requestTimeout, .tooLarge, .internalError, .overloaded]
        // What needs a token looks into the database.
        if needsToken { kinds += [.unauthorized, .forbidden, .notFound, .storeUnavailable] }
        return kinds + problems
    }

    /// The operation object of OpenAPI.
    func tree(scope: Configuration.Scope?) -> JSONTree {
        var members: [JSONTree.Member] = [
            ("operationId", .text(id)),
            ("tags", .list([.text(tag.rawValue)])),
            ("summary", .text(summary)),
            ("description", .text("\(text) \(Self.need(scope))")),
        ]
        // OpenAPI 3.1: what a scheme lists besides OAuth are the roles that are needed.
        let needs = scope.map { ["bearer": .list([.text($0.rawValue)])] as JSONTree }
        members.append(("security", .list(needs.map { [$0] } ?? [])))
        if !parameters.isEmpty { members.append(("parameters", .list(parameters.map(\.tree)))) }
        if let body { members.append(("requestBody", body.tree)) }
        members.append(("responses", responses(needsToken: scope != nil)))
        return .object(members)
    }

    private static func need(_ scope: Configuration.Scope?) -> String {
        guard let scope else { return "Needs no token." }
        return "Needs a token with the scope `\(scope.rawValue)` or `admin`."
    }

    /// The answers, by status.
    private func responses(needsToken: Bool) -> JSONTree {
        let problems = ProblemAnswer.all(of: allProblems(needsToken: needsToken))
        let both = answers.map { answer in
            let problem = problems.first { $0.status == answer.status }
            return (answer.status, tree(answer, problem))
        }
        let others = problems.filter { problem in
            !answers.contains { $0.status == problem.status }
        }
        let all = both + others.map { ($0.status, $0.reference ?? $0.tree) }
        return .object(
            all.sorted { $0.0.code < $1.0.code }.map { (name: String($0.0.code), value: $0.1) }
        )
    }

    /// An answer; with a problem that has its status, where there is one.
    private func tree(_ answer: Answer, _ problem: ProblemAnswer?) -> JSONTree {
        var members: [JSONTree.Member] = [("description", .text(answer.text))]
        let headers = answer.headers + (problem?.headers ?? [])
        if !headers.isEmpty {
            members.append(("headers", .object(headers.map { ($0.name, $0.tree) })))
        }
        var content: [JSONTree.Member] = []
        for case .object(let types)? in [answer.contentTree, problem?.contentTree] {
            content += types
        }
        if !content.isEmpty { members.append(("content", .object(content))) }
        return .object(members)
    }
}
