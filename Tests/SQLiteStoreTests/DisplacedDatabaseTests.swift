import Glibc
import Ledger
import Payments
import SQLite
import System
import Support
import Synchronization
import Testing

@testable import SQLiteFiles
@testable import SQLiteStore
@testable import Store

/// The database's path leads to another file than the one that is open, or its WAL has vanished.
@Suite(.onSQLite) struct DisplacedDatabaseTests {
    private func delivery(_ number: Int) throws -> Delivery {
        try TestDelivery {
            $0.setReferences(number)
        }.delivery
    }

    /// What can be gone of the files that SQLite keeps beside the database.
    enum Companion: CaseIterable {
        case wal, sharedMemory, both, walReplaced

        func remove(_ path: String) throws {
            switch self {
            case .wal: try FileCreation.remove(path + "-wal")
            case .sharedMemory: try FileCreation.remove(path + "-shm")
            case .both:
                try FileCreation.remove(path + "-wal")
                try FileCreation.remove(path + "-shm")
            case .walReplaced:
                try FileCreation.remove(path + "-wal")
                try FileCreation.write([1, 2, 3], to: path + "-wal", mode: 0o600)
            }
        }
    }

    @Test(arguments: Companion.allCases)
    func `commits outlive a WAL that has vanished, and the next ones too`(
        companion: Companion
    ) async throws {
        let test = try await TestStore()
        for number in 1...3 { try await test.deliver(try delivery(number)) }
        // Readers have the old WAL open.
        #expect(try await test.feed().count == 3)
        try companion.remove(test.path)
        for number in 4...6 {
            try await test.deliver(try delivery(number))
            // As another process finds it that reads the files alone, after a crash.
            let copy = try TemporaryDirectory()
            for suffix in ["", "-wal"] where FileCreation.exists(test.path + suffix) {
                let bytes = try FileContents(reading: test.path + suffix, bytesMax: 1 << 24).bytes
                try FileCreation.write(bytes, to: copy.file("copy.db") + suffix, mode: 0o600)
            }
            let found = try Connection(path: copy.file("copy.db"), mode: .readWrite)
                .integer("SELECT count(*) FROM callbacks")
            #expect(found == Int64(number))
            #expect(try await test.feed().count == number)
        }
        #expect(test.store.commitFailure == nil)
        #expect(FileCreation.exists(test.path + "-wal"))
        let again = try await test.reopened { $0.confirmWithQuery = .never }
        #expect(try await again.feed().count == 6)
    }

    /// The commits are in a WAL without a name: it must stay open until they are saved.
    @Test func `commits in a vanished WAL are kept until they can be saved`() async throws {
        let test = try await TestStore()
        try await test.deliver(try delivery(1))
        // A read from before the next commit holds up a checkpoint of it.
        var blocker: Connection? = try Connection(path: test.path, mode: .readOnly)
        try blocker?.execute("BEGIN")
        #expect(try blocker?.integer("SELECT count(*) FROM callbacks") == 1)
        try FileCreation.remove(test.path + "-wal")
        for number in 2...3 {
            let refused = await test.deliver([try delivery(number)])
            let error = #expect(throws: StoreError.self) { try refused[0].get() }
            #expect(error?.context == "checkpoint", "\(number)")
            #expect(!FileCreation.exists(test.path + "-wal"), "not opened again")
        }
        blocker = nil
        // Saved now; the database is opened again for the one after it.
        let last = await test.deliver([try delivery(3)])
        let error = #expect(throws: StoreError.self) { try last[0].get() }
        #expect(error?.message == "the WAL was replaced")
        #expect(try await test.deliver(try delivery(2)).isRedelivery, "was committed")
        #expect(try await !test.deliver(try delivery(3)).isRedelivery, "was not")
        #expect(try await test.feed().map(\.sequence) == [1, 2, 3])
        #expect(test.store.commitFailure == nil)
        let again = try await test.reopened { $0.confirmWithQuery = .never }
        #expect(try await again.feed().count == 3)
    }

    @Test func `what was committed into another place is not acknowledged, nor lost`()
        async throws
    {
        let changes = Mutex<[String]>([])
        let hooks = Store.Hooks(commitsFailed: { error in
            changes.withLock { $0.append(error?.message ?? "works again") }
        })
        let test = try await TestStore(hooks: hooks)
        try await test.deliver(try delivery(1))
        let away = test.directory.file("away.db")
        for suffix in ["", "-wal", "-shm"] {
            try FileCreation.rename(test.path + suffix, to: away + suffix)
        }
        for number in 2...4 {
            let result = await test.deliver([try delivery(number)])
            #expect(throws: StoreError.self) { try result[0].get() }
        }
        await #expect(throws: StoreError.self) { try await test.store.probe() }
        #expect(!FileCreation.exists(test.path), "nothing is made in its place")
        #expect(test.store.window.head == 1)
        #expect(changes.withLock { $0.count } == 1, "told once")
        #expect(changes.withLock { $0[0].contains("removed, moved or replaced") })
        // Another database in its place is not taken for it.
        _ = try MainDatabase.made(test.path)
        let other = await test.deliver([try delivery(2)])
        #expect(throws: StoreError.self) { try other[0].get() }
        #expect(
            try Connection(path: test.path, mode: .readOnly)
                .integer("SELECT count(*) FROM callbacks") == 0
        )
        for suffix in ["", "-wal", "-shm"] {
            try FileCreation.remove(test.path + suffix)
            if FileCreation.exists(away + suffix) {
                try FileCreation.rename(away + suffix, to: test.path + suffix)
            }
        }
        try await test.store.probe()
        #expect(changes.withLock { $0.last } == "works again")
        // The first one after the move was committed before that was seen.
        #expect(test.store.window.head == 2)
        #expect(try await test.deliver(try delivery(2)).isRedelivery)
        #expect(try await !test.deliver(try delivery(3)).isRedelivery)
        #expect(try await test.feed().map(\.sequence) == [1, 2, 3])
    }

    @Test func `after the store is closed nothing is opened again`() async throws {
        let test = try await TestStore()
        try await test.deliver(try delivery(1))
        await test.store.close()
        let result = await test.deliver([try delivery(2)])
        #expect(throws: StoreError.self) { try result[0].get() }
        await #expect(throws: StoreError.self) { _ = try await test.store.reader.feedBounds() }
        _ = try DatabaseLock.acquire(test.path, whenAbsent: .refused)
    }

    @Test func `tables are not made beside the side files of a database`() async throws {
        let test = try await TestStore()
        await test.store.close()
        let files = ["", "-wal", "-shm"]
        for suffix in files { try FileCreation.remove(test.path + suffix) }
        // As the sqlite3 shell leaves a database that it has only looked at.
        let shell = try Connection(path: test.path, mode: .readWriteCreate)
        try shell.execute("PRAGMA journal_mode = WAL")
        let error = await #expect(throws: StoreError.self) {
            _ = try await TestStore(in: test.directory)
        }
        #expect(error?.kind == .orphaned)
        #expect(error?.message.contains("receiver.db-lookup") == true)
        #expect(try shell.integer("SELECT count(*) FROM sqlite_schema") == 0)
    }
}
