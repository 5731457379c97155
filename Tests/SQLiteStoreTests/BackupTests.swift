import FoundationEssentials
import Ledger
import Payments
import SQLite
import System
import Support
import Testing

@testable import Recovery
@testable import SQLiteStore
@testable import Store

extension TestStore {
    /// Delivers a callback about the payment TRX-`number`.
    func deliver(
        number: Int,
        _ change: (inout TestDelivery) -> Void = { _ in }
    ) async throws {
        try await deliver {
            $0.partner = "PAY-\(number)"
            $0.reference = "TRX-\(number)"
            $0.externalID = nil
            change(&$0)
        }
    }
}

extension TemporaryDirectory {
    /// The files in it.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path) }
}

/// `backup` and `verify-backup`, as far as they are about the database.
@Suite(.onSQLite) struct BackupTests {
    private static func backUp(
        _ store: TestStore,
        as name: String = "backup.db",
        onStep: (CopyProgress) -> Bool = { _ in true }
    ) throws -> String {
        let target = store.directory.file(name)
        _ = try DatabaseBackup.write(store.path, to: target, freeBytesMin: 0, onStep: onStep)
        return target
    }

    /// A store whose copy takes several steps.
    private static func largeStore() async throws -> TestStore {
        let store = try await TestStore()
        try await store.deliver(number: 1)
        try store.connection(.readWrite)
            .execute("INSERT INTO meta VALUES ('filler', hex(zeroblob(2000000)))")
        return store
    }

    @Test func `a backup is one state, although commits come between its steps`() async throws {
        let store = try await Self.largeStore()
        let writer = try Connection(path: store.path, mode: .readWrite)
        var steps: [CopyProgress] = []
        let target = try Self.backUp(store) { progress in
            steps.append(progress)
            // What the daemon does meanwhile.
            #expect(throws: Never.self) {
                try writer.execute("UPDATE meta SET value = value || 'x' WHERE key = 'feed'")
            }
            return steps.count < 100
        }
        #expect(steps.count > 2)
        #expect(steps.map(\.pagesDone) == steps.map(\.pagesDone).sorted())
        #expect(steps.last.map { $0.pagesDone == $0.pagesTotal } == true)
        let report = try DatabaseCheck.run(target)
        #expect(report.problems.isEmpty)
        #expect(report.feed == store.store.feed)
        #expect(report.head == 1)
        await store.store.close()
    }

    @Test func `without a snapshot of the source every commit begins the copy again`() async throws
    {
        let store = try await Self.largeStore()
        let writer = try Connection(path: store.path, mode: .readWrite)
        let source = try Connection(path: store.path, mode: .readOnly)
        try FileCreation.write([], to: store.directory.file("copy.db"), mode: 0o600)
        let copy = try Connection(path: store.directory.file("copy.db"), mode: .readWrite)
        var steps: [Int] = []
        let isComplete = try source.copy(to: copy, pagesPerStep: 256) { done, _ in
            steps.append(done)
            #expect(throws: Never.self) {
                try writer.execute("UPDATE meta SET value = value || 'x' WHERE key = 'feed'")
            }
            return steps.count < 20
        }
        #expect(!isComplete)
        #expect(Set(steps) == [256])
        await store.store.close()
    }

    @Test func `a backup stands alone, in a file of mode 0600, and leaves nothing else`()
        async throws
    {
        let store = try await TestStore()
        try await store.deliver(number: 1)
        let before = Set(try store.directory.names())
        let target = try Self.backUp(store)
        #expect(Set(try store.directory.names()).subtracting(before) == ["backup.db"])
        #expect(try FileOwnership(of: target).mode == 0o600)
        let bytes = try FileContents(reading: target, bytesMax: 1 << 30).bytes
        // Bytes 18 and 19 of the header: no WAL is needed to read it.
        #expect(bytes[18...19] == [1, 1])
        #expect(try DatabaseCheck.run(target).problems.isEmpty)
        #expect(Set(try store.directory.names()).subtracting(before) == ["backup.db"])
        await store.store.close()
    }

    @Test func `a backup replaces no file, and one that ends early leaves none`() async throws {
        let store = try await TestStore()
        try FileCreation.write([1], to: store.directory.file("old"), mode: 0o600)
        let before = Set(try store.directory.names())
        let old = store.directory.file("old")
        #expect(throws: RecoveryFailure.exists(path: old)) { try Self.backUp(store, as: "old") }
        #expect(throws: RecoveryFailure.exists(path: store.path)) {
            try Self.backUp(store, as: "receiver.db")
        }
        #expect(throws: RecoveryFailure.stopped) { try Self.backUp(store) { _ in false } }
        let target = store.directory.file("backup.db")
        let error = #expect(throws: RecoveryFailure.self) {
            try DatabaseBackup.write(store.path, to: target, freeBytesMin: .max / 2) { _ in true }
        }
        #expect(error?.description.contains("are needed") == true)
        #expect(Set(try store.directory.names()) == before)
        await store.store.close()
    }

    @Test func `what is no database is told`() async throws {
        let directory = try TemporaryDirectory()
        try FileCreation.write([], to: directory.file("empty"), mode: 0o600)
        try FileCreation.write(Array("garbage".utf8), to: directory.file("garbage"), mode: 0o600)
        for name in ["absent", "empty"] {
            #expect(throws: RecoveryFailure.missing(path: directory.file(name))) {
                try DatabaseBackup.write(
                    directory.file(name),
                    to: directory.file("to"),
                    freeBytesMin: 0
                ) { _ in true }
            }
        }
        #expect(throws: RecoveryFailure.self) {
            try DatabaseBackup.write(
                directory.file("garbage"),
                to: directory.file("to"),
                freeBytesMin: 0
            ) { _ in true }
        }
        #expect(try DatabaseCheck.run(directory.file("garbage")).problems.count == 1)
    }
}

