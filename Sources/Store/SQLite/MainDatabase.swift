import SQLite

/// How the main database is opened.
enum MainDatabase {
    /// Opens the database for writing, making its tables when it is empty.
    ///
    /// Never makes the file: ``DatabaseLock`` does, where that replaces nothing.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, mode: .readWrite)
        // Before anything is written: the file may be another program's.
        let isEmpty = try Schema.isEmpty(connection)
        // WAL: readers never wait for the writer, a commit is one append. FULL: a commit is on disk
        // when it returns; with NORMAL a power cut could take back what was answered 2005600.
        try connection.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA cache_size = -16384;
            """
        )
        if isEmpty { try Schema.create(connection) }
        return connection
    }

    /// Opens a database again that was open before, and never another one in its place: else a file
    /// that vanished would be followed by an empty one whose feed begins again.
    static func reopen(_ path: String, feed: String) throws(SQLiteError) -> Connection {
        let connection = try open(path)
        guard try self.feed(connection) == feed else {
            let message = "another database than at the start"
            throw SQLiteError(code: 26, message: message, context: "open \(path)")
        }
        return connection
    }

    /// The id that was made with the database: which feed its sequence numbers belong to.
    static func feed(_ connection: Connection) throws(SQLiteError) -> String {
        try connection.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
    }

    /// The hash of the reference index, under the seed that was made with the database.
    static func hash(_ connection: Connection) throws(SQLiteError) -> SeededHash {
        let text = try connection.text("SELECT value FROM meta WHERE key = 'index_seed'") ?? ""
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == SeededHash.seedBytes * 2 else {
            throw SQLiteError(code: 11, message: "meta has no index_seed", context: "open")
        }
        let seed = stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(digits[index] << 4 | digits[index + 1])
        }
        return SeededHash(seed: seed)
    }

    /// The highest numbers that lead into the reference index.
    static func newest(_ connection: Connection) throws(SQLiteError) -> IndexWatermark {
        IndexWatermark(
            paymentID: try newest("id", of: "payments", connection),
            lateReferenceID: try newest("id", of: "late_references", connection)
        )
    }

    /// The highest number in a column, 0 in an empty table.
    static func newest(
        _ column: String,
        of table: String,
        _ connection: Connection
    ) throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT coalesce(max(\(column)), 0) FROM \(table)") ?? 0
    }
}
