import APIModel
package import Alarms
package import Configuration
package import Evidence
import HTTPCore
package import Maintenance
package import Metrics
package import Notify
import OpenAPI
package import Outbound
import Queues
package import Store

/// One route of the internal API: a method and a path, with the function that serves it.
///
/// A class, because every request holds a reference to its route, and copying the description in
/// ``operation`` would take time.
final class APIRoute: Sendable {
    /// Serves a request. A thrown problem is the response; it must be one that ``operation`` lists.
    typealias Action =
        @Sendable (APIRequest, APIServices) async throws(Problem) -> EndpointResponse

    /// The method in upper case. Routes with GET also serve HEAD.
    let method: String

    /// The path, such as `/v1/callbacks/{id}`.
    let path: String

    /// The required scope; nil if the route needs no token.
    let scope: Configuration.Scope?

    /// The description of the route in the OpenAPI document.
    let operation: APIOperation

    /// The names of the query parameters that the route accepts.
    let queryNames: [String]

    /// The names of those that are lists, which may be given more than once.
    let listNames: [String]

    /// Whether a request can stay open for long: it has the parameter `wait`, or is a stream that
    /// waits for new data.
    let mayFollow: Bool
    let action: Action

    /// A route with a complete response.
    ///
    /// - Parameter path: the path, such as `/v1/callbacks/{id}`.
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
        listNames = operation.listNames
        self.mayFollow = mayFollow
        self.action = action
    }

    /// A route with a streamed response.
    ///
    /// - Parameter mayFollow: whether the stream can wait for new data.
    static func stream(
        _ path: String,
        _ scope: Configuration.Scope?,
        _ operation: APIOperation,
        mayFollow: Bool,
        _ action: @escaping Action
    ) -> APIRoute {
        APIRoute(
            method: "GET",
            path: path,
            scope: scope,
            operation: operation,
            mayFollow: mayFollow,
            action: action
        )
    }

    /// Whether clients call the route all the time: probes, scrapes, followers of the feed,
    /// consumers that move their offset, and open pages.
    var isRoutine: Bool {
        scope == nil || scope == .metrics || mayFollow
            || (method, path) == ("PUT", "/v1/consumers/{name}")
            || (method, path) == ("GET", "/v1/overview")
    }

    /// Whether the OpenAPI document lists this problem for the route.
    func canFail(with kind: Problem.Kind) -> Bool {
        operation.allProblems(needsToken: scope != nil).contains(kind)
    }

    /// The route of a request, and the maximum of bytes in its body, if that is a limit of its own.
    static func ofLargeBody(_ head: RequestHead) -> (route: APIRoute, bytesMax: Int)? {
        for route in all where head.methodIs(route.method) {
            guard let bytesMax = route.operation.bodyBytesMax,
                head[head.path].elementsEqual(route.path.utf8)
            else { continue }
            return (route, bytesMax)
        }
        return nil
    }

    /// All routes, in the order of the OpenAPI document.
    static let all = feed + payments + journal + operations + service

    private static let feed = [
        APIRoute("GET", "/v1/transitions", .feed, .listTransitions, TransitionsEndpoint.list),
        .stream(
            "/v1/transitions/stream",
            .feed,
            .streamTransitions,
            mayFollow: true,
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
        APIRoute("GET", "/v1/summary", .feed, .summarize, SummaryEndpoint.show),
        APIRoute(
            "GET",
            "/v1/transactions/{partnerReferenceNo}/qr.svg",
            .feed,
            .showQRPicture,
            QRPictureEndpoint.show
        ),
        APIRoute("POST", "/admin/qr/generate", .generate, .generate, GenerateEndpoint.generate),
        APIRoute("POST", "/admin/qr/query", .generate, .query, QueryEndpoint.query),
        APIRoute("POST", "/admin/reconcile", .operate, .reconcile, ReconcileEndpoint.reconcile),
    ]

    private static let journal = [
        APIRoute("GET", "/v1/find", .journal, .find, FindEndpoint.find),
        APIRoute("GET", "/v1/callbacks", .journal, .listCallbacks, CallbacksEndpoint.list),
        APIRoute("GET", "/v1/callbacks/{id}", .journal, .showCallback, CallbacksEndpoint.show),
        APIRoute(
            "GET",
            "/v1/callbacks/{id}/diagnosis",
            .journal,
            .diagnoseCallback,
            CallbacksEndpoint.diagnosis
        ),
        APIRoute("POST", "/v1/diagnose", .journal, .diagnose, DiagnoseEndpoint.diagnose),
        APIRoute(
            "GET",
            "/v1/gateway-report",
            .journal,
            .reportOnGateway,
            GatewayReportEndpoint.show
        ),
        .stream("/v1/export", .journal, .export, mayFollow: false, ExportEndpoint.stream),
        APIRoute("POST", "/v1/compare", .journal, .compare, CompareEndpoint.compare),
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
        APIRoute("GET", "/v1/overview", .feed, .showOverview, OverviewEndpoint.show),
        APIRoute("POST", "/admin/prune", .operate, .startPrune, PruneEndpoint.start),
        APIRoute("GET", "/admin/prune", .operate, .showPrune, PruneEndpoint.show),
        APIRoute("POST", "/admin/self-test", .operate, .selfTest, SelfTestEndpoint.run),
    ]
}

