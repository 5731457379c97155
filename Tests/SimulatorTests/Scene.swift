import CashIn
import Crypto
import HTTPClient
import HTTPCore
import HTTPServer
import Logging
import Payments
import Snap
import System
import Support
import Testing

@testable import Simulator
import Text

/// A simulator on loopback, the merchant that it calls back, and the merchant's own client.
struct Scene: Sendable {
    static let now: Int64 = 1_795_000_000_000
    static let registeredURL = "https://pay.example.id/v1.0/debit/notify"

    let merchant: Merchant
    private let cashIn: CashInClient

    /// The same with a time-out of its own.
    private let generating: CashInClient
    let client: HTTPClient
    let simulator: Origin

    /// Runs `body`, then ends everything.
    static func with(
        faults: [String] = [],
        merchant: Merchant = Merchant(),
        generateTimeoutSeconds: Int = 60,
        _ change: (inout SimulatorSettings) -> Void = { _ in },
        _ body: (Scene) async throws -> Void
    ) async throws {
        let anyPort = try ListenAddress(parsing: "127.0.0.1:0")
        let server = Server(
            loops: [try EventLoop(label: "merchant")],
            limits: ServerLimits(),
            handler: merchant
        )
        let listener = try #require(try Listener.open(anyPort, passed: PassedSockets()).first)
        server.add(listener)
        var settings = SimulatorSettings(
            notifyOrigin: try origin(listener.address),
            notifyPath: "/v1.0/debit/notify",
            gatewayKey: try TestKeys.shared().gateway,
            merchantKey: try TestKeys.shared().other.publicKey
        )
        settings.registeredURL = registeredURL
        change(&settings)
        let simulator = try Simulator(
            settings,
            faults: faults,
            listen: anyPort,
            log: Log(output: { _ in true }),
            now: { now }
        )
        let client = try Self.client(timeoutSeconds: 60)
        let generating = try Self.client(timeoutSeconds: generateTimeoutSeconds)
        let scene = try Scene(
            merchant,
            client,
            generating,
            try origin(try #require(simulator.addresses.first))
        )
        let result: Result<Void, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        await client.close()
        await generating.close()
        await simulator.stop()
        await server.drain(seconds: 0)
        try result.get()
    }

    private static func client(timeoutSeconds: Int) throws -> HTTPClient {
        var settings = ClientSettings()
        settings.requestTimeoutSeconds = timeoutSeconds
        return try HTTPClient(settings)
    }

    private static func origin(_ address: SocketAddress) throws -> Origin {
        guard case .ip(_, let port) = address else { throw NoPort() }
        return Origin(isSecure: false, host: "127.0.0.1", port: Int(port))
    }

    struct NoPort: Error {}

    private init(
        _ merchant: Merchant,
        _ client: HTTPClient,
        _ generating: HTTPClient,
        _ simulator: Origin
    ) throws {
        self.merchant = merchant
        self.client = client
        self.simulator = simulator
        let settings = CashInSettings(
            origin: simulator,
            basePath: "/pg/fo",
            signaturePathPrefix: "",
            clientID: "CID1234567890",
            merchantID: "MCH1234567890",
            channelID: "95051",
            userAgent: "cashin-receiver/test",
            privateKey: try TestKeys.shared().other
        )
        cashIn = CashInClient(settings, client: client, now: { Self.now })
        self.generating = CashInClient(settings, client: generating, now: { Self.now })
    }

    /// Generates a payment of 10000.00 that is valid for 15 minutes.
    @discardableResult
    func generate(_ reference: String) async throws -> GenerationResult {
        let intent = GenerateIntent(
            partnerReferenceNo: try #require(Reference(reference)),
            validityPeriod: JakartaTime.text(milliseconds: Self.now + 900_000),
            amount: try #require(Amount(sen: 1_000_000)),
            feeAmount: try #require(Amount(sen: 0))
        )
        return await generating.generate(intent).0
    }

    func query(_ reference: String) async throws -> QueryOutcome {
        await cashIn.query(try #require(Reference(reference))).0
    }

    /// Sends a request to the simulator itself.
    @discardableResult
    func control(_ path: String, _ body: String? = nil) async throws -> (Int, JSONValue) {
        let request = OutboundRequest(
            method: body == nil ? "GET" : "POST",
            target: "/simulator/" + path,
            body: Array((body ?? "").utf8),
            isRepeatable: false
        )
        let response = try await client.send(request, to: simulator)
        return (response.status.code, try JSONDocument(response.body).root)
    }

    /// Has a payment paid, and waits until its callbacks are confirmed or given up.
    @discardableResult
    func pay(_ reference: String, faults: [String] = []) async throws -> JSONValue {
        let list = faults.map { "\"\($0)\"" }.joined(separator: ",")
        let body = "{\"wait\":true,\"faults\":[\(list)]}"
        let (status, value) = try await control("transactions/\(reference)/pay", body)
        #expect(status == 200)
        return value
    }

    /// Whether a callback's signature verifies over its bytes, with this path.
    func isAuthentic(_ callback: Request, path: String = "/v1.0/debit/notify") throws -> Bool {
        let body = minified(callback.body.span) ?? callback.body
        let digest = try sha256(body.span).hex
        let text = Array("POST:\(path):\(digest):\(callback.field("X-TIMESTAMP"))".utf8)
        let decoded = Base64.decode(callback.field("X-SIGNATURE").utf8.span)
        let signature = try #require(decoded)
        let key = try TestKeys.shared().gateway.publicKey
        let expected = try sha256(text.span)
        let signed = try DigestRecoverer(key).digest(in: signature.span)
        return signed == expected
    }
}
