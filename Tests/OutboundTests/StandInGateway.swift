import HTTPCore
import HTTPServer
import Payments
import Synchronization

/// A gateway on loopback: keeps the calls that it gets, and answers each as the test says.
final class StandInGateway: RequestHandler {
    /// One call: the service, and the partnerReferenceNo that it was about.
    struct Call: Hashable, CustomStringConvertible {
        enum Service: String { case generate, query }

        let service: Service
        let reference: String

        var description: String { "\(service) \(reference)" }
    }

    private struct State {
        var calls: [Call] = []
        var usual: [Call.Service: Answer] = [:]
        var isHolding = false
        var held: [(call: Call, reply: Reply)] = []
    }

    /// The answer to a call about this reference.
    typealias Answer = @Sendable (_ reference: String) -> Response

    private let state = Mutex(State())

    var calls: [Call] { state.withLock { $0.calls } }

    var queries: [String] { calls.filter { $0.service == .query }.map(\.reference) }

    /// Answers all calls of a service in this way from now on.
    func answer(_ service: Call.Service, _ answer: @escaping Answer) {
        state.withLock { $0.usual[service] = answer }
    }

    /// Lets calls wait from now on.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Answers the call that has waited longest.
    func release() {
        let (held, answer) = state.withLock { state in
            let held = state.held.removeFirst()
            return (held, Self.answer(to: held.call, state))
        }
        held.reply.send(answer)
    }

    /// Answers all calls that wait, and no call waits from now on.
    func releaseAll() {
        let all = state.withLock { state in
            defer { (state.held, state.isHolding) = ([], false) }
            return state.held.map { ($0.reply, Self.answer(to: $0.call, state)) }
        }
        for (reply, answer) in all { reply.send(answer) }
    }

    private static func answer(to call: Call, _ state: State) -> Response {
        state.usual[call.service]?(call.reference) ?? Response(.serviceUnavailable)
    }

    // MARK: RequestHandler

    func admit(_ head: RequestHead, from peer: Peer) -> Admission { .receive(bodyBytesMax: 65_536) }

    func handle(_ request: Request, reply: Reply) -> Response? {
        let isQuery = request.head.text(request.head.path).hasSuffix("query")
        let member = isQuery ? "originalPartnerReferenceNo\":\"" : "partnerReferenceNo\":\""
        let body = String(decoding: request.body, as: UTF8.self)
        let start = body.firstRange(of: member)?.upperBound ?? body.endIndex
        let reference = String(body[start...].prefix { $0 != "\"" })
        let call = Call(service: isQuery ? .query : .generate, reference: reference)
        return state.withLock { state in
            state.calls.append(call)
            guard state.isHolding else { return Self.answer(to: call, state) }
            state.held.append((call, reply))
            return nil
        }
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Response(refusal.status)
    }

    func drain() { releaseAll() }
}

/// Answers of the gateway.
extension Response {
    private static func snap(_ code: String, _ members: String = "") -> Response {
        let text = #"{"responseCode":"\#(code)","responseMessage":"words"\#(members)}"#
        return Response(Status(Int(code.prefix(3)) ?? 500), body: Array(text.utf8))
    }

    /// To a query: a payment of 10000.00 in this status.
    static func found(_ reference: String, _ status: LatestTransactionStatus) -> Response {
        snap(
            "2005100",
            #","originalPartnerReferenceNo":"\#(reference)","#
                + #""originalReferenceNo":"PAY-\#(reference)","#
                + #""latestTransactionStatus":"\#(status.code)","#
                + #""amount":{"value":"10000.00","currency":"IDR"}"#
        )
    }

    static let notFound = snap("4045101")
    static let unavailable = snap("5045100")
    static let unauthorized = snap("4015100")

    /// To a generate call: taken, with a code over 10000.00.
    static func generated(_ reference: String) -> Response {
        snap(
            "2004700",
            #","partnerReferenceNo":"\#(reference)","referenceNo":"PAY-\#(reference)","#
                + #""qrContent":"\#(qrContent)""#
        )
    }

    static let generateRefused = snap("4004701")
    static let generateFailed = snap("5004701")

    static let qrContent: String = {
        let objects = [
            (0, "01"), (1, "12"), (26, "0016ID.CO.EXAMPLE.WWW"), (52, "5411"), (53, "360"),
            (54, "10000.00"), (58, "ID"), (59, "Warung Contoh"), (60, "Jakarta"),
        ]
        return QRISContent.text(of: objects.compactMap { QRISObject(tag: $0.0, value: $0.1) })
    }()
}
