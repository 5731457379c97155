import Configuration
import HTTPClient
import HTTPCore
import HTTPServer
import Ledger
import Logging
import Metrics
import Payments
import SQLiteStore
import Support
import System
import Testing

@testable import Notify
@testable import SQLiteFiles
@testable import Store

/// The notify listener on a port of its own, with a real store and a clock that stands still.
final class NotifyScene: Sendable {
    /// 2026-11-22T10:00:00+07:00, when the callbacks of ``CallbackSigner`` are signed.
    static let now: Int64 = 1_795_316_400_000

    let store: Store
    let metrics: Metrics
    let loaded: LoadedConfiguration
    private let fixture: ConfigurationFixture
    private let client: HTTPClient
    private let origin: Origin

    /// Runs `body` with a scene whose configuration has these settings.
    static func with(
        _ settings: [String] = [],
        _ body: (NotifyScene) async throws -> Void
    ) async throws {
        let fixture = try ConfigurationFixture()
        let loaded = try fixture.load(
            ["cashIn.privateKeyFile=null", "notify.confirmWithQuery=never"]
                + ["reconcile.enabled=false"] + settings
        )
        let store = try Store(
            database: try DatabaseLock.acquire(
                fixture.directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: LedgerPolicy(loaded.configuration),
            rejectedKept: 100,
            render: { (_, _) in },
            now: { now }
        )
        try await store.prepare()
        let log = Log(output: { _ in true })
        let metrics = Metrics(startedMilliseconds: 0, log: log)
        let handler = NotifyHandler(
            context: try NotifyContext(loaded, loopCount: 1, keyCounters: metrics.keys),
            store: store,
            metrics: metrics,
            log: log,
            now: { now }
        )
        let limits = ServerLimits(loaded.configuration.limits)
        let server = Server(loops: [try EventLoop(label: "test")], limits: limits, handler: handler)
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
        guard case .ip(_, let port) = listener.address else { throw NoPort() }
        server.add(listener)
        let scene = try NotifyScene(fixture, loaded, store, metrics, port: Int(port))
        let result: Result<Void, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        await scene.client.close()
        await server.drain(seconds: 0)
        await store.close()
        try result.get()
    }

    private struct NoPort: Error {}

    private init(
        _ fixture: ConfigurationFixture,
        _ loaded: LoadedConfiguration,
        _ store: Store,
        _ metrics: Metrics,
        port: Int
    ) throws {
        self.fixture = fixture
        self.loaded = loaded
        self.store = store
        self.metrics = metrics
        client = try HTTPClient(ClientSettings())
        origin = Origin(isSecure: false, host: "127.0.0.1", port: port)
    }

    /// Sends a request and returns what came back.
    func send(_ request: CallbackRequest) async throws -> NotifyReply {
        let outbound = OutboundRequest(
            method: request.method,
            target: request.target,
            fields: request.fields,
            body: request.body,
            isRepeatable: false
        )
        return NotifyReply(try await client.send(outbound, to: origin))
    }

    /// The outcomes of all callbacks and rejected requests that are kept, oldest first.
    func kept() async throws -> [String] {
        await (try #require(store.refusals as? RejectedRequestStore)).flush()
        return try await store.reader.callbacks(CallbackFilter(), limit: 100)
            .reversed().map { record in
                record.problemCode.map { "\(record.outcome.word) \($0)" } ?? record.outcome.word
            }
    }
}

/// A callback as it is sent: in order, until a test changes it.
struct CallbackRequest {
    var method = "POST"
    var target = "/v1.0/debit/notify"
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    /// A callback signed over `body`.
    init(
        body: [UInt8] = NotifyBody().bytes,
        externalID: String = "id-1",
        timestamp: String = "2026-11-22T10:00:00+07:00"
    ) throws {
        let signer = CallbackSigner(
            key: try ConfigurationFixture.gatewayKey.get(),
            partnerID: "CID1"
        )
        let callback = try signer.callback(
            body: body,
            externalID: externalID,
            timestamp: timestamp
        )
        fields = callback.headers
        self.body = callback.body
    }

    /// The value of a field; nil removes it.
    subscript(name: String) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { fields.append((name, newValue)) }
        }
    }
}

/// What the gateway sees of a response.
struct NotifyReply {
    let status: Int
    let code: String
    let message: String
    let fields: [String: String]

    init(_ response: InboundResponse) {
        status = response.status.code
        let parts = String(decoding: response.body, as: UTF8.self).split(separator: "\"")
        code = parts.count > 3 ? String(parts[3]) : ""
        message = parts.count > 7 ? String(parts[7]) : ""
        var fields: [String: String] = [:]
        for line in String(decoding: response.head, as: UTF8.self).split(separator: "\r\n") {
            guard let colon = line.firstRange(of: ": ") else { continue }
            fields[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
        }
        self.fields = fields
    }
}
