import APIModel
package import Configuration
import Evidence
package import HTTPCore
package import HTTPServer
package import Logging
package import Metrics
import OperatorPage
import OpenAPI
package import System
import Store
import Synchronization

/// Handles the requests of the internal listener.
///
/// The server calls its methods on event loops. A request is parsed and authorized there; its
/// endpoint runs in a task of its own, so that a slow endpoint never blocks a loop.
package final class InternalHandler: RequestHandler {
    /// The limits that a reload can change.
    private struct Settings {
        var bodyBytesMax: Int
        var requestsInFlightMax: Int
    }

    private let settings: Mutex<Settings>
    private let tokens: Mutex<TokenList>
    private let services: APIServices
    private let log: Log
    private let unauthorized: UnauthorizedRequests

    /// Limits the lines about requests without a valid token.
    private let refusedLines: LineLimit

    private let largeBodies = LargeBodies()

    /// The requests whose response is not complete, for their lines in the log.
    private let openRequests = Mutex<[UInt64: OpenRequest]>([:])

    /// Requests and streams that count against `requestsInFlight` of the configuration.
    private let requestsInFlight = Atomic<Int>(0)

    package init(_ loaded: LoadedConfiguration, services: APIServices, log: Log) {
        settings = Mutex(Self.settings(loaded))
        tokens = Mutex(TokenList(loaded.keys.tokens))
        self.services = services
        self.log = log
        unauthorized = UnauthorizedRequests(counter: services.metrics.unauthorized, log: log)
        refusedLines = LineLimit(log, summary: "refused api requests not logged")
    }

    /// Applies a reloaded configuration to requests that begin from now on.
    ///
    /// Waits and streams whose token was removed, or lost its scope, end at once.
    package func apply(_ loaded: LoadedConfiguration) {
        settings.withLock { $0 = Self.settings(loaded) }
        let revoked = tokens.withLock { $0.replace(by: loaded.keys.tokens) }
        for follower in revoked { follower.revoke() }
        services.diagnosis.apply(loaded)
        services.evidence.apply(loaded)
        services.overview.apply(loaded)
    }

    private static func settings(_ loaded: LoadedConfiguration) -> Settings {
        let limits = loaded.configuration.internalAPI.limits
        return Settings(
            bodyBytesMax: limits.bodyBytes,
            requestsInFlightMax: limits.requestsInFlight
        )
    }

    // MARK: RequestHandler

    /// Admits bodies up to the configured limit, and larger ones on routes that need them.
    ///
    /// A larger body is received only with a token that may use its route, and only if few others
    /// are in memory.
    package func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        let bytesMax = settings.withLock { $0.bodyBytesMax }
        guard head.mayExceed(bytesMax), let (route, routeBytesMax) = APIRoute.ofLargeBody(head),
            routeBytesMax > bytesMax
        else { return .receive(bodyBytesMax: bytesMax) }
        do throws(Problem) {
            let caller = try authenticate(head, from: peer)
            if let scope = route.scope { try check(caller, has: scope) }
            return .receive(bodyBytesMax: routeBytesMax, permit: try largeBodies.permit())
        } catch {
            return .refuse(error.response)
        }
    }

    package func handle(_ request: Request, reply: Reply) -> Response? {
        do throws(Problem) {
            if let response = try page(request) { return response }
            let call = try dispatch(request)
            // Probes and metrics are exempt from the limit: many waiting consumers must not make
            // the receiver look dead.
            let isCounted = call.route.scope != nil && call.route.scope != .metrics
            if isCounted { try countRequest() }
            serve(call, isCounted: isCounted, isHEAD: request.head.methodIs("HEAD"), reply)
            return nil
        } catch {
            return error.response
        }
    }

    /// Runs the endpoint in a task, and sends its response.
    ///
    /// The task is cancelled when the client disconnects; for a request that can stay open, also
    /// when the client closes its sending side.
    private func serve(_ call: Call, isCounted: Bool, isHEAD: Bool, _ reply: Reply) {
        let follower = follower(call)
        // Requests that can wait run on the thread that wakes them. The threads that serve
        // callbacks are left to callbacks.
        let executor = call.route.mayFollow ? services.store.signal.followers : nil
        if follower != nil { services.metrics.countFollower(1) }
        let task = Task(executorPreference: executor) { [self] in
            let result = await run(call, follower)
            await send(result, reply, isHEAD: isHEAD) {
                if isCounted { requestsInFlight.subtract(1, ordering: .relaxed) }
            }
            guard let follower else { return }
            tokens.withLock { $0.remove(follower) }
            follower.end()
            services.metrics.countFollower(-1)
        }
        follower?.serve(by: task)
        reply.onDisconnect(includingHalfClose: follower != nil) { task.cancel() }
    }

    /// Registers a request that can stay open; nil for any other request.
    ///
    /// If its token was removed since the request was authorized, the follower is revoked at once.
    private func follower(_ call: Call) -> Follower? {
        guard call.route.mayFollow, let token = call.request.caller, let scope = call.route.scope
        else { return nil }
        let follower = Follower(token, scope: scope)
        if !tokens.withLock({ $0.add(follower) }) { follower.revoke() }
        return follower
    }

    /// Returns problem details for a request that the HTTP server refused, with the server's
    /// status.
    package func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        let kind: Problem.Kind =
            switch refusal.status.code {
            case 408: .requestTimeout
            case 413, 414, 431: .tooLarge
            case 500: .internalError
            case 503: .overloaded
            default: .malformedRequest
            }
        var problem = Problem(kind, "The request was refused: \(refusal).")
        problem.statusOverride = refusal.status
        return problem.response
    }

    /// Counts and logs a request (article Logs).
    package func finished(_ exchange: Exchange) {
        let status = exchange.status?.code
        if let status { services.metrics.apiResponses.add(status) }
        let open = openRequests.withLock { $0.removeValue(forKey: exchange.number) }
        let write = { (line: inout LogLine) in
            line.add("request", exchange.number)
            if let head = exchange.head {
                if let requestID = head.requestID { line.add("requestId", bytes: requestID) }
                line.add("method", bytes: head[head.method])
                line.add("path", bytes: head[head.path])
            }
            if let token = open?.token { line.add("token", token) }
            if let status { line.add("status", status) }
            if !exchange.isComplete { line.add("complete", false) }
            line.add("client", describing: exchange.peer)
            line.add(
                "ms",
                milliseconds: exchange.finishedNanoseconds - exchange.receivedNanoseconds
            )
        }
        guard let open else {
            return refusedLines.info("api request", reason: "status \(status ?? 0)", write)
        }
        let level: LogLevel =
            switch status {
            case 500: .error
            case let status? where status >= 400: .info
            default: open.isRoutine ? .debug : .info
            }
        log.write(level, "api request", write)
    }

    /// Logs how many lines were not written, before the program stops.
    package func reportOmittedLines() {
        refusedLines.endPeriod()
        unauthorized.reportOmittedLines()
    }

    package func acceptFailed(_ error: SystemError, on address: SocketAddress) {
        log.acceptFailed(error, on: address)
    }

    /// Starts to stop: `/readyz` reports it, and every waiting request gets its response now.
    package func drain() {
        services.readiness.drain()
        services.store.signal.close()
    }

    // MARK: Dispatch

    /// What the line of a request needs of it.
    private struct OpenRequest {
        /// The name of its token; nil where none is required.
        var token: String?

        /// Whether clients send such requests all the time; they are logged at level debug, unless
        /// they fail.
        var isRoutine = false
    }

    /// An authorized request with its route.
    private struct Call {
        let route: APIRoute
        let request: APIRequest
    }

    /// The response with a file of the operator page, which needs no token; nil for other paths.
    ///
    /// - Throws: the problem of a method that the page does not have.
    private func page(_ received: Request) throws(Problem) -> Response? {
        let head = received.head
        guard let file = OperatorPage.file(at: head.text(head.path)) else { return nil }
        openRequests.withLock { $0[received.number] = OpenRequest(isRoutine: true) }
        guard head.methodIs("GET") || head.methodIs("HEAD") else {
            throw notAllowed(head, allow: "GET, HEAD")
        }
        return file.response(to: head)
    }

    /// Finds the route of a request and authorizes it.
    ///
    /// - Throws: the first problem of its token, path, method, scope and query, in this order.
    private func dispatch(_ received: Request) throws(Problem) -> Call {
        let head = received.head
        var request = try APIRequest(head, body: received.body, permit: received.permit)
        let found = APIPath.find(request.segments)
        // Authentication precedes the check of the path, so that the existence of a path is not
        // revealed without a token.
        if found?.path.isOpen != true {
            request.caller = try authenticate(head, from: received.peer)
        }
        let token = request.caller?.name
        openRequests.withLock { $0[received.number] = OpenRequest(token: token) }
        guard let (path, variables) = found else {
            throw Problem(.notFound, "No route has the path \(head.text(head.path)).")
        }
        let method = head.methodIs("HEAD") ? "GET" : head.text(head.method)
        guard let route = path.routes.first(where: { $0.method == method }) else {
            throw notAllowed(head, allow: path.allow)
        }
        if route.isRoutine {
            openRequests.withLock { $0[received.number]?.isRoutine = true }
        }
        if let scope = route.scope { try check(request.caller, has: scope) }
        if !route.operation.ignoresQuery {
            try request.readQuery(lists: route.listNames)
            try request.allow(route.queryNames)
        }
        request.variables = variables
        return Call(route: route, request: request)
    }

    private func check(_ caller: Token?, has scope: Configuration.Scope) throws(Problem) {
        if let caller, caller.allows(scope) { return }
        let name = caller?.name ?? ""
        throw Problem(.forbidden, "The token \(name) lacks the scope \(scope.rawValue).")
    }

    private func notAllowed(_ head: RequestHead, allow: String) -> Problem {
        var problem = Problem(
            .methodNotAllowed,
            "\(head.text(head.method)) is not supported by this path; supported: \(allow)."
        )
        problem.allow = allow
        return problem
    }

    /// Finds the token of the header `Authorization`.
    ///
    /// Each token is compared in constant time, and all of them are compared, so that the time does
    /// not depend on which token matches.
    private func authenticate(
        _ head: RequestHead,
        from peer: Peer
    ) throws(Problem) -> Token {
        let refuse = { [unauthorized] (reason: UnauthorizedReason) in
            unauthorized.record(reason, from: peer)
        }
        guard case .value(let range) = head.single("Authorization"),
            let secret = Self.bearerToken(head[range])
        else {
            refuse(.noToken)
            throw Problem(.unauthorized, "Send one header field Authorization: Bearer TOKEN.")
        }
        let tokens = tokens.withLock { $0.tokens }
        var found: Token?
        for token in tokens where token.matches(secret.span) { found = token }
        guard let found else {
            refuse(.unknownToken)
            throw Problem(.unauthorized, "The bearer token is unknown.")
        }
        return found
    }

    /// The token in the value of `Authorization` (RFC 6750 section 2.1).
    ///
    /// The scheme is compared without regard to case (RFC 9110 section 11.1).
    private static func bearerToken(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        let scheme = Array("bearer ".utf8)
        guard value.count > scheme.count,
            zip(value, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
        else { return nil }
        return Array(value.dropFirst(scheme.count).drop { $0 == 0x20 })
    }

    /// Runs the endpoint; a problem becomes the response.
    ///
    /// If the token was revoked meanwhile, the result is discarded and the response is 401.
    private func run(_ call: Call, _ follower: Follower?) async -> EndpointResponse {
        let result: Result<EndpointResponse, Problem>
        do throws(Problem) {
            result = .success(try await call.route.action(call.request, services))
        } catch {
            result = .failure(error)
        }
        do throws(Problem) {
            if follower?.isRevoked == true {
                throw Problem(.unauthorized, "The bearer token is no longer valid.")
            }
            return try result.get()
        } catch {
            assert(
                call.route.canFail(with: error.kind),
                "\(call.route.path): \(error.kind) is not documented"
            )
            return .response(error.response)
        }
    }

    /// Sends the response of an endpoint. A stream counts as a request in flight until it ends.
    ///
    /// - Parameter leave: ends the request in flight. It is called before the response is complete,
    ///   so that a client that sends its next request at once is not refused for its own last one.
    private func send(
        _ result: EndpointResponse,
        _ reply: Reply,
        isHEAD: Bool,
        leave: () -> Void
    ) async {
        switch result {
        case .response(let response):
            leave()
            reply.send(response)
        case .stream(let head, let body):
            let stream = reply.stream(head)
            let isComplete = isHEAD ? true : await body { await stream.write($0) }
            leave()
            // A stream that is released without this is reset.
            if isComplete { stream.finish() }
        }
    }

    /// The requests in flight, and their limit.
    package var load: Metrics.Load {
        Metrics.Load(
            requests: requestsInFlight.load(ordering: .relaxed),
            requestsMax: settings.withLock { $0.requestsInFlightMax }
        )
    }

    /// Counts a request in flight; throws at the limit.
    private func countRequest() throws(Problem) {
        let limit = settings.withLock { $0.requestsInFlightMax }
        let count = requestsInFlight.add(1, ordering: .relaxed).newValue
        if count <= limit { return }
        requestsInFlight.subtract(1, ordering: .relaxed)
        throw Problem(.overloaded, "\(limit) requests are in flight; try again in a second.")
    }
}
