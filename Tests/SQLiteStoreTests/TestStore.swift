import SQLTables
import Dispatch
import PostgreSQLStore
import Ledger
import Payments
import SQLite
@testable import SQLiteStore
import System
import Support
import Synchronization
import Testing

@testable import SQLiteFiles
@testable import Store

/// A clock that tests set.
final class TestClock: Sendable {
    /// 2026-11-22T10:00:00+07:00 in milliseconds since the epoch.
    static let start: Int64 = 1_795_316_400_000

    private let current: Mutex<Int64>

    init(_ start: Int64 = TestClock.start) { current = Mutex(start) }

    var now: Int64 { current.withLock { $0 } }

    func advance(milliseconds: Int64) { current.withLock { $0 += milliseconds } }

    func advance(seconds: Int64) { advance(milliseconds: seconds * 1_000) }

    func set(_ milliseconds: Int64) { current.withLock { $0 = milliseconds } }
}

/// Holds a thread until another opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// Gives up after ten minutes, so that a test that fails ends.
    func wait() { #expect(semaphore.wait(timeout: .now() + 600) == .success) }
}

extension MainDatabase {
    /// The database at `path`, made where it is not there, without a lock.
    static func made(_ path: String) throws -> Connection {
        if !FileCreation.exists(path) { try FileCreation.write([], to: path, mode: 0o600) }
        return try open(path)
    }
}

/// A store on files of its own.
struct TestStore {
    let directory: TemporaryDirectory
    let clock: TestClock
    let store: Store

    /// Of the database in PostgreSQL; nil with SQLite.
    let address: String?

    var path: String { directory.file("receiver.db") }

    /// Everything that a transition has.
    static let render: TransitionRendering = { $1 += "\($0)".utf8 }

    init(
        in directory: TemporaryDirectory? = nil,
        at address: String? = nil,
        isSingleCopy: Bool = true,
        clock: TestClock = TestClock(),
        rejectedKept: Int = 100,
        hooks: Store.Hooks = Store.Hooks(),
        schedule: InquirySchedule = .withoutExpiry,
        jitter: Jitter = Jitter(seed: .random(in: 0...UInt64.max)),
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) async throws {
        self.directory = try directory ?? TemporaryDirectory()
        self.clock = clock
        var policy = LedgerPolicy()
        policy.confirmWithQuery = .never
        policy.externalIDConflict = .reject
        policy.schedule = schedule
        change(&policy)
        if TestDatabase.isPostgreSQL {
            let address = try address ?? TestDatabase.make()
            self.address = address
            store = try Store(
                postgreSQL: PostgreSQLAddress(address, isSingleCopy: isSingleCopy),
                rejectedPath: self.directory.file("refused.db"),
                policy: policy,
                rejectedKept: rejectedKept,
                hooks: hooks,
                render: Self.render,
                jitter: jitter,
                now: { clock.now }
            )
            try await store.prepare()
            return
        }
        self.address = nil
        store = try Store(
            database: try DatabaseLock.acquire(
                self.directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: policy,
            rejectedKept: rejectedKept,
            hooks: hooks,
            render: Self.render,
            jitter: jitter,
            now: { clock.now }
        )
        try await store.prepare()
    }

    /// Closes the store and opens its files anew.
    func reopened(
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) async throws -> TestStore {
        await store.close()
        return try await TestStore(in: directory, at: address, clock: clock, change)
    }

    /// A connection beside the store's.
    func connection(_ mode: Connection.Mode = .readOnly) throws -> Connection {
        try Connection(path: path, mode: mode)
    }

    /// Writes the refused requests that wait.
    func flushRefusals() async throws {
        await (try #require(store.refusals as? RejectedRequestStore)).flush()
    }

    /// A connection beside the store's, as tables and readers use it.
    func database() throws -> any SQLDatabase {
        if let address { return try PostgreSQLAddress(address, isSingleCopy: true).openDatabase() }
        return try connection(.readWrite).database
    }

    func integer(_ sql: String) throws -> Int64? { try database().integer(sql) }

    /// Runs `body`, as one commit of a connection to SQLite.
    func write(_ database: any SQLDatabase, _ body: () throws -> Void) throws {
        if address != nil { return try body() }
        try database.execute("BEGIN")
        try body()
        try database.execute("COMMIT")
    }

    /// Two receivers on one new database in PostgreSQL.
    static func two() async throws -> [TestStore] {
        let first = try await TestStore()
        return [first, try await TestStore(at: first.address)]
    }

    /// Stores what an alert has reported, as the receiver that has the alerts.
    func record(_ change: AlertChange) async throws {
        let claim = try #require(try await store.claim([.alerts], forSeconds: 60).first)
        #expect(try await store.record(change, under: claim))
    }

    /// Delivers one callback and waits for what became of it.
    @discardableResult
    func deliver(_ delivery: Delivery) async throws -> Judgement {
        try await deliver([delivery])[0].get()
    }

    /// Delivers callbacks at once, so that they can share commits; results in the same order.
    ///
    /// - Parameter whenSubmitted: called when the store has all of them.
    func deliver(
        _ deliveries: [Delivery],
        whenSubmitted: () -> Void = {}
    ) async -> [Result<Judgement, StoreError>] {
        let results = Mutex(
            [Result<Judgement, StoreError>?](repeating: nil, count: deliveries.count)
        )
        return await withCheckedContinuation { continuation in
            for (index, delivery) in deliveries.enumerated() {
                store.submit(delivery) { result in
                    let all = results.withLock { results in
                        #expect(results[index] == nil, "answered twice")
                        results[index] = result
                        return results.compactMap { $0 }
                    }
                    if all.count == deliveries.count { continuation.resume(returning: all) }
                }
            }
            whenSubmitted()
        }
    }

    /// Delivers callbacks in one commit of their own; results in the same order.
    func deliverInOneCommit(
        _ deliveries: [Delivery]
    ) async -> [Result<Judgement, StoreError>] {
        let gate = await holdWriter()
        return await deliver(deliveries) { gate.open() }
    }

    /// Holds the writer inside a commit until the gate opens: what is submitted meanwhile is one
    /// commit, the next one.
    func holdWriter() async -> Gate {
        let (store, gate) = (store, Gate())
        await withCheckedContinuation { continuation in
            Task {
                try await store.commit(LedgerScope()) { (_, _) throws(StoreError) in
                    continuation.resume()
                    gate.wait()
                }
            }
        }
        return gate
    }

    /// Everything in the feed.
    func feed() async throws -> [TransitionRecord] {
        var all: [TransitionRecord] = []
        while true {
            let query = FeedQuery(after: all.last?.sequence ?? 0)
            let page = try await store.reader.feed(query, limit: 1_000)
            all += page.transitions
            if !page.more { return all }
        }
    }

    func transaction(_ reference: String) async throws -> TransactionRecord? {
        try await store.reader.transaction(try #require(Reference(reference)))
    }

    func callback(_ id: Int64) async throws -> CallbackRecord {
        try #require(try await store.reader.callback(id))
    }

    /// The open attention entries, oldest first, as `kind×count`.
    func attention() async throws -> [String] {
        var filter = AttentionFilter()
        filter.isOpen = true
        return try await store.reader.attention(filter, limit: 1_000)
            .reversed().map { "\($0.kind)×\($0.count)" }
    }
}

extension Connection {
    /// As tables and readers use it.
    var database: SQLiteDatabase { SQLiteDatabase(self) }
}

extension SQLDatabase {
    /// Runs statements without parameters.
    func execute(_ sql: String) throws {
        for statement in sql.split(separator: ";\n") { try prepare(String(statement)).run { _ in } }
    }
}
