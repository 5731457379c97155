import APIModel
package import Configuration
package import HTTPCore
package import HTTPServer
package import Logging
package import System
import Store
import Synchronization

/// The internal listener: what the merchant's own services see (contract section 5).
package final class InternalHandler: RequestHandler {
    private struct Settings {
        var bodyBytesMax: Int
        var requestsInFlightMax: Int
    }

    private let settings: Mutex<Settings>
    private let tokens: Mutex<TokenList>
    private let services: APIServices
    private let log: Log
    private let requestsInFlight = Atomic<Int>(0)

    package init(_ loaded: LoadedConfiguration, services: APIServices, log: Log) {
        settings = Mutex(Self.settings(loaded))
        tokens = Mutex(TokenList(loaded.keys.tokens))
        self.services = services
        self.log = log
    }

    /// Serves requests that begin from now on with the tokens, limits and keys of `loaded`; ends
    /// the waits and streams of tokens that it does not have.
    package func apply(_ loaded: LoadedConfiguration) {
        settings.withLock { $0 = Self.settings(loaded) }
        let revoked = tokens.withLock { $0.replace(by: loaded.keys.tokens) }
        for follower in revoked { follower.revoke() }
        services.diagnosis.apply(loaded)
        services.evidence.apply(loaded)
    }

    private static func settings(_ loaded: LoadedConfiguration) -> Settings {
        let limits = loaded.configuration.internalAPI.limits
        return Settings(
            bodyBytesMax: limits.bodyBytes,
            requestsInFlightMax: limits.requestsInFlight
        )
    }

    // MARK: RequestHandler

    package func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        .receive(bodyBytesMax: settings.withLock { $0.bodyBytesMax })
    }

    package func handle(_ request: Request, reply: Reply) -> Response? {
        do throws(Problem) {
            let call = try dispatch(request)
            // What tells whether the receiver is well takes no room and is never refused for want
            // of it: else waiting consumers would make it look dead.
            let takesRoom = call.route.scope != nil && call.route.scope != .metrics
            if takesRoom { try takeRoom() }
            serve(call, takesRoom: takesRoom, isHEAD: request.head.methodIs("HEAD"), reply)
            return nil
        } catch {
            return error.response
        }
    }

    private func serve(_ call: Call, takesRoom: Bool, isHEAD: Bool, _ reply: Reply) {
        let follower = follower(call)
        // What may wait runs where it is woken, and not among what serves callbacks.
        let executor = call.route.mayFollow ? services.store.signal.followers : nil
        let task = Task(executorPreference: executor) { [self] in
            let answer = await run(call, follower)
            await send(answer, reply, isHEAD: isHEAD) {
                if takesRoom { requestsInFlight.subtract(1, ordering: .relaxed) }
            }
            guard let follower else { return }
            tokens.withLock { $0.remove(follower) }
            follower.end()
        }
        follower?.serve(by: task)
        reply.onDisconnect(includingHalfClose: follower != nil) { task.cancel() }
    }

    /// The follower that a request makes; nil for one that neither waits nor streams.
    private func follower(_ call: Call) -> Follower? {
        guard call.route.mayFollow, let token = call.request.caller, let scope = call.route.scope
        else { return nil }
        let follower = Follower(token, scope: scope)
        if !tokens.withLock({ $0.add(follower) }) { follower.revoke() }
        return follower
    }

    package func refuse(_ refusal: Refusal, head: RequestHead?, peer: Peer) -> Response {
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

    package func finished(_ exchange: Exchange) {
        log.debug("internal request") { line in
            line.add("request", exchange.number)
            if let head = exchange.head {
                line.add("method", bytes: head[head.method])
                line.add("path", bytes: head[head.path])
            }
            if let status = exchange.status { line.add("status", status.code) }
            line.add("client", describing: exchange.peer)
            line.add(
                "ms",
                milliseconds: exchange.finishedNanoseconds - exchange.receivedNanoseconds
            )
        }
    }

    package func acceptFailed(_ error: SystemError, on address: SocketAddress) {
        log.acceptFailed(error, on: address)
    }

    /// Answers every wait at once: the receiver stops.
    package func drain() {
        services.readiness.drain()
        services.store.signal.close()
    }

    // MARK: Dispatch

    /// A request that is to be served, and what serves it.
    private struct Call {
        let route: APIRoute
        let request: APIRequest
    }

    /// What serves a request; throws what is wrong with its path, method, token or query.
    private func dispatch(_ received: Request) throws(Problem) -> Call {
        let head = received.head
        var request = try APIRequest(head, body: received.body)
        let found = APIPath.find(request.segments)
        // Who has no token is not even told which paths there are.
        if found?.path.isOpen != true { request.caller = try authenticate(head) }
        guard let (path, variables) = found else {
            throw Problem(.notFound, "No route has the path \(head.text(head.path)).")
        }
        let method = head.methodIs("HEAD") ? "GET" : head.text(head.method)
        guard let route = path.routes.first(where: { $0.method == method }) else {
            throw notAllowed(head, allow: path.allow)
        }
        if let scope = route.scope { try check(request.caller, has: scope) }
        if !route.operation.ignoresQuery {
            try request.readQuery()
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
            "\(head.text(head.method)) is not supported here; \(allow) is."
        )
        problem.allow = allow
        return problem
    }

    private func authenticate(_ head: RequestHead) throws(Problem) -> Token {
        guard case .value(let range) = head.single("Authorization"),
            let secret = Self.bearerToken(head[range])
        else {
            throw Problem(.unauthorized, "Send the header Authorization: Bearer TOKEN, once.")
        }
        // Every token is compared, whichever matches: the time tells nothing.
        let tokens = tokens.withLock { $0.tokens }
        var found: Token?
        for token in tokens where token.matches(secret.span) { found = token }
        guard let found else { throw Problem(.unauthorized, "The bearer token is not known.") }
        return found
    }

    /// The token of a header value (RFC 6750 section 2.1; the scheme in any case, RFC 9110 section
    /// 11.1).
    private static func bearerToken(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        let scheme = Array("bearer ".utf8)
        guard value.count > scheme.count,
            zip(value, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
        else { return nil }
        return Array(value.dropFirst(scheme.count).drop { $0 == 0x20 })
    }

    private func run(_ call: Call, _ follower: Follower?) async -> EndpointAnswer {
        let result: Result<EndpointAnswer, Problem>
        do throws(Problem) {
            result = .success(try await call.route.action(call.request, services))
        } catch {
            result = .failure(error)
        }
        do throws(Problem) {
            if follower?.isRevoked == true {
                throw Problem(.unauthorized, "The bearer token is not valid any more.")
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

    /// Sends an answer. A stream is in flight until it ends: it takes the room of a request.
    ///
    /// - Parameter leave: gives the room back, before the client can know that it has its answer.
    private func send(
        _ answer: EndpointAnswer,
        _ reply: Reply,
        isHEAD: Bool,
        leave: () -> Void
    ) async {
        switch answer {
        case .response(let response):
            leave()
            reply.send(response)
        case .stream(let head, let body):
            let stream = reply.stream(head)
            if !isHEAD { await body { await stream.write($0) } }
            leave()
            stream.finish()
        }
    }

    private func takeRoom() throws(Problem) {
        let limit = settings.withLock { $0.requestsInFlightMax }
        let count = requestsInFlight.add(1, ordering: .relaxed).newValue
        if count <= limit { return }
        requestsInFlight.subtract(1, ordering: .relaxed)
        throw Problem(.overloaded, "\(limit) requests are being served; try again in a second.")
    }
}
