import APIModel
import Configuration
import HTTPCore
package import Maintenance
package import Metrics
package import Notify
package import Outbound
package import Store

/// One route of the internal API: what the server dispatches by.
///
/// A class, because every request holds one and a copy of its documentation is not free.
final class APIRoute: Sendable {
    typealias Action =
        @Sendable (APIRequest, APIServices) async throws(Problem) -> EndpointAnswer

    let method: String

    /// Such as `/v1/callbacks/{id}`.
    let path: String

    /// The scope that a token needs; nil for a route that needs none.
    let scope: Configuration.Scope?

    /// What is told of it, and the parameters that it knows.
    let operation: APIOperation

    /// The query parameters that it knows.
    let queryNames: [String]

    /// Whether a request may be open for long: it can wait, or is a stream.
    let mayFollow: Bool
    package let action: Action

    /// A route that is answered at once.
    ///
    /// - Parameter path: such as `/v1/callbacks/{id}`.
    convenience init(
        _ method: String,
        _ path: String,
        _ scope: Configuration.Scope?,
        _ operation: APIOperation,
        _ action:
            @escaping @Sendable (APIRequest, APIServices) async throws(Problem) -> Response
    ) {
        self.init(
            method: method,
            path: path,
            scope: scope,
            operation: operation,
            mayFollow: operation.queryNames.contains("wait")
        ) { (request, services) async throws(Problem) in
            .response(try await action(request, services))
        }
    }

    private init(
        method: String,
        path: String,
        scope: Configuration.Scope?,
        operation: APIOperation,
        mayFollow: Bool,
        action: @escaping Action
    ) {
        self.method = method
        self.path = path
        self.scope = scope
        self.operation = operation
        queryNames = operation.queryNames
        self.mayFollow = mayFollow
        self.action = action
    }

    /// A route that is answered bit by bit.
    package static func stream(
        _ path: String,
        _ scope: Configuration.Scope?,
        _ operation: APIOperation,
        _ action: @escaping Action
    ) -> APIRoute {
        APIRoute(
            method: "GET",
            path: path,
            scope: scope,
            operation: operation,
            mayFollow: true,
            action: action
        )
    }

    /// Whether the document of the API says that this can go wrong here.
    func canFail(with kind: Problem.Kind) -> Bool {
        operation.allProblems(needsToken: scope != nil).contains(kind)
    }

    /// Every route.
    static let all = feed + payments + journal + operations + service

    private static let feed = [
        APIRoute("GET", "/v1/transitions", .feed, .listTransitions, TransitionsEndpoint.list),
        .stream(
            "/v1/transitions/stream",
            .feed,
            .streamTransitions,
            TransitionStreamEndpoint.stream
        ),
        APIRoute("GET", "/v1/consumers", .feed, .listConsumers, ConsumersEndpoint.list),
        APIRoute("GET", "/v1/consumers/{name}", .feed, .showConsumer, ConsumersEndpoint.show),
        APIRoute("PUT", "/v1/consumers/{name}", .feed, .moveConsumer, ConsumersEndpoint.put),
        APIRoute(
            "DELETE",
            "/v1/consumers/{name}",
            .feed,
            .removeConsumer,
            ConsumersEndpoint.remove
        ),
    ]

    private static let payments = [
        APIRoute("GET", "/v1/transactions", .feed, .listTransactions, TransactionsEndpoint.list),
        APIRoute(
            "GET",
            "/v1/transactions/{partnerReferenceNo}",
            .feed,
            .showTransaction,
            TransactionEndpoint.show
        ),
        APIRoute(
            "GET",
            "/v1/transactions/{partnerReferenceNo}/dossier",
            .journal,
            .showDossier,
            DossierEndpoint.show
        ),
        APIRoute("POST", "/admin/qr/generate", .generate, .generate, GenerateEndpoint.generate),
        APIRoute("POST", "/admin/qr/query", .generate, .query, QueryEndpoint.query),
        APIRoute("POST", "/admin/reconcile", .operate, .reconcile, ReconcileEndpoint.reconcile),
    ]

    private static let journal = [
        APIRoute("GET", "/v1/callbacks", .journal, .listCallbacks, CallbacksEndpoint.list),
        APIRoute("GET", "/v1/callbacks/{id}", .journal, .showCallback, CallbacksEndpoint.show),
        APIRoute(
            "GET",
            "/v1/callbacks/{id}/diagnosis",
            .journal,
            .diagnoseCallback,
            CallbacksEndpoint.diagnosis
        ),
        APIRoute(
            "GET",
            "/v1/gateway-report",
            .journal,
            .reportOnGateway,
            GatewayReportEndpoint.show
        ),
    ]

