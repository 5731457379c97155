import Alarms
import APIModel
import Configuration
import Evidence
import HTTPClient
import HTTPCore
import HTTPServer
import Ledger
import Logging
import Maintenance
import Metrics
import Notify
import Outbound
import SQLite
import SQLiteFiles
import SQLiteStore
import Store
import Support
import System
import Text
import Testing

@testable import InternalAPI

/// The internal listener on a port of its own, with a real store.
final class InternalScene: Sendable {
    let store: Store
    let handler: InternalHandler
    private let fixture: ConfigurationFixture
    private let settings: [String]
    private let client: HTTPClient
    private let origin: Origin

    /// A token of each scope, under the scope's name.
    static let tokens = Configuration.Scope.allCases.map { scope in
        "{name:'\(scope.rawValue)',file:'\(scope.rawValue).token',scopes:['\(scope.rawValue)']}"
    }

    static func secret(_ name: String) -> String {
        name + String(repeating: "-", count: 32)
    }

    /// Runs `body` with a scene whose configuration has these settings.
    static func with(
        _ settings: [String] = [],
        _ body: (InternalScene) async throws -> Void
    ) async throws {
        let fixture = try ConfigurationFixture()
        for scope in Configuration.Scope.allCases {
            try fixture.directory.write("\(scope.rawValue).token", secret(scope.rawValue))
        }
        let all = ["internal.tokens=[\(tokens.joined(separator: ","))]"] + settings
        let loaded = try fixture.load(all)
        let store = try Store(
            database: try DatabaseLock.acquire(
                fixture.directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: LedgerPolicy(loaded.configuration),
            rejectedKept: 10,
            render: TransitionText.append,
            now: { 1_795_316_400_000 }
        )
        try await store.prepare()
        let (services, log) = try services(loaded, store)
        let handler = InternalHandler(loaded, services: services, log: log)
        let limits = ServerLimits(loaded.configuration.internalAPI.limits)
        let server = Server(loops: [try EventLoop(label: "test")], limits: limits, handler: handler)
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
        guard case .ip(_, let port) = listener.address else { throw NoPort() }
        server.add(listener)
        let scene = try InternalScene(fixture, all, store, handler, port: Int(port))
        let result: Result<Void, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        await scene.client.close()
        await server.drain(seconds: 0)
        await services.outbound.close()
        await store.close()
        try result.get()
    }

    private struct NoPort: Error {}

    private static func services(
        _ loaded: LoadedConfiguration,
        _ store: Store
    ) throws -> (APIServices, Log) {
        let log = Log(output: { _ in true })
        let metrics = Metrics(startedMilliseconds: 0, log: log)
        let now: @Sendable () -> Int64 = { 1_795_316_400_000 }
        let services = APIServices(
            loaded,
            store: store,
            readiness: Readiness(store: store, hasKeys: !loaded.keys.publicKeys.isEmpty),
            outbound: try Outbound(
                loaded,
                store: store,
                report: OutboundReport(
                    log: log,
                    metrics: metrics,
                    clock: ClockSamples(toleranceSeconds: 300)
                ),
                now: now
            ),
            diagnosis: DiagnosisDesk(loaded),
            replayer: CallbackReplayer(try NotifyContext(loaded, loopCount: 1)),
            retention: Retention(store: store, isShared: true, log: nil, now: now),
            disk: DiskWatch(loaded.configuration.storage, log: log),
            clock: ClockSamples(toleranceSeconds: 300),
            metrics: metrics
        )
        return (services, log)
    }

    private init(
        _ fixture: ConfigurationFixture,
        _ settings: [String],
        _ store: Store,
        _ handler: InternalHandler,
        port: Int
    ) throws {
        self.fixture = fixture
        self.settings = settings
        self.store = store
        self.handler = handler
        client = try HTTPClient(ClientSettings())
        origin = Origin(isSecure: false, host: "127.0.0.1", port: port)
    }

    /// Sends a request with these values of `Authorization`.
    func send(_ method: String, _ target: String, authorization: [String]) async throws -> Reply {
        let request = OutboundRequest(
            method: method,
            target: target,
            fields: authorization.map { ("Authorization", $0) },
            isRepeatable: false
        )
        return Reply(try await client.send(request, to: origin))
    }

    /// Sends a request with the token of this name.
    func send(_ method: String, _ target: String, as name: String? = nil) async throws -> Reply {
        let values = name.map { ["Bearer " + Self.secret($0)] } ?? []
        return try await send(method, target, authorization: values)
    }

    /// Reads the configuration again, with these settings behind the others.
    func reload(_ more: [String]) throws { handler.apply(try fixture.load(settings + more)) }

    func execute(_ sql: String) throws {
        let path = fixture.directory.file("receiver.db")
        try Connection(path: path, mode: .readWrite).execute(sql)
    }

    /// Returns when so many wait for the feed.
    func reach(waiters: Int) async {
        #expect(await Patience.reaches { store.signal.waiterCount == waiters })
    }

    /// What a client sees of a response.
    struct Reply: Sendable {
        let status: Int
        let head: String
        let json: JSONValue?

        init(_ response: InboundResponse) {
            status = response.status.code
            head = String(decoding: response.head, as: UTF8.self)
            json = (try? JSONDocument(response.body))?.root
        }

        /// The problem's type, without what all have in common.
        var problem: String? {
            json?["type"]?.string.map { String($0.dropFirst("urn:cashin-receiver:problem:".count)) }
        }

        func has(_ line: String) -> Bool { head.contains("\r\n\(line)\r\n") }
    }
}
