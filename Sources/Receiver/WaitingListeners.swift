import APIModel
import Configuration
import HTTPCore
import HTTPServer
import InternalAPI
import Logging
import Notify
import Snap
import System

/// Responds on the configured addresses while the database cannot be opened yet: the service is
/// alive but not ready.
///
/// Callbacks get 5005601, so that the gateway delivers them again.
struct WaitingListeners: Sendable {
    private let servers: [Server]

    /// Opens the listeners that can be opened; the others are logged. Sockets of the service
    /// manager are left alone: their connections wait, and once closed they could not be opened
    /// again.
    ///
    /// - Parameter problem: why the database cannot be opened.
    init(
        _ configuration: Configuration,
        passed: PassedSockets,
        problem: String,
        log: Log
    ) {
        guard let loops = try? EventLoop.onePerProcessor() else {
            servers = []
            return
        }
        let all: [(any RequestHandler, [ListenAddress])] = [
            (WaitingInternalHandler(problem: problem), configuration.internalAPI.listen),
            (WaitingNotifyHandler(), configuration.notify.listen),
        ]
        servers = all.map { handler, addresses in
            let limits = ServerLimits(configuration.limits)
            let server = Server(loops: loops, limits: limits, handler: handler)
            for address in addresses {
                if case .systemd = address { continue }
                do throws(ListenError) {
                    for listener in try Listener.open(address, passed: passed) {
                        log.info("listening, not ready") {
                            $0.add("address", describing: listener.address)
                        }
                        server.add(listener)
                    }
                } catch {
                    log.error("cannot listen") { $0.add("error", describing: error) }
                }
            }
            return server
        }
    }

    /// Closes all listeners; requests in flight have one second.
    func close() async {
        for server in servers { await server.drain(seconds: 1) }
    }
}

/// The notify listener while there is no database.
private struct WaitingNotifyHandler: RequestHandler {
    func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        .receive(bodyBytesMax: 1_048_576)
    }

    func handle(_ request: Request, reply: Reply) -> Response? {
        let head = request.head
        if head.text(head.path) == "/healthz" { return .alive }
        return Self.response(NotifyResponse.notCommitted)
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Self.response(NotifyResponses.snapResponse(refusal.status))
    }

    private static func response(_ response: SnapResponse) -> Response {
        NotifyResponses.response(
            response,
            externalID: nil,
            nowMilliseconds: SystemClock.realtimeMilliseconds()
        )
    }
}

/// The internal listener while there is no database: 503 for all but the probes.
private struct WaitingInternalHandler: RequestHandler {
    let problem: String

    func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        .receive(bodyBytesMax: 1_048_576)
    }

    func handle(_ request: Request, reply: Reply) -> Response? {
        switch request.head.text(request.head.path) {
        case "/healthz": .alive
        case "/readyz": Readiness.response(databaseProblem: problem)
        default:
            Problem(.storeUnavailable, "The database cannot be opened: \(problem).").response
        }
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        var problem = Problem(.malformedRequest, "The request was refused: \(refusal).")
        problem.statusOverride = refusal.status
        return problem.response
    }
}

extension Response {
    /// The response to `GET /healthz`.
    fileprivate static let alive: Response = {
        var response = Response(.ok, body: Array("{\"status\":\"ok\"}".utf8))
        response.add("Content-Type", "application/json")
        return response
    }()
}
