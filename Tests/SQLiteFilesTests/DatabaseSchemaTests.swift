import Foundation
import Glibc
import Ledger
import Payments
import SQLite
import System
import Support
import Testing

@testable import SQLiteFiles

/// Which files are opened, and which are left alone.
@Suite struct DatabaseSchemaTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("receiver.db") }

    @Test func `a new database has its mark, its version and a feed id of its own`() throws {
        let connection = try MainDatabase.made(path)
        #expect(try connection.integer("PRAGMA application_id") == 0x4341_5348)
        #expect(try connection.integer("PRAGMA user_version") == Int64(DatabaseSchema.version))
        let feed = try MainDatabase.feed(connection)
        #expect(feed.count == 32)
        let other = try MainDatabase.made(directory.file("other.db"))
        #expect(try MainDatabase.feed(other) != feed)
        #expect(try MainDatabase.feed(try MainDatabase.made(path)) == feed, "opened again")
    }

    @Test func `a connection is set to sync each commit, and to a WAL of bounded size`() throws {
        let connection = try MainDatabase.made(path)
        #expect(try connection.text("PRAGMA journal_mode") == "wal")
        #expect(try connection.integer("PRAGMA synchronous") == 2, "FULL")
        #expect(try connection.integer("PRAGMA journal_size_limit") == 65_536_000)
    }

    /// Debian compiles SQLite with SQLITE_SECURE_DELETE; others do not.
    @Test func `what is erased is overwritten, whatever the library's default is`() throws {
        #expect(try MainDatabase.made(path).integer("PRAGMA secure_delete") == 1)
        let refused = directory.file("refused")
        close(open(refused, O_CREAT | O_RDWR, 0o600))
        #expect(try RejectedRequestFile.open(refused).integer("PRAGMA secure_delete") == 1)
    }

    @Test(arguments: [
        ("PRAGMA user_version = \(DatabaseSchema.version + 1)", "newer than this program's"),
        ("PRAGMA user_version = 1000", "newer than this program's"),
        ("PRAGMA user_version = -1", "not a cashin-receiver database"),
        ("PRAGMA user_version = 0", "not a cashin-receiver database"),
        ("PRAGMA application_id = 1", "not a cashin-receiver database"),
        ("PRAGMA application_id = 0", "not a cashin-receiver database"),
    ])
    func `a database that is not of our version is refused`(change: String, reason: String) throws {
        let connection = try MainDatabase.made(path)
        try connection.execute(change)
        let error = #expect(throws: SQLiteError.self) { try MainDatabase.made(path) }
        #expect(error?.message.contains(reason) == true)
        // The change is in the WAL only, and a check before the start finds it there.
        #expect(DatabaseSchema.examine(path) != nil)
    }

    @Test func `a database of a newer version is refused, and its WAL stays`() throws {
        let connection = try MainDatabase.made(path)
        try connection.execute("PRAGMA user_version = 1000")
        // As a killed program leaves it.
        let copy = directory.file("copy.db")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        #expect(throws: SQLiteError.self) { try MainDatabase.made(copy) }
        #expect(DatabaseSchema.examine(copy)?.contains("1000 is newer than this") == true)
        for suffix in ["", "-wal"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path + suffix))
            #expect(try Data(contentsOf: URL(fileURLWithPath: copy + suffix)) == bytes)
        }
    }

    @Test(arguments: 1...3)
    func `a database of a version from before migrations is refused by name`(
        version: Int
    ) throws {
        let connection = try MainDatabase.made(path)
        try connection.execute("PRAGMA user_version = \(version)")
        let error = #expect(throws: SQLiteError.self) { try MainDatabase.made(path) }
        #expect(error?.message.contains("version \(version) predates migrations") == true)
    }

    @Test func `another program's file is refused and not touched`() throws {
        let foreign = try Connection(path: path, mode: .readWriteCreate)
        try foreign.execute("CREATE TABLE theirs (x)")
        let error = #expect(throws: SQLiteError.self) { try MainDatabase.made(path) }
        #expect(error?.message == "not a cashin-receiver database")
        #expect(try foreign.integer("SELECT count(*) FROM sqlite_schema") == 1)
        #expect(try foreign.text("PRAGMA journal_mode") == "delete")
    }

    @Test func `a file that is no database is refused`() throws {
        #expect(throws: SQLiteError.self) { try MainDatabase.open(#filePath) }
    }

    @Test func `reopening makes no database and takes no other one`() throws {
        let lock = try DatabaseLock.acquire(path, whenAbsent: .created)
        #expect(throws: SQLiteError.self) { try MainDatabase.reopen(lock, feed: "x") }
        #expect(try FilePath.byteCount(path) == 0, "an empty one is left alone")
        let feed = try MainDatabase.feed(try MainDatabase.open(path))
        let error = #expect(throws: SQLiteError.self) {
            try MainDatabase.reopen(lock, feed: "another")
        }
        #expect(error?.message == "not the database that was open at startup")
        _ = try MainDatabase.reopen(lock, feed: feed)
        try FileCreation.rename(path, to: directory.file("away.db"))
        let gone = #expect(throws: SQLiteError.self) { try MainDatabase.reopen(lock, feed: feed) }
        #expect(gone?.message.contains("removed, moved or replaced") == true)
        #expect(!FileCreation.exists(path))
    }

    @Test(arguments: [
        ("SELECT * FROM inquiries WHERE payment_id = 1", "INTEGER PRIMARY KEY"),
        (
            "SELECT * FROM inquiries WHERE next_at <= 1 ORDER BY next_at LIMIT 1",
            "INDEX inquiries_due"
        ),
        ("SELECT min(next_at) FROM inquiries WHERE next_at > 1", "INDEX inquiries_due"),
        ("SELECT payment_id FROM generations WHERE state = 0", "INDEX generations_under_way"),
        (
            "SELECT id FROM gateway_calls WHERE payment_id = 1",
            "INDEX gateway_calls_of_payment"
        ),
        (
            "SELECT * FROM added_references WHERE id > 1 ORDER BY id LIMIT 1",
            "INTEGER PRIMARY KEY"
        ),
        (
            "SELECT * FROM callbacks WHERE payment_id = 1 AND signed_digest = x'00'",
            "INDEX callbacks_of_payment"
        ),
        (
            "SELECT * FROM callbacks WHERE is_waiting = 1 AND payment_id = 1",
            "INDEX callbacks_waiting"
        ),
        (
            "SELECT * FROM attention WHERE resolved_at IS NULL AND payment_id = 1",
            "INDEX attention_open"
        ),
        (
            "SELECT * FROM attention WHERE resolved_at IS NULL AND payment_id IS NULL",
            "INDEX attention_open"
        ),
        ("SELECT * FROM decided_facts WHERE payment_id = 1", "INDEX decided_facts_of_payment"),
        ("SELECT id FROM payments WHERE status IN (0, 1) AND id > 1", "INDEX payments_open"),
        ("SELECT * FROM alert_entries WHERE alert = 'ops' ORDER BY entry_id", "PRIMARY KEY"),
        ("SELECT * FROM alert_messages WHERE alert = 'ops'", "PRIMARY KEY"),
    ])
    func `what a commit looks up is never searched from end to end`(
        sql: String,
        index: String
    ) throws {
        let connection = try MainDatabase.made(path)
        let plan = try connection.prepare("EXPLAIN QUERY PLAN " + sql).all(row: { $0.text(3) })
        #expect(plan.count == 1, "nothing is sorted")
        #expect(plan.first?.contains(index) == true, "\(plan)")
    }
}

extension MainDatabase {
    /// The database at `path`, made where it is not there, without a lock.
    static func made(_ path: String) throws -> Connection {
        if !FileCreation.exists(path) { try FileCreation.write([], to: path, mode: 0o600) }
        return try open(path)
    }
}
