import Configuration
import HTTPServer
import Ledger
import Logging
import Metrics
import Payments
import SQLite
import SQLiteFiles
import SQLiteStore
import Store
import Support
import Synchronization
import Testing

@testable import Alerts

/// The clocks of a scene, which only the test moves.
final class SceneClocks: Sendable {
    private struct State {
        /// 2026-11-22T10:00:00+07:00.
        var now: Int64 = 1_795_316_400_000
        var monotonic: Int64 = 5_000_000
    }

    private let state = Mutex(State())

    var now: Int64 { state.withLock { $0.now } }
    var clocks: AlertClocks {
        AlertClocks(now: { self.now }, monotonic: { self.state.withLock { $0.monotonic } })
    }

    /// Lets time pass.
    func advance(seconds: Int64) {
        state.withLock { state in
            state.now += seconds * 1_000
            state.monotonic += seconds * 1_000
        }
    }

    /// Sets the wall clock ahead or back.
    func step(seconds: Int64) { state.withLock { $0.now += seconds * 1_000 } }
}

/// The lines that a scene has logged.
final class SceneLog: Sendable {
    private struct Waiter {
        let part: String
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct Written {
        var lines: [String] = []
        var waiters: [Waiter] = []

        func lines(containing part: String) -> [String] {
            lines.filter { part.isEmpty || $0.contains(part) }
        }

        /// Removes and returns the waiters that have what they wait for.
        mutating func served() -> [Waiter] {
            let all = waiters
            waiters = all.filter { lines(containing: $0.part).count < $0.count }
            return all.filter { lines(containing: $0.part).count >= $0.count }
        }
    }

    private final class Storage: Sendable { let written = Mutex(Written()) }

    private let storage: Storage
    let log: Log

    init() {
        let storage = Storage()
        self.storage = storage
        log = Log(
            level: .debug,
            output: { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                let served = storage.written.withLock { written in
                    written.lines += text.split(separator: "\n").map(String.init)
                    return written.served()
                }
                for waiter in served { waiter.continuation.resume() }
                return true
            }
        )
    }

    /// The lines so far that contain `part`.
    func lines(containing part: String = "") -> [String] {
        log.flush()
        return storage.written.withLock { $0.lines(containing: part) }
    }

    /// Returns when so many lines contain `part`.
    func reach(_ count: Int, _ part: String) async {
        await withCheckedContinuation { continuation in
            let served = storage.written.withLock { written in
                written.waiters.append(Waiter(part: part, count: count, continuation: continuation))
                return written.served()
            }
            for waiter in served { waiter.continuation.resume() }
        }
    }
}

/// Alerts on a real store, towards receivers on loopback.
final class AlertScene: Sendable {
    private let fixture: ConfigurationFixture
    let clocks = SceneClocks()
    let log = SceneLog()
    let store: Store
    let metrics: Metrics

    init() async throws {
        fixture = try ConfigurationFixture()
        let clocks = clocks
        store = try Store(
            database: try DatabaseLock.acquire(
                fixture.directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: LedgerPolicy(try fixture.load().configuration),
            rejectedKept: 10,
            render: { (_, _) in },
            now: { clocks.now }
        )
        try await store.prepare()
        metrics = Metrics(startedMilliseconds: 0, log: log.log)
    }

    /// A configuration with these alerts, in JSON5.
    func configuration(_ alerts: String...) throws -> Configuration {
        try fixture.load(["alerts=[\(alerts.joined(separator: ", "))]"]).configuration
    }

    /// An alert, whose passes the test runs.
    func runner(_ alert: String) async throws -> AlertRunner {
        let leadership = AlertLeadership(store: store)
        #expect(await leadership.refresh())
        let configuration = try configuration(alert)
        metrics.alerts.setNames(configuration.alerts.map(\.name))
        return AlertRunner(
            try #require(configuration.alerts.first),
            address: EntriesAddress(configuration),
            services: AlertServices(
                store: store,
                leadership: leadership,
                sender: AlertSender(),
                counters: metrics.alerts,
                log: log.log,
                clocks: clocks.clocks
            )
        )
    }

    func service() -> AlertService {
        AlertService(
            store: store,
            counters: metrics.alerts,
            log: log.log,
            clocks: clocks.clocks
        )
    }

    /// The counters of an alert.
    func counts(of name: String) throws -> AlertCounters.Values {
        try #require(metrics.alerts.values.first { $0.name == name })
    }

    // MARK: Entries

    func execute(_ sql: String) throws {
        let path = fixture.directory.file("receiver.db")
        try Connection(path: path, mode: .readWrite).execute(sql)
    }

    func integer(_ sql: String) throws -> Int64? {
        try Connection(path: fixture.directory.file("receiver.db"), mode: .readOnly).integer(sql)
    }

    /// Opens entries with these IDs now.
    func open(_ ids: ClosedRange<Int>, _ kind: AttentionKind = .lateSuccess) throws {
        try execute(
            """
            BEGIN IMMEDIATE;
            WITH RECURSIVE ids(id) AS (
                VALUES (\(ids.lowerBound)) UNION ALL
                SELECT id + 1 FROM ids WHERE id < \(ids.upperBound)
            )
            INSERT INTO attention (id, kind, payment_id, count, opened_at, last_at)
            SELECT id, '\(kind.rawValue)', id, 1, \(clocks.now), \(clocks.now) FROM ids;
            INSERT INTO attention_events (entry_id, number, cause, text, first_at, last_at, count)
            SELECT id, 0, 'cause', 'text ' || id, opened_at, opened_at, 1 FROM attention
            WHERE id BETWEEN \(ids.lowerBound) AND \(ids.upperBound);
            COMMIT;
            """
        )
    }

    /// Resolves entries now.
    func resolve(_ ids: ClosedRange<Int>) throws {
        try execute(
            """
            UPDATE attention SET resolved_at = \(clocks.now), resolved_by = 'ops', note = 'done'
            WHERE id BETWEEN \(ids.lowerBound) AND \(ids.upperBound);
            """
        )
    }
}

extension AlertReceiver {
    /// An alert that posts to this receiver, in JSON5.
    func alert(_ name: String = "ops", path: String = "/hook", _ members: String = "") -> String {
        "{ name: '\(name)', url: 'http://127.0.0.1:\(port)\(path)', \(members) }"
    }
}
