import HTTPCore
import HTTPServer
import Snap
import Text

/// Routes HTTP requests to the gateway actor, each in a task of its own.
final class SimulatorHandler: RequestHandler {
    private let gateway: Gateway
    private let basePath: String

    init(_ gateway: Gateway) {
        self.gateway = gateway
        basePath = gateway.settings.basePath
    }

    /// Admits every request; the body limit is that of the receiver's default.
    func admit(_ head: RequestHead, from peer: Peer) -> Admission { .receive(bodyBytesMax: 65_536) }

    /// Responds to unknown paths and methods at once, and passes all others to the gateway.
    func handle(_ request: Request, reply: Reply) -> Response? {
        let route = GatewayRoute(request.head, basePath: basePath)
        switch route {
        case .unknown: return Self.error(.notFound, "no such path")
        case .otherMethod(let allowed):
            var response = Self.error(.methodNotAllowed, "expected \(allowed)")
            response.add("Allow", allowed)
            return response
        case .service(let service):
            Task { [gateway] in Self.send(await gateway.answer(service, to: request), reply) }
        case .control(let control):
            Task { [gateway] in Self.send(await gateway.answer(control, to: request), reply) }
        }
        return nil
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Self.error(refusal.status, refusal.status.reasonPhrase)
    }

    private static func send(_ answer: GatewayResponse, _ reply: Reply) {
        switch answer {
        case .answer(let response): reply.send(response)
        // A stream that is released unfinished resets the connection.
        case .disconnect: _ = reply.stream(Response(.ok))
        }
    }

    /// A JSON response with a member `error`.
    private static func error(_ status: Status, _ text: String) -> Response {
        var body = JSONObjectText()
        body.add("error", text)
        var response = Response(status, body: body.bytes)
        response.add("Content-Type", "application/json")
        return response
    }
}
