import Foundation
import Glibc
import Ledger
import Payments
import SQLite
import Support
import Synchronization
import Testing

@testable import SQLiteStore
@testable import Store

/// "A database that cannot commit […]; nothing stays in memory that the disk does not hold"
/// (contract section 4).
@Suite(.onSQLite) struct FailedCommitTests {
    private final class Health: Sendable {
        let changes = Mutex<[String]>([])
        let refusedWork = Mutex<[String]>([])
    }

    /// A store, and a second connection through which the disk can be made to fail for `TRX-BAD`.
    private func store(_ health: Health) async throws -> TestStore {
        let hooks = Store.Hooks(
            commitsFailed: { error in
                health.changes.withLock { $0.append(error?.message ?? "works again") }
            },
            workRefused: { error in health.refusedWork.withLock { $0.append(error.message) } }
        )
        return try await TestStore(hooks: hooks)
    }

    /// Fails as a database does, not as a rule of the schema does.
    private static let breakDisk = """
        CREATE TRIGGER broken BEFORE INSERT ON transitions WHEN NEW.partner_reference = 'TRX-BAD'
        BEGIN SELECT json('broken'); END
        """

    /// Fails as a rule of the schema does.
    private static let poison = """
        CREATE TRIGGER broken BEFORE INSERT ON transitions WHEN NEW.partner_reference = 'TRX-BAD'
        BEGIN SELECT RAISE(ABORT, 'against a rule'); END
        """

    private func delivery(_ reference: String) throws -> Delivery {
        try TestDelivery {
            $0.partner = "PAY-\(reference)"
            $0.reference = reference
            $0.externalID = "id-\(reference)"
        }.delivery
    }

    @Test func `nothing of a failed batch is answered, kept or remembered`() async throws {
        let health = Health()
        let test = try await store(health)
        try await test.deliver { _ in }
        let disk = try test.connection(.readWrite)
        try disk.execute(Self.breakDisk)

        let results = await test.deliver([try delivery("TRX-BAD")])
        #expect(throws: StoreError.self) { try results[0].get() }
        #expect(test.store.commitFailure?.message == "malformed JSON")
        #expect(health.changes.withLock { $0 } == ["malformed JSON"])
        #expect(try test.integer("SELECT count(*) FROM callbacks") == 1)
        #expect(try test.integer("SELECT count(*) FROM payments WHERE status IS NOT NULL") == 1)
        #expect(try await test.transaction("TRX-BAD") == nil)
        #expect(test.store.window.head == 1)

        try disk.execute("DROP TRIGGER broken")
        let again = try await test.deliver(try delivery("TRX-BAD"))
        #expect(!again.isRedelivery, "the failed one left no trace")
        #expect(again.outcome == .applied)
        #expect(again.sequence == 2, "the number was not used up")
        #expect(test.store.commitFailure == nil)
        #expect(health.changes.withLock { $0 } == ["malformed JSON", "works again"])
        #expect(try await test.transaction("TRX-1") != nil)
    }

    @Test func `one callback that cannot be written fails all of its commit`() async throws {
        let health = Health()
        let test = try await store(health)
        try test.connection(.readWrite).execute(Self.breakDisk)
        let references = ["TRX-1", "TRX-2", "TRX-BAD", "TRX-3"]
        let results = await test.deliverInOneCommit(try references.map { try delivery($0) })
        #expect(results.count { (try? $0.get()) == nil } == 4, "none is acknowledged")
        #expect(try test.integer("SELECT count(*) FROM callbacks") == 0)
        #expect(try await test.feed().isEmpty)
        #expect(health.changes.withLock { $0 } == ["malformed JSON"])
        #expect(test.store.commitCounts.failures == 1, "it is not tried one by one")
    }

