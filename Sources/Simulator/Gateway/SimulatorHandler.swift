import HTTPCore
import HTTPServer
import Payments
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
            Task { [gateway] in Self.send(await gateway.serve(service, request), reply) }
        case .control(let control):
            Task { [gateway] in Self.send(await gateway.serve(control, request), reply) }
        }
        return nil
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Self.error(refusal.status, refusal.status.reasonPhrase)
    }

    private static func send(_ result: GatewayResponse, _ reply: Reply) {
        switch result {
        case .response(let response): reply.send(response)
        // A stream that is released unfinished resets the connection.
        case .disconnect: _ = reply.stream(Response(.ok))
        // The action holds the reply until the merchant closes the connection.
        case .silence:
            reply.onDisconnect(includingHalfClose: true) { withExtendedLifetime(reply) {} }
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

/// The route of a request.
enum GatewayRoute: Equatable {
    /// The routes of the control API, below `/simulator/`.
    enum Control: Equatable {
        case list, faults, release
        case show(Reference)
        case pay(Reference)
        case cancel(Reference)
    }

    case service(ResponseCode.Service)
    case control(Control)

    /// The path exists, but not for this method; the response is 405 with `Allow`.
    case otherMethod(allowed: String)
    case unknown

    /// The "Relative path url for signature" of the gateway's documentation.
    static func path(of service: ResponseCode.Service) -> String {
        service == .generate ? "/api/v1.0/qr/qr-mpm-generate" : "/api/v1.0/qr/qr-mpm-query"
    }

    /// Finds the route of a request.
    ///
    /// - Parameter basePath: the prefix of the services' paths; the control API has none.
    init(_ head: RequestHead, basePath: String) {
        let path = head.text(head.path)
        let (route, method) = Self.route(path, basePath: basePath)
        if route != .unknown, !head.methodIs(method) {
            self = .otherMethod(allowed: method)
        } else {
            self = route
        }
    }

    /// The route of a path, and the method that it requires.
    private static func route(_ path: String, basePath: String) -> (GatewayRoute, String) {
        for service in [ResponseCode.Service.generate, .query]
        where path == basePath + self.path(of: service) {
            return (.service(service), "POST")
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch Array(parts) {
        case ["simulator", "transactions"]: return (.control(.list), "GET")
        case ["simulator", "faults"]: return (.control(.faults), "POST")
        case ["simulator", "release"]: return (.control(.release), "POST")
        default: break
        }
        guard parts.starts(with: ["simulator", "transactions"]),
            let reference = parts.dropFirst(2).first.flatMap(unescaped)
        else { return (.unknown, "") }
        switch Array(parts.dropFirst(3)) {
        case []: return (.control(.show(reference)), "GET")
        case ["pay"]: return (.control(.pay(reference)), "POST")
        case ["cancel"]: return (.control(.cancel(reference)), "POST")
        default: return (.unknown, "")
        }
    }

    /// Decodes a partnerReferenceNo in a path (RFC 3986 section 2.1); nil if it is invalid.
    private static func unescaped(_ text: Substring) -> Reference? {
        PercentEncoding.decoded(text.utf8).flatMap { Reference($0.span) }
    }
}

/// The reaction of the simulated gateway to one request.
enum GatewayResponse: Sendable {
    case response(Response)
    /// The connection is reset before the response is complete.
    case disconnect
    /// The connection stays open without a response until the merchant closes it.
    case silence

    /// A response with `responseCode` and `responseMessage` only.
    init(_ responseCase: ResponseCase, _ service: ResponseCode.Service) {
        let snap = SnapResponse(responseCase, service)
        self.init(status: snap.code.status, body: snap.body)
    }

    /// A JSON response.
    init(status: Int, body: [UInt8]) {
        var response = Response(Status(status), body: body)
        response.add("Content-Type", "application/json")
        self = .response(response)
    }

    /// A successful response of a service.
    ///
    /// - Parameter add: adds the members after `responseCode` and `responseMessage`.
    static func successful(
        _ service: ResponseCode.Service,
        _ add: (inout JSONObjectText) -> Void
    ) -> GatewayResponse {
        var body = JSONObjectText()
        body.add("responseCode", ResponseCode(.successful, service).description)
        body.add("responseMessage", ResponseCase.successful.message)
        add(&body)
        return GatewayResponse(status: 200, body: body.bytes)
    }
}
