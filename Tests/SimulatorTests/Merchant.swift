import HTTPCore
import HTTPServer
import Snap
import Synchronization
import Text

/// The merchant's end of callbacks: keeps them, and answers them as it is told.
final class Merchant: RequestHandler {
    /// `responseCode`s of the next answers; 2005600 when there are none left.
    private let codes: Mutex<[String]>
    private let kept = Mutex<[Request]>([])

    init(answering codes: [String] = []) { self.codes = Mutex(codes) }

    var callbacks: [Request] { kept.withLock { $0 } }

    func admit(_ head: RequestHead, from peer: Peer) -> Admission { .receive(bodyBytesMax: 65_536) }

    func handle(_ request: Request, reply: Reply) -> Response? {
        kept.withLock { $0.append(request) }
        let code = codes.withLock { $0.isEmpty ? "2005600" : $0.removeFirst() }
        var body = JSONObjectText()
        body.add("responseCode", code)
        return Response(Status(Int(code.prefix(3)) ?? 500), body: body.bytes)
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Response(refusal.status)
    }
}

extension Request {
    /// The value of a field that stands once; empty when there is none.
    func field(_ name: String) -> String {
        guard case .value(let range) = head.single(name) else { return "" }
        return head.text(range)
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