/// The routes of one path, one for each method.
struct APIPath: Sendable {
    /// The path, such as `/v1/callbacks/{id}`.
    let text: String

    /// The routes; at least one.
    private(set) var routes: [APIRoute]

    /// The segments of the path; nil for a variable segment.
    private let pattern: [String?]

    /// The path of a route, with this route only.
    init(_ route: APIRoute) {
        text = route.path
        routes = [route]
        pattern = text.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
    }

    /// Groups routes by their path, in the order of their first route.
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

    /// Finds the path that matches the segments of a request; at most one does.
    ///
    /// - Returns: the path and the values of its variable segments; nil if no path matches.
    static func find(_ segments: [String]) -> (path: APIPath, variables: [String])? {
        for path in all {
            if let variables = path.match(segments) { return (path, variables) }
        }
        return nil
    }

    /// Whether no route of the path needs a token.
    var isOpen: Bool { routes.allSatisfy { $0.scope == nil } }

    /// The supported methods, for the header `Allow` (RFC 9110 section 10.2.1).
    var allow: String {
        var methods = routes.map(\.method)
        if methods.contains("GET") { methods.append("HEAD") }
        return methods.joined(separator: ", ")
    }

    /// The values of the variable segments; nil if the segments do not match.
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

/// The parts of the receiver that endpoints use.
package struct APIServices: Sendable {
    let store: Store
    let readiness: Readiness

    /// Generate and query calls to the gateway.
    let outbound: Outbound
    let diagnosis: DiagnosisDesk

    /// Makes dossiers and gateway reports.
    let evidence: EvidenceDesk

    /// Compares reports, one at a time.
    let comparisons = TurnQueue(label: "comparisons")

    /// Makes the overview.
    let overview: OverviewDesk

    /// Verifies stored callbacks again for a replay.
    let replayer: CallbackReplayer

    /// Erases old heads and bodies.
    let retention: Retention
    let disk: DiskWatch
    let clock: ClockSamples
    let metrics: Metrics

    /// - Parameter diagnosis: used by other parts as well.
    package init(
        _ loaded: LoadedConfiguration,
        store: Store,
        readiness: Readiness,
        outbound: Outbound,
        diagnosis: DiagnosisDesk,
        replayer: CallbackReplayer,
        retention: Retention,
        disk: DiskWatch,
        clock: ClockSamples,
        metrics: Metrics
    ) {
        self.store = store
        self.readiness = readiness
        self.outbound = outbound
        self.diagnosis = diagnosis
        evidence = EvidenceDesk(loaded)
        overview = OverviewDesk(
            loaded,
            store: store,
            readiness: readiness,
            disk: disk,
            metrics: metrics
        )
        self.replayer = replayer
        self.retention = retention
        self.disk = disk
        self.clock = clock
        self.metrics = metrics
    }
}

/// The response of an endpoint.
enum EndpointResponse: Sendable {
    /// Sends bytes, and returns when the connection can take more; false if the client has
    /// disconnected.
    typealias Write = @Sendable ([UInt8]) async -> Bool

    /// A complete response.
    case response(Response)

    /// A streamed response: the body of `head` is sent first, then what `body` writes until it
    /// returns. The task of `body` is cancelled if the client disconnects.
    ///
    /// `body` returns whether it is complete. If not, the connection is reset.
    case stream(head: Response, body: @Sendable (_ write: Write) async -> Bool)
}