    @Test func `work that breaks a rule fails alone and is no outage`() async throws {
        let health = Health()
        let test = try await store(health)
        let disk = try test.connection(.readWrite)
        try disk.execute(Self.poison)
        let alone = await test.deliver([try delivery("TRX-BAD")])
        #expect(throws: StoreError.self) { try alone[0].get() }

        // However many of them share its commit.
        let references = ["TRX-1", "TRX-2", "TRX-BAD", "TRX-3"]
        let results = await test.deliverInOneCommit(try references.map { try delivery($0) })
        #expect(results.map { (try? $0.get()) == nil } == [false, false, true, false])
        #expect(try test.integer("SELECT count(*) FROM callbacks") == 3)
        #expect(health.changes.withLock { $0 } == [])
        #expect(health.refusedWork.withLock { $0 } == ["against a rule", "against a rule"])
        #expect(test.store.commitFailure == nil)
        #expect(test.store.commitCounts.failures == 0)
        #expect(test.store.commitCounts.invalidSubmissions == 2)
    }

    @Test func `nothing opens the database again when it has been closed`() async throws {
        let health = Health()
        let test = try await store(health)
        try await test.deliver { _ in }
        await test.store.close()
        let files = try Self.files(in: test)

        let late = await test.deliver([try delivery("TRX-2")])
        #expect(throws: StoreError.closed) { try late[0].get() }
        await #expect(throws: StoreError.closed) { try await test.store.probe() }
        test.store.add(
            RejectedRequest(
                receivedMilliseconds: 0,
                client: "",
                head: [],
                body: [],
                code: "4045600",
                problem: "",
                externalID: nil,
                isPlausible: true
            )
        )
        #expect(test.store.droppedRejectedRequests == 1)
        #expect(try Self.files(in: test) == files)
        #expect(health.changes.withLock { $0 } == [], "closing is no outage")
    }

    private static func files(in test: TestStore) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: test.directory.path).sorted()
    }

    @Test func `a file that has vanished is not replaced by an empty one`() async throws {
        let test = try await store(Health())
        try await test.deliver { _ in }
        let disk = try test.connection(.readWrite)
        try disk.execute(Self.breakDisk)
        for suffix in ["", "-wal", "-shm"] {
            rename(test.path + suffix, test.directory.file("moved") + suffix)
        }
        // The open file goes on working until a commit fails.
        for _ in 1...2 {
            let results = await test.deliver([try delivery("TRX-BAD")])
            #expect(throws: StoreError.self) { try results[0].get() }
        }
        #expect(throws: SQLiteError.self) { try test.connection() }
        for suffix in ["", "-wal", "-shm"] {
            rename(test.directory.file("moved") + suffix, test.path + suffix)
        }
        try disk.execute("DROP TRIGGER broken")
        #expect(try await test.deliver(try delivery("TRX-BAD")).sequence == 2)
    }

    @Test func `a full disk fails the commit and nothing else`() async {
        await #expect(processExitsWith: .success) {
            // Writing beyond the limit sends this signal; ignored, the write fails with EFBIG.
            signal(SIGXFSZ, SIG_IGN)
            let test = try await TestStore()
            try await test.deliver { _ in }
            var limit = rlimit()
            try #require(getrlimit(__rlimit_resource_t(1), &limit) == 0)
            let before = limit
            limit.rlim_cur = 4_096
            try #require(setrlimit(__rlimit_resource_t(1), &limit) == 0)
            let large = try TestDelivery {
                $0.reference = "TRX-2"
                $0.externalID = "id-2"
                $0.salt = String(repeating: "x", count: 60_000)
            }.delivery
            let failed = await test.deliver([large])
            try #require((try? failed[0].get()) == nil)
            limit = before
            try #require(setrlimit(__rlimit_resource_t(1), &limit) == 0)
            let judgement = try await test.deliver(large)
            try #require(!judgement.isRedelivery && judgement.callbackID > 0)
            try #require(try test.integer("SELECT count(*) FROM callbacks") == 2)
        }
    }

    @Test func `the probe tells whether the disk can be written`() async throws {
        let health = Health()
        let test = try await store(health)
        try await test.store.probe()
        let disk = try test.connection(.readWrite)
        try disk.execute(
            """
            CREATE TRIGGER broken BEFORE INSERT ON meta BEGIN SELECT json('broken'); END
            """
        )
        await #expect(throws: StoreError.self) { try await test.store.probe() }
        #expect(test.store.commitFailure?.message == "malformed JSON")
        try disk.execute("DROP TRIGGER broken")
        try await test.store.probe()
        #expect(test.store.commitFailure == nil)
        #expect(health.changes.withLock { $0 } == ["malformed JSON", "works again"])
    }
}
