import HTTPCore
import HTTPServer
import Snap
import Text

/// Hands requests to the gateway.
final class SimulatorHandler: RequestHandler {
    private let gateway: Gateway
    private let basePath: String

    init(_ gateway: Gateway) {
        self.gateway = gateway
        basePath = gateway.settings.basePath
    }

    func admit(_ head: RequestHead, from peer: Peer) -> Admission { .receive(bodyBytesMax: 65_536) }

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

    func refuse(_ refusal: Refusal, head: RequestHead?, peer: Peer) -> Response {
        Self.error(refusal.status, refusal.status.reasonPhrase)
    }

    private static func send(_ answer: GatewayAnswer, _ reply: Reply) {
        switch answer {
        case .answer(let response): reply.send(response)
        // An answer that is begun and let go of breaks the connection off.
        case .disconnect: _ = reply.stream(Response(.ok))
        }
    }

    private static func error(_ status: Status, _ text: String) -> Response {
        var body = JSONObjectText()
        body.add("error", text)
        var response = Response(status, body: body.bytes)
        response.add("Content-Type", "application/json")
        return response
    }
}