/// What a check finds in a copy that was tampered with.
@Suite(.onSQLite) struct DatabaseCheckTests {
    /// Statements that damage the copy of a store with three payments, and what is said then.
    private static let damages: [(sql: String, problem: String)] = [
        (
            "DELETE FROM transitions WHERE sequence = 2",
            "transitions 2 to 2 are missing from the feed"
        ),
        (
            "DELETE FROM transitions WHERE sequence = 3",
            "payment TRX-3: lastSequence is 3, there is no transition"
        ),
        (
            "UPDATE payments SET status = 3 WHERE id = 1",
            "payment TRX-1: status is cancelled instead of success"
        ),
        (
            "UPDATE payments SET last_sequence = 3 WHERE id = 1",
            "payment TRX-1: lastSequence is 3 instead of 1"
        ),
        (
            "UPDATE payments SET paid_amount = 1 WHERE id = 2",
            "payment TRX-2: paidAmount is 0.01 instead of 10000.00"
        ),
        (
            "UPDATE payments SET refunded_amount = 1 WHERE id = 2",
            "payment TRX-2: refundedAmount is 0.01 instead of none"
        ),
        (
            "UPDATE transitions SET previous_sequence = 1 WHERE sequence = 2",
            "payment TRX-2: transition 2 follows 1 instead of 0"
        ),
        (
            "UPDATE transitions SET from_status = 2 WHERE sequence = 2",
            "payment TRX-2: transition 2 is from success instead of none"
        ),
        ("DELETE FROM payments WHERE id = 3", "transition 3 references a missing payment"),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM verifications",
            "row 1 of callbacks references a missing row of verifications"
        ),
        ("DELETE FROM meta WHERE key = 'feed'", "the database has no feed id"),
    ]

    @Test(arguments: damages.indices)
    func `damage is named`(index: Int) async throws {
        let (sql, problem) = Self.damages[index]
        let store = try await TestStore()
        for number in 1...3 {
            try await store.deliver(number: number)
        }
        let target = store.directory.file("backup.db")
        _ = try DatabaseBackup.write(store.path, to: target, freeBytesMin: 0) { _ in true }
        await store.store.close()
        #expect(try DatabaseCheck.run(target).problems.isEmpty)
        try Connection(path: target, mode: .readWrite).execute(sql)
        let report = try DatabaseCheck.run(target)
        #expect(report.problems.contains(problem), "\(report.problems)")
    }

    @Test func `a damaged page is found`() async throws {
        let store = try await TestStore()
        for number in 1...50 {
            try await store.deliver(number: number)
        }
        let target = store.directory.file("backup.db")
        _ = try DatabaseBackup.write(store.path, to: target, freeBytesMin: 0) { _ in true }
        await store.store.close()
        var bytes = try FileContents(reading: target, bytesMax: 1 << 30).bytes
        for index in 8_192..<12_288 { bytes[index] = 0xA5 }
        try FileCreation.remove(target)
        try FileCreation.write(bytes, to: target, mode: 0o600)
        #expect(try DatabaseCheck.run(target).problems.first?.isEmpty == false)
    }

    @Test func `a feed that begins later is sound, and its payments are told as far as they can`()
        async throws
    {
        let store = try await TestStore()
        try await store.deliver(number: 1) { $0.status = .pending }
        for number in 2...3 { try await store.deliver(number: number) }
        try await store.deliver(number: 1)
        let target = store.directory.file("backup.db")
        _ = try DatabaseBackup.write(store.path, to: target, freeBytesMin: 0) { _ in true }
        await store.store.close()
        try Connection(path: target, mode: .readWrite)
            .execute("DELETE FROM transitions WHERE sequence < 3")
        let report = try DatabaseCheck.run(target)
        #expect(report.problems == [])
        #expect(report.oldest == 3)
    }
}
