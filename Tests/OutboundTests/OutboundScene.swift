import Alarms
import Configuration
import HTTPCore
import HTTPServer
import Ledger
import Logging
import Metrics
import Payments
import Queues
import SQLite
import SQLiteFiles
import SQLiteStore
import Store
import Support
import Synchronization
import System
import Testing

@testable import Outbound

/// The clocks of a scene, which only the test moves, and the number of the reconciler's passes.
final class SceneClocks: Sendable {
    private struct State {
        /// 2026-11-22T10:00:00+07:00.
        var milliseconds: Int64 = 1_795_316_400_000
        var instant = ContinuousClock.now
        var passes = 0
        var onRead: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var milliseconds: Int64 {
        let onRead = state.withLock { state in
            defer { state.onRead = nil }
            return state.onRead
        }
        onRead?()
        return state.withLock { $0.milliseconds }
    }

    /// Calls `body` when the time of day is read next, and once.
    func onNextRead(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.onRead = body }
    }

    var instant: ContinuousClock.Instant { state.withLock { $0.instant } }
    var passes: Int { state.withLock { $0.passes } }

    func countPass() { state.withLock { $0.passes += 1 } }

    /// Lets pauses and waits go on.
    func advance(_ duration: Duration) { state.withLock { $0.instant += duration } }

    /// Lets what is on disk become due.
    func advance(wallSeconds: Int64) { state.withLock { $0.milliseconds += wallSeconds * 1_000 } }
}

/// The lines that the parts of a scene have logged.
final class SceneLog: Sendable {
    private final class Written: Sendable {
        let text = Mutex("")
    }

    private let written: Written
    let log: Log

    init() {
        let written = Written()
        self.written = written
        log = Log(output: { bytes in
            written.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return true
        })
    }

    /// The lines so far that contain `part`.
    func lines(containing part: String) -> [String] {
        log.flush()
        return written.text.withLock { $0 }.split(separator: "\n").map(String.init).filter {
            $0.contains(part)
        }
    }
}

/// The reconciler and the generator on a real store, towards a gateway on loopback.
final class OutboundScene: Sendable {
    private let fixture: ConfigurationFixture
    private let access: OutboundGateway
    private let running = Mutex<Task<Void, Never>?>(nil)
    private let isEnabled: Bool
    let clocks = SceneClocks()
    let log = SceneLog()
    let gateway: StandInGateway
    let store: Store
    let metrics: Metrics
    let reconciler: Reconciler
    let generator: QRGenerator

    /// Runs `body` with a scene whose configuration has these settings.
    static func with(
        _ settings: [String] = [],
        hooks: Store.Hooks = Store.Hooks(),
        _ body: (OutboundScene) async throws -> Void
    ) async throws {
        let gateway = StandInGateway()
        let loop = try EventLoop(label: "test")
        let server = Server(loops: [loop], limits: ServerLimits(), handler: gateway)
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
        guard case .ip(_, let port) = listener.address else { throw NoPort() }
        server.add(listener)
        let scene = try await OutboundScene(gateway, port: port, settings, hooks)
        let result: Result<Void, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        await scene.stop()
        await scene.store.close()
        await server.drain(seconds: 0)
        try result.get()
    }

    private struct NoPort: Error {}

