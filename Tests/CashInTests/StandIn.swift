import Crypto
import HTTPClient
import HTTPCore
import HTTPServer
import Payments
import Snap
import System
import Support
import Synchronization
import Testing

@testable import CashIn

/// A server on loopback that keeps the requests it gets and gives one answer to all of them.
final class StandIn: RequestHandler {
    private let answer: Response?
    private let kept = Mutex<[Request]>([])
    private let waiting = Mutex<[Reply]>([])

    /// - Parameter answer: nil leaves every request without one.
    init(_ answer: Response?) { self.answer = answer }

    var requests: [Request] { kept.withLock { $0 } }

    func admit(_ head: RequestHead, from peer: Peer) -> Admission { .receive(bodyBytesMax: 65_536) }

    func handle(_ request: Request, reply: Reply) -> Response? {
        kept.withLock { $0.append(request) }
        if answer == nil { waiting.withLock { $0.append(reply) } }
        return answer
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Response(refusal.status)
    }

    func drain() {
        let replies = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for reply in replies { reply.send(Response(.serviceUnavailable)) }
    }
}

/// A client of the gateway whose gateway is a ``StandIn``.
struct Calls: Sendable {
    static let now: Int64 = 1_795_000_000_123

    let cashIn: CashInClient
    let port: Int
    let key: RSAPrivateKey

    /// Runs `body` with a client whose calls come to `standIn`.
    static func with<Value: Sendable>(
        _ standIn: StandIn,
        requestTimeoutSeconds: Int = 60,
        _ body: (Calls) async throws -> Value
    ) async throws -> Value {
        let loop = try EventLoop(label: "test")
        let server = Server(loops: [loop], limits: ServerLimits(), handler: standIn)
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
        guard case .ip(_, let port) = listener.address else { throw NoPort() }
        server.add(listener)
        var settings = ClientSettings()
        settings.requestTimeoutSeconds = requestTimeoutSeconds
        let client = try HTTPClient(settings)
        let calls = try Calls(port: Int(port), client)
        let result: Result<Value, any Error>
        do { result = .success(try await body(calls)) } catch { result = .failure(error) }
        await client.close()
        await server.drain(seconds: 0)
        return try result.get()
    }

    private struct NoPort: Error {}

    init(port: Int, _ client: HTTPClient) throws {
        self.port = port
        key = try TestKeys.shared().other
        let settings = CashInSettings(
            origin: Origin(isSecure: false, host: "127.0.0.1", port: port),
            basePath: "/pg/fo/",
            signaturePathPrefix: "/signed",
            clientID: "CID1234567890",
            merchantID: "MCH1234567890",
            channelID: "95051",
            userAgent: "cashin-receiver/test",
            privateKey: key
        )
        cashIn = CashInClient(settings, client: client, now: { Self.now })
    }

    static func intent() throws -> GenerateIntent {
        GenerateIntent(
            partnerReferenceNo: try #require(Reference("REF1234567890")),
            validityPeriod: "2024-03-01T15:16:11+07:00",
            amount: try #require(Amount(sen: 1_000_000)),
            feeAmount: try #require(Amount(sen: 0))
        )
    }
}
