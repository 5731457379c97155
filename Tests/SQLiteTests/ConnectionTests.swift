import FoundationEssentials
import SQLite
import Support
import Testing

/// Opening, transactions and errors.
@Suite struct ConnectionTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open(_ mode: Connection.Mode = .readWriteCreate) throws -> Connection {
        try Connection(path: directory.file("test.db"), mode: mode)
    }

    private func filled() throws -> Connection {
        let connection = try open()
        try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE numbers (n INTEGER UNIQUE)")
        return connection
    }

    @Test(arguments: [Connection.Mode.readOnly, .readWrite])
    func `a file that has to exist is not made`(mode: Connection.Mode) throws {
        let error = #expect(throws: SQLiteError.self) { try open(mode) }
        #expect(error?.code == 14)
        #expect(error?.context == "open \(directory.file("test.db"))")
        #expect(throws: SQLiteError.self, "it was not made") { try open(.readOnly) }
    }

    @Test func `a connection for reading cannot write`() throws {
        _ = try filled()
        let reader = try open(.readOnly)
        let error = #expect(throws: SQLiteError.self) {
            try reader.execute("INSERT INTO numbers VALUES (1)")
        }
        #expect(error?.primaryCode == 8)
    }

    @Test func `a file that is no database is an error at the first use`() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (x)")
        let text = try #require(try connection.text("SELECT 'plain'"))
        #expect(text == "plain")
        let error = #expect(throws: SQLiteError.self) {
            try Connection(path: #filePath, mode: .readOnly).integer("PRAGMA user_version")
        }
        #expect(error?.code == 26)
    }

    @Test func `an error about damage names the file`() throws {
        let connection = try open()
        try connection.execute(
            """
            CREATE TABLE t (x); PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET rootpage = 1000
            """
        )
        let damaged = try open(.readOnly)
        let error = #expect(throws: SQLiteError.self) { try damaged.execute("SELECT x FROM t") }
        #expect(error?.isDamage == true)
        #expect(error?.message.hasSuffix(" in \(directory.file("test.db"))") == true)
    }

    @Test func `a pragma that is not accepted is an error`() throws {
        let connection = try open()
        try connection.set("journal_size_limit", to: "65536")
        let error = #expect(throws: SQLiteError.self) {
            try connection.set("journal_mode", to: "nonsense")
        }
        #expect(error?.message == "journal_mode is delete, expected nonsense")
        #expect(error?.context == "PRAGMA journal_mode = nonsense")
        let memory = try Connection(path: ":memory:", mode: .readWriteCreate)
        #expect(throws: SQLiteError.self) { try memory.set("journal_mode", to: "wal") }
    }

    @Test func `a checkpoint copies everything, also by a connection that has not read`() throws {
        let writer = try filled()
        try writer.execute("INSERT INTO numbers VALUES (1), (2)")
        let other = try open(.readWrite)
        try other.checkpoint()
        let copy = directory.file("copy.db")
        try FileManager.default.copyItem(atPath: directory.file("test.db"), toPath: copy)
        #expect(
            try Connection(path: copy, mode: .readWrite).integer("SELECT sum(n) FROM numbers") == 3
        )
    }

    @Test func `a checkpoint without a WAL is an error`() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (x)")
        #expect(throws: SQLiteError.self) { try connection.checkpoint() }
    }

    @Test func `an error has the extended code, SQLite's words and the statement`() throws {
        let connection = try filled()
        let sql = "INSERT INTO numbers VALUES (1)"
        try connection.execute(sql)
        let error = #expect(throws: SQLiteError.self) { try connection.execute(sql) }
        #expect(error?.code == 2067, "SQLITE_CONSTRAINT_UNIQUE")
        #expect(error?.primaryCode == 19)
        #expect(error?.isBusy == false)
        #expect(
            error?.description
                == "SQLite error 2067 (UNIQUE constraint failed: numbers.n) in: \(sql)"
        )
    }

    @Test func `an error never shows a bound value`() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE t (secret TEXT UNIQUE CHECK (length(secret) < 6))")
        let insertion = try connection.prepare("INSERT INTO t VALUES (?)")
        try insertion.run { $0.text("PAY-1") }
        for secret in ["PAY-1", "PAY-22"] {
            let error = #expect(throws: SQLiteError.self) {
                try insertion.run { $0.text(secret) }
            }
            #expect(error?.description.contains(secret) == false)
            #expect(error?.context == "INSERT INTO t VALUES (?)")
        }
    }

    @Test func `a transaction keeps all of it or nothing, and throws the first error`() throws {
        let connection = try filled()
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction { () throws(SQLiteError) in
                try connection.execute("INSERT INTO numbers VALUES (1)")
                try connection.execute("INSERT INTO absent VALUES (1)")
            }
        }
        #expect(error?.message == "no such table: absent")
        #expect(try connection.integer("SELECT count(*) FROM numbers") == 0)
        let result = try connection.transaction { () throws(SQLiteError) in
            try connection.execute("INSERT INTO numbers VALUES (1)")
            return connection.lastInsertRowID
        }
        #expect(result == 1)
        #expect(try connection.integer("SELECT count(*) FROM numbers") == 1)
    }

    @Test func `an error that ended the transaction by itself is the one thrown`() throws {
        let connection = try filled()
        try connection.execute("INSERT INTO numbers VALUES (1)")
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction { () throws(SQLiteError) in
                try connection.execute("INSERT OR ROLLBACK INTO numbers VALUES (1)")
            }
        }
        #expect(error?.code == 2067, "not: cannot rollback, no transaction is active")
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute("INSERT INTO numbers VALUES (2)")
        }
    }

    @Test func `a snapshot does not see what is committed meanwhile, and ends with its body`()
        throws
    {
        let writer = try filled()
        let reader = try open(.readOnly)
        let seen = try reader.snapshot { () throws(SQLiteError) in
            let before = try reader.integer("SELECT count(*) FROM numbers")
            try writer.execute("INSERT INTO numbers VALUES (1)")
            return [before, try reader.integer("SELECT count(*) FROM numbers")]
        }
        #expect(seen == [0, 0])
        #expect(try reader.integer("SELECT count(*) FROM numbers") == 1)
    }

    @Test func `a snapshot whose body throws is over`() throws {
        let connection = try filled()
        #expect(throws: SQLiteError.self) {
            try connection.snapshot { () throws(SQLiteError) in
                try connection.execute("SELECT nothing")
            }
        }
        try connection.execute("BEGIN; COMMIT")
    }

    @Test func `who waits for a lock too long is told that it is busy`() throws {
        let first = try filled()
        let second = try open()
        try second.execute("PRAGMA busy_timeout = 0")
        try first.execute("BEGIN IMMEDIATE")
        let error = #expect(throws: SQLiteError.self) {
            try second.transaction { () throws(SQLiteError) in }
        }
        #expect(error?.isBusy == true)
    }

    @Test func `changes count the rows of the last statement`() throws {
        let connection = try filled()
        try connection.execute("INSERT INTO numbers VALUES (1), (2), (3)")
        #expect(connection.changes == 3)
        try connection.execute("DELETE FROM numbers WHERE n > 1")
        #expect(connection.changes == 2)
        try connection.execute("DELETE FROM numbers WHERE n > 1")
        #expect(connection.changes == 0)
    }

    @Test func `a query without a row gives nothing`() throws {
        let connection = try filled()
        #expect(try connection.integer("SELECT n FROM numbers") == nil)
        #expect(try connection.text("SELECT n FROM numbers") == nil)
    }

    @Test func `a statement keeps its connection open`() throws {
        let statement = try open().prepare("SELECT 7")
        #expect(try statement.first(row: { $0.integer(0) }) == 7)
    }
}
