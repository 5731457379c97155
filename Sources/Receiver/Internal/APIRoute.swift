import HTTPCore
import Store

/// One route of the internal API: what the server dispatches by.
struct APIRoute: Sendable {
    typealias Action =
        @Sendable (APIRequest, APIServices) async throws(Problem) -> EndpointAnswer

    let method: String

    /// Segments of the path; `nil` stands for a variable one.
    let pattern: [String?]

    /// The scope that a token needs.
    let scope: Configuration.Scope
    let action: Action

    /// A route that is answered at once.
    ///
    /// - Parameter path: such as `/v1/callbacks/{id}`.
    init(
        _ method: String,
        _ path: String,
        _ scope: Configuration.Scope,
        _ action:
            @escaping @Sendable (APIRequest, APIServices) async throws(Problem) -> Response
    ) {
        self.init(method: method, path: path, scope: scope) {
            (request, services) async throws(Problem) in
            .response(try await action(request, services))
        }
    }

    private init(
        method: String,
        path: String,
        scope: Configuration.Scope,
        action: @escaping Action
    ) {
        self.method = method
        pattern = path.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
        self.scope = scope
        self.action = action
    }

    /// A route that is answered bit by bit.
    static func stream(
        _ path: String,
        _ scope: Configuration.Scope,
        _ action: @escaping Action
    ) -> APIRoute {
        APIRoute(method: "GET", path: path, scope: scope, action: action)
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

    /// Every route that needs a token.
    static let all = [
        APIRoute("GET", "/v1/transitions", .feed, TransitionsEndpoint.list),
        .stream("/v1/transitions/stream", .feed, TransitionStreamEndpoint.stream),
        APIRoute("GET", "/v1/consumers", .feed, ConsumersEndpoint.list),
        APIRoute("GET", "/v1/consumers/{name}", .feed, ConsumersEndpoint.show),
        APIRoute("PUT", "/v1/consumers/{name}", .feed, ConsumersEndpoint.put),
        APIRoute("DELETE", "/v1/consumers/{name}", .feed, ConsumersEndpoint.remove),
        APIRoute("GET", "/v1/transactions", .feed, TransactionsEndpoint.list),
        APIRoute("GET", "/v1/transactions/{partnerReferenceNo}", .feed, TransactionEndpoint.show),
        APIRoute(
            "GET",
            "/v1/transactions/{partnerReferenceNo}/dossier",
            .journal,
            DossierEndpoint.show
        ),
        APIRoute("GET", "/v1/callbacks", .journal, CallbacksEndpoint.list),
        APIRoute("GET", "/v1/callbacks/{id}", .journal, CallbacksEndpoint.show),
        APIRoute("GET", "/v1/callbacks/{id}/diagnosis", .journal, CallbacksEndpoint.diagnosis),
        APIRoute("GET", "/v1/gateway-report", .journal, GatewayReportEndpoint.show),
        APIRoute("GET", "/v1/attention", .feed, AttentionEndpoint.list),
        APIRoute("POST", "/admin/qr/generate", .generate, GenerateEndpoint.generate),
        APIRoute("POST", "/admin/qr/query", .generate, QueryEndpoint.query),
        APIRoute("POST", "/admin/attention/{id}/resolve", .operate, AttentionEndpoint.resolve),
        APIRoute("POST", "/admin/callbacks/replay", .operate, ReplayEndpoint.replay),
        APIRoute("POST", "/admin/reconcile", .operate, ReconcileEndpoint.reconcile),
        APIRoute("GET", "/metrics", .metrics, MetricsEndpoint.show),
    ]
}

/// What the endpoints work with.
struct APIServices: Sendable {
    let store: Store
    let readiness: Readiness
    let outbound: Outbound
    let diagnosis: DiagnosisDesk
    let evidence: EvidenceDesk
    let replayer: CallbackReplayer
    let metrics: Metrics
}
