import Payments
import SQLite
import Support
import Testing

@testable import Store

/// Which files are opened, and which are left alone.
@Suite struct SchemaTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("receiver.db") }

    @Test func `a new database has its mark, its version and a feed id of its own`() throws {
        let connection = try MainDatabase.open(path)
        #expect(try connection.integer("PRAGMA application_id") == 0x4341_5348)
        #expect(try connection.integer("PRAGMA user_version") == Int64(Schema.newestVersion))
        let feed = try MainDatabase.feed(connection)
        #expect(feed.count == 32)
        let other = try MainDatabase.open(directory.file("other.db"))
        #expect(try MainDatabase.feed(other) != feed)
        #expect(try MainDatabase.feed(try MainDatabase.open(path)) == feed, "opened again")
    }

    @Test func `a commit waits for the disk`() throws {
        let connection = try MainDatabase.open(path)
        #expect(try connection.text("PRAGMA journal_mode") == "wal")
        #expect(try connection.integer("PRAGMA synchronous") == 2, "FULL")
    }

    @Test(arguments: [
        ("PRAGMA user_version = \(Schema.newestVersion + 1)", "newer than this program's"),
        ("PRAGMA user_version = 1000", "newer than this program's"),
        ("PRAGMA user_version = -1", "not a cashin-receiver database"),
        ("PRAGMA user_version = 0", "not a cashin-receiver database"),
        ("PRAGMA application_id = 1", "not a cashin-receiver database"),
        ("PRAGMA application_id = 0", "not a cashin-receiver database"),
    ])
    func `a database that is not of our version is refused`(change: String, reason: String) throws {
        let connection = try MainDatabase.open(path)
        try connection.execute(change)
        let error = #expect(throws: SQLiteError.self) { try MainDatabase.open(path) }
        #expect(error?.message.contains(reason) == true)
    }

    @Test func `a database of an older version keeps what it holds`() throws {
        let old = try Connection(path: path, mode: .readWriteCreate)
        try Schema.migrate(old, to: 1)
        try old.execute(
            """
            INSERT INTO transactions VALUES
                (1, 'TRX-1', 'PAY-1', 2, 0, 1, 100, 100, 1, 0, 0, NULL, 5, 5, 1, 0, NULL, NULL)
            """
        )
        let connection = try MainDatabase.open(path)
        #expect(try connection.integer("PRAGMA user_version") == Int64(Schema.newestVersion))
        let stored = try TransactionTable(connection).transaction(1)
        #expect(stored?.state.partnerReferenceNo.text == "TRX-1")
        #expect(stored?.revision == 0)
    }

    @Test func `another program's file is refused and not touched`() throws {
        let foreign = try Connection(path: path, mode: .readWriteCreate)
        try foreign.execute("CREATE TABLE theirs (x)")
        let error = #expect(throws: SQLiteError.self) { try MainDatabase.open(path) }
        #expect(error?.message == "not a cashin-receiver database")
        #expect(try foreign.integer("SELECT count(*) FROM sqlite_schema") == 1)
        #expect(try foreign.text("PRAGMA journal_mode") == "delete")
    }

    @Test func `a file that is no database is refused`() throws {
        #expect(throws: SQLiteError.self) { try MainDatabase.open(#filePath) }
    }

    @Test func `reopening makes no database and takes no other one`() throws {
        #expect(throws: SQLiteError.self) { try MainDatabase.reopen(path, feed: "x") }
        #expect(throws: SQLiteError.self) { try Connection(path: path, mode: .readOnly) }
        let feed = try MainDatabase.feed(try MainDatabase.open(path))
        let error = #expect(throws: SQLiteError.self) {
            try MainDatabase.reopen(path, feed: "another")
        }
        #expect(error?.message == "another database than at the start")
        _ = try MainDatabase.reopen(path, feed: feed)
    }

    @Test(arguments: [
        """
        UPDATE attention SET count = 1
        WHERE resolved_at IS NULL AND transaction_id = 1 AND kind = 'k'
        """,
        """
        UPDATE attention SET count = 1
        WHERE resolved_at IS NULL AND transaction_id IS NULL AND callback_id = 1 AND kind = 'k'
        """,
        "SELECT kind FROM attention WHERE transaction_id = 1 AND resolved_at IS NULL ORDER BY kind",
        """
        UPDATE attention SET resolved_at = 1, resolved_by = 'x', note = 'x'
        WHERE resolved_at IS NULL AND transaction_id = 1 AND kind = 'k'
        """,
        """
        UPDATE attention SET resolved_at = 1, resolved_by = 'x', note = 'x'
        WHERE resolved_at IS NULL AND transaction_id IS NULL AND callback_id IS NULL AND kind = 'k'
        """,
    ])
    func `the attention list is never searched from end to end for one subject`(sql: String) throws
    {
        let connection = try MainDatabase.open(path)
        let plan = try connection.prepare("EXPLAIN QUERY PLAN " + sql).all(row: { $0.text(3) })
        #expect(plan.allSatisfy { $0.contains("USING") && $0.contains("INDEX attention_of_") })
    }

    @Test(arguments: [
        ("SELECT * FROM questions WHERE id = 1", "INTEGER PRIMARY KEY"),
        ("SELECT * FROM questions WHERE transaction_id = 1", "INDEX questions_of_transaction"),
        (
            "SELECT * FROM questions WHERE callback_id = 1 AND transaction_id IS NULL",
            "INDEX questions_of_callback"
        ),
        (
            "SELECT * FROM questions WHERE next_at <= 1 ORDER BY next_at LIMIT 1",
            "INDEX questions_due"
        ),
        ("SELECT min(next_at) FROM questions WHERE next_at > 1", "INDEX questions_due"),
        ("SELECT count(*) FROM questions WHERE next_at <= 1", "INDEX questions_due"),
        ("SELECT * FROM generations WHERE transaction_id = 1", "INTEGER PRIMARY KEY"),
        ("SELECT transaction_id FROM generations WHERE state = 0", "INDEX generations_under_way"),
        ("SELECT * FROM exchanges WHERE transaction_id = 1", "INDEX exchanges_of_transaction"),
        (
            "SELECT * FROM late_entries WHERE id > 1 ORDER BY id LIMIT 1",
            "INTEGER PRIMARY KEY"
        ),
    ])
    func `what is to be asked is never searched from end to end`(
        sql: String,
        index: String
    ) throws {
        let connection = try MainDatabase.open(path)
        let plan = try connection.prepare("EXPLAIN QUERY PLAN " + sql).all(row: { $0.text(3) })
        #expect(plan.count == 1, "nothing is sorted")
        #expect(plan.first?.contains(index) == true, "\(plan)")
    }
}