    private static let operations = [
        APIRoute("GET", "/v1/attention", .feed, .listAttention, AttentionEndpoint.list),
        APIRoute(
            "POST",
            "/admin/attention/{id}/resolve",
            .operate,
            .resolveAttention,
            OperatorEndpoint.resolve
        ),
        APIRoute(
            "POST",
            "/admin/attention/resolve",
            .operate,
            .resolveAllAttention,
            OperatorEndpoint.resolveAll
        ),
        APIRoute(
            "POST",
            "/admin/transactions/{partnerReferenceNo}/accept",
            .operate,
            .acceptStatus,
            OperatorEndpoint.accept
        ),
        APIRoute(
            "POST",
            "/admin/callbacks/replay",
            .operate,
            .replayCallbacks,
            ReplayEndpoint.replay
        ),
    ]

    private static let service = [
        APIRoute("GET", "/healthz", nil, .health, ReadinessEndpoint.health),
        APIRoute("GET", "/readyz", nil, .readiness, ReadinessEndpoint.readiness),
        APIRoute("GET", "/openapi.json", nil, .document, OpenAPIEndpoint.show),
        APIRoute("GET", "/metrics", .metrics, .metrics, MetricsEndpoint.show),
        APIRoute("POST", "/admin/prune", .operate, .startPrune, PruneEndpoint.start),
        APIRoute("GET", "/admin/prune", .operate, .showPrune, PruneEndpoint.show),
    ]
}

/// The routes of one path, which differ in their methods.
struct APIPath: Sendable {
    /// Such as `/v1/callbacks/{id}`.
    let text: String

    /// At least one.
    private(set) var routes: [APIRoute]

    /// Segments of the path; `nil` stands for a variable one.
    private let pattern: [String?]

    /// The path of one route.
    init(_ route: APIRoute) {
        text = route.path
        routes = [route]
        pattern = text.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
    }

    /// The paths of `routes`, in their order.
    static func all(of routes: [APIRoute]) -> [APIPath] {
        routes.reduce(into: []) { paths, route in
            if let index = paths.firstIndex(where: { $0.text == route.path }) {
                paths[index].routes.append(route)
            } else {
                paths.append(APIPath(route))
            }
        }
    }

    private static let all = all(of: APIRoute.all)

    /// The path that has these segments, and the values of its variable ones; there is one at most.
    static func find(_ segments: [String]) -> (path: APIPath, variables: [String])? {
        for path in all {
            if let variables = path.match(segments) { return (path, variables) }
        }
        return nil
    }

    /// Whether all of it is open to who has no token.
    var isOpen: Bool { routes.allSatisfy { $0.scope == nil } }

    /// The methods that it supports, for the header `Allow` (RFC 9110 section 10.2.1).
    var allow: String {
        var methods = routes.map(\.method)
        if methods.contains("GET") { methods.append("HEAD") }
        return methods.joined(separator: ", ")
    }

    /// The values of the variable segments, or nil when the path is another one.
    func match(_ segments: [String]) -> [String]? {
        guard segments.count == pattern.count else { return nil }
        var variables: [String] = []
        for (part, segment) in zip(pattern, segments) {
            if let part {
                if part != segment { return nil }
            } else {
                variables.append(segment)
            }
        }
        return variables
    }
}

/// What the endpoints work with.
package struct APIServices: Sendable {
    let store: Store
    let readiness: Readiness
    let outbound: Outbound
    let diagnosis: DiagnosisDesk
    let evidence: EvidenceDesk
    let replayer: CallbackReplayer
    let retention: Retention
    let disk: DiskWatch
    let metrics: Metrics

    package init(
        store: Store,
        readiness: Readiness,
        outbound: Outbound,
        diagnosis: DiagnosisDesk,
        evidence: EvidenceDesk,
        replayer: CallbackReplayer,
        retention: Retention,
        disk: DiskWatch,
        metrics: Metrics
    ) {
        self.store = store
        self.readiness = readiness
        self.outbound = outbound
        self.diagnosis = diagnosis
        self.evidence = evidence
        self.replayer = replayer
        self.retention = retention
        self.disk = disk
        self.metrics = metrics
    }
}

/// What an endpoint answers.
enum EndpointAnswer: Sendable {
    /// Sends bytes, and returns when there is room for more; false when the client has gone.
    typealias Write = @Sendable ([UInt8]) async -> Bool

    /// All of it at once.
    case response(Response)

    /// A head, whose body is the first part of the answer's, and what `body` writes until it
    /// returns. The client may go meanwhile: then its task is cancelled.
    case stream(head: Response, body: @Sendable (_ write: Write) async -> Void)
}
