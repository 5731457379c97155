import SQLite

/// How the main database is opened.
enum MainDatabase {
    /// Opens the database for writing and brings it to the newest version, making it when it is
    /// absent.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        try open(path, mode: .readWriteCreate)
    }

    /// Opens a database again that was open before, and never another one in its place: else a file
    /// that vanished would be followed by an empty one whose feed begins anew.
    static func reopen(_ path: String, feed: String) throws(SQLiteError) -> Connection {
        let connection = try open(path, mode: .readWrite)
        guard try self.feed(connection) == feed else {
            let message = "another database than at the start"
            throw SQLiteError(code: 26, message: message, context: "open \(path)")
        }
        return connection
    }

    private static func open(
        _ path: String,
        mode: Connection.Mode
    ) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, mode: mode)
        // Before anything is written: the file may be another program's.
        _ = try Schema.version(of: connection)
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
        try Schema.migrate(connection)
        return connection
    }

    /// The id that was made with the database: which feed its sequence numbers belong to.
    static func feed(_ connection: Connection) throws(SQLiteError) -> String {
        try connection.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
    }

    /// The highest numbers in use.
    static func newest(_ connection: Connection) throws(SQLiteError) -> IndexWatermark {
        IndexWatermark(
            transactionID: try newest("transactions", connection),
            callbackID: try newest("callbacks", connection),
            lateEntryID: try newest("late_entries", connection)
        )
    }

    private static func newest(
        _ table: String,
        _ connection: Connection
    ) throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT coalesce(max(id), 0) FROM \(table)") ?? 0
    }
}
