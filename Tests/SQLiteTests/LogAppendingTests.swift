import FoundationEssentials
import SQLite
import Support
import Testing

/// A connection that writes the pages of a commit to the WAL at once.
@Suite struct LogAppendingTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("test.db")
        try Connection(path: path, mode: .readWriteCreate).execute(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE rows (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
            """
        )
    }

    private func writer(cachePages: Int = 2_000) throws -> Connection {
        let connection = try Connection(path: path, mode: .readWriteSynced)
        try connection.set("synchronous", to: "2")
        try connection.set("cache_size", to: "\(cachePages)")
        return connection
    }

    private func insert(
        _ count: Int,
        bytes: Int,
        _ connection: Connection
    ) throws(SQLiteError) {
        let insertion = try connection.prepare(
            "INSERT INTO rows (content) VALUES (randomblob(?))"
        )
        for _ in 0..<count { try insertion.run { $0.integer(bytes) } }
    }

    /// How many rows there are, and that the database is sound.
    private func count(_ connection: Connection) throws -> Int64? {
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        return try connection.integer("SELECT count(*) FROM rows")
    }

    /// The second is more than is collected in memory, the third more than the cache holds.
    @Test(arguments: [(1, 100, 2_000), (200, 3_000, 2_000), (500, 3_000, 10)])
    func `a commit is in the file, for others and after a crash`(
        rows: Int,
        bytes: Int,
        cachePages: Int
    ) throws {
        let connection = try writer(cachePages: cachePages)
        let reader = try Connection(path: path, mode: .readOnly)
        for round in 1...3 {
            try connection.transaction { () throws(SQLiteError) in
                try insert(rows, bytes: bytes, connection)
            }
            #expect(try count(reader) == Int64(rows * round))
            // What a crash would leave.
            let copy = directory.file("copy.db")
            for suffix in ["", "-wal"] {
                try? FileManager.default.removeItem(atPath: copy + suffix)
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            #expect(try count(try Connection(path: copy, mode: .readWrite)) == Int64(rows * round))
        }
    }

    @Test func `what is rolled back is not there, though it was partly written`() throws {
        let connection = try writer(cachePages: 10)
        try insert(3, bytes: 100, connection)
        for _ in 0..<3 {
            try connection.execute("BEGIN IMMEDIATE")
            try insert(300, bytes: 3_000, connection)
            #expect(try connection.integer("SELECT count(*) FROM rows") == 303)
            try connection.execute("ROLLBACK")
            #expect(try count(connection) == 3)
        }
        let reader = try Connection(path: path, mode: .readOnly)
        #expect(try count(reader) == 3)
    }

    @Test func `checkpoints, a WAL that begins again, and a truncated one`() throws {
        let connection = try writer()
        try connection.set("wal_autocheckpoint", to: "50")
        try connection.set("journal_size_limit", to: "100000")
        for _ in 0..<100 { try insert(3, bytes: 5_000, connection) }
        #expect(try count(connection) == 300)
        try connection.checkpoint()
        try insert(1, bytes: 10, connection)
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try insert(1, bytes: 10, connection)
        let reader = try Connection(path: path, mode: .readOnly)
        #expect(try count(reader) == 302)
    }
}
