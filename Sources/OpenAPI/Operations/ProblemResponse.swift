import APIModel
import HTTPCore

/// An error response of a route: one status with all problems that have it.
struct ProblemResponse: Sendable {
    let status: Status
    let kinds: [Problem.Kind]

    /// The name of the component, if several routes share this response; nil if it is written
    /// inline.
    private var sharedName: String? {
        Self.shared.first { $0.status == status && $0.kinds == kinds }?.name
    }

    /// The responses for `kinds`, one for each status.
    static func all(of kinds: [Problem.Kind]) -> [ProblemResponse] {
        let statuses = Set(kinds.flatMap(\.statuses)).sorted { $0.code < $1.code }
        return statuses.map { status in
            ProblemResponse(
                status: status,
                kinds: kinds.filter { $0.statuses.contains(status) }
            )
        }
    }

    /// The responses that several routes share, with their names in the document.
    private static let shared: [(name: String, status: Status, kinds: [Problem.Kind])] = [
        ("BadRequest", .badRequest, [.malformedRequest, .unknownParameter, .invalidParameter]),
        (
            "BadRequestOrBody", .badRequest,
            [
                .malformedRequest, .unknownParameter, .invalidParameter, .malformedBody,
                .unknownMember, .invalidMember,
            ]
        ),
        ("Unauthorized", .unauthorized, [.unauthorized]),
        ("Forbidden", .forbidden, [.forbidden]),
        ("NotFound", .notFound, [.notFound]),
        ("MethodNotAllowed", .methodNotAllowed, [.methodNotAllowed]),
        ("RequestTimeout", .requestTimeout, [.requestTimeout]),
        ("ContentTooLarge", .contentTooLarge, [.tooLarge]),
        ("URITooLong", .uriTooLong, [.tooLarge]),
        ("HeaderFieldsTooLarge", .headerFieldsTooLarge, [.tooLarge]),
        ("InternalServerError", .internalServerError, [.internalError]),
        ("ReceiveOnly", .notImplemented, [.receiveOnly]),
        ("Overloaded", .serviceUnavailable, [.overloaded]),
        ("Unavailable", .serviceUnavailable, [.overloaded, .storeUnavailable]),
        ("VersionNotSupported", .versionNotSupported, [.malformedRequest]),
    ]

    /// The object `components.responses` of OpenAPI.
    static var components: JSONTree {
        .object(
            shared.map { name, status, kinds in
                (name, ProblemResponse(status: status, kinds: kinds).tree)
            }
        )
    }

    /// A reference to the shared response; nil if it is not shared.
    var reference: JSONTree? {
        sharedName.map { ["$ref": .text("#/components/responses/\($0)")] }
    }

    /// The response as an OpenAPI object.
    var tree: JSONTree {
        let titles = kinds.map { "`\($0.rawValue)`: \($0.title)." }
        var members: [JSONTree.Member] = [
            ("description", .text(titles.joined(separator: "\n\n")))
        ]
        if !headers.isEmpty {
            members.append(("headers", .object(headers.map { ($0.name, $0.tree) })))
        }
        members.append(("content", contentTree))
        return .object(members)
    }

    var headers: [APIOperation.Header] {
        switch status {
        case .unauthorized: [.challenge]
        case .methodNotAllowed: [.allow]
        case .serviceUnavailable: [.retryAfter]
        default: []
        }
    }

    var contentTree: JSONTree {
        let schema = JSONSchema.reference(.problem).narrowed([
            "type": .oneOf(kinds.map(\.urn)),
            "status": .constant(status.code),
        ])
        return ["application/problem+json": ["schema": schema.tree]]
    }
}

extension Problem.Kind {
    /// All statuses that a problem of this kind can have.
    fileprivate var statuses: [Status] {
        switch self {
        case .malformedRequest: [.badRequest, .versionNotSupported]
        case .tooLarge: [.contentTooLarge, .uriTooLong, .headerFieldsTooLarge]
        default: [status]
        }
    }
}