    private init(
        _ gateway: StandInGateway,
        port: UInt16,
        _ settings: [String],
        _ hooks: Store.Hooks
    ) async throws {
        self.gateway = gateway
        fixture = try ConfigurationFixture()
        let loaded = try fixture.load(
            ["cashIn.baseURL=http://127.0.0.1:\(port)/pg/fo", "cashIn.maxConcurrentRequests=2"]
                + settings
        )
        let clocks = clocks
        let now: @Sendable () -> Int64 = { clocks.milliseconds }
        store = try Store(
            database: try DatabaseLock.acquire(
                fixture.directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: LedgerPolicy(loaded.configuration),
            rejectedKept: 10,
            hooks: hooks,
            render: { (_, _) in },
            jitter: Jitter(seed: 1),
            now: now
        )
        try await store.prepare()
        metrics = Metrics(startedMilliseconds: 0, log: log.log)
        let report = OutboundReport(
            log: log.log,
            metrics: metrics,
            clock: ClockSamples(toleranceSeconds: 300)
        )
        access = try OutboundGateway(loaded, now: now)
        isEnabled = loaded.configuration.reconcile.isEnabled
        let reconciler = Reconciler(
            gateway: access,
            store: store,
            isEnabled: isEnabled,
            report: report,
            now: now,
            clocks: Reconciler.Clocks(
                monotonic: { clocks.instant },
                onPassEnd: { clocks.countPass() }
            )
        )
        self.reconciler = reconciler
        generator = QRGenerator(
            gateway: access,
            store: store,
            report: report,
            onInquiry: { await reconciler.record($0, about: $1) }
        )
    }

    /// Starts the reconciler's loop.
    func start() {
        running.withLock { [reconciler] in $0 = Task { await reconciler.run() } }
    }

    /// Ends what is under way, as the program does when it stops.
    func stop() async {
        let task = running.withLock { running in
            defer { running = nil }
            return running
        }
        task?.cancel()
        gateway.releaseAll()
        await access.close()
        await task?.value
        await generator.finish()
    }

    /// Begins to stop, on a thread of the reconciler: returns when there is no client of the
    /// gateway any more.
    func beginStop() {
        running.withLock { $0?.cancel() }
        let access = access
        Task.detached { await access.close() }
        while access.access != nil {}
    }

    // MARK: Waiting

    /// Returns when the reconciler has run at least one whole pass since the call.
    func look() async {
        // The first of them may have started before.
        for _ in 1...2 {
            let before = clocks.passes
            await reconciler.wakeUps.wake()
            await reach { self.clocks.passes > before }
        }
    }

    /// Returns when the gateway has got so many queries.
    func reach(queries count: Int) async {
        await reach { self.gateway.queries.count >= count }
        #expect(gateway.queries.count == count, "\(gateway.queries)")
    }

    /// Returns when a payment has a status.
    func reach(_ status: TransactionStatus, of reference: String) async throws {
        try await reach { try await self.transaction(reference)?.status == status }
    }

    /// Returns when `condition` holds.
    func reach(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async rethrows {
        let isReached = try await Patience.reaches(condition)
        #expect(isReached, "what was waited for has not come", sourceLocation: sourceLocation)
    }

    // MARK: The store

    func transaction(_ reference: String) async throws -> TransactionRecord? {
        try await store.reader.transaction(try #require(Reference(reference)))
    }

    func attention() async throws -> [String: Int64] {
        try await store.reader.openAttentionCounts()
    }

    func execute(_ sql: String) throws {
        let path = fixture.directory.file("receiver.db")
        try Connection(path: path, mode: .readWrite).execute(sql)
    }

    /// A request to generate a code over 10000.00, payable for 15 minutes.
    func request(_ reference: String, sen: Int64 = 1_000_000) throws -> GenerationRequest {
        GenerationRequest(
            partnerReferenceNo: try #require(Reference(reference)),
            content: GenerationContent(
                amount: try #require(Amount(sen: sen)),
                feeAmount: try #require(Amount(sen: 0)),
                validity: .standard
            ),
            validityPeriod: "2026-11-22T10:15:00+07:00",
            expiresMilliseconds: clocks.milliseconds + 900_000
        )
    }

    /// Queries the gateway without the reconciler, as the API does, and stores the result.
    func query(_ inquiry: Inquiry) async throws -> QueryAttempt {
        let attempt = await (try #require(access.access)).cashIn.query(inquiry)
        _ = try await store.record(inquiry, attempt.outcome, attempt.calls)
        return attempt
    }

    /// A pending payment, as after a call to generate that the gateway has taken.
    func pending(_ reference: String) async throws {
        #expect(try await store.startGeneration(try request(reference)) == .started)
        try await store.finishGeneration(
            try #require(Reference(reference)),
            .accepted(
                referenceNo: try #require(Reference("PAY-" + reference)),
                qrContent: Response.qrContent,
                warnings: []
            ),
            nil
        )
    }

    /// A pending payment about which nothing is planned any more.
    func abandoned(_ reference: String) async throws {
        try await pending(reference)
        clocks.advance(wallSeconds: 7_200)
        while true {
            let due = try await store.reader.inquiries(dueAt: clocks.milliseconds, limit: 10)
            guard let inquiry = due.first else { break }
            let report = GatewayReport(
                partnerReferenceNo: inquiry.partnerReferenceNo,
                referenceNo: Reference("PAY-" + reference),
                status: .initiated,
                amount: nil,
                paidAt: nil
            )
            let outcome = QueryResult.found(
                report,
                queried: inquiry.partnerReferenceNo,
                responseCode: "2005100"
            )
            _ = try await store.record(inquiry, outcome, [])
            clocks.advance(wallSeconds: 7_200)
        }
    }
}
