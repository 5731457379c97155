package import SQLite

/// How the main database is opened.
package enum MainDatabase {
    /// Opens the database for writing, making its tables when it is empty.
    ///
    /// Never makes the file: ``DatabaseLock`` does, where that replaces nothing.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let (connection, isEmpty) = try connect(path)
        if isEmpty { try DatabaseSchema.create(connection) }
        return connection
    }

    /// Opens a database again that was open before, and never another one in its place: else a file
    /// that vanished would be followed by an empty one whose feed begins again.
    package static func reopen(
        _ database: DatabaseLock,
        feed: String
    ) throws(SQLiteError) -> Connection {
        guard database.isInPlace else { throw displacement(of: database) }
        let (connection, isEmpty) = try connect(database.path, isMade: false)
        guard !isEmpty, try self.feed(connection) == feed else {
            let message = "another database than at the start"
            throw SQLiteError(code: 26, message: message, context: "open \(database.path)")
        }
        return connection
    }

    /// Opens the database for writing; returns whether it has no tables yet.
    ///
    /// - Parameter isMade: whether the caller makes the tables of an empty one, which is left alone
    ///   otherwise.
    package static func connect(
        _ path: String,
        isMade: Bool = true
    ) throws(SQLiteError) -> (connection: Connection, isEmpty: Bool) {
        let connection = try Connection(path: path, mode: .readWriteSynced)
        // Before anything is written: the file may be another program's.
        let isEmpty = try DatabaseSchema.isEmpty(connection)
        if isEmpty, !isMade { return (connection, true) }
        // FULL: a commit is on disk when it returns; with NORMAL a power cut could take back what
        // was answered 2005600. Before anything is written: the connection relies on it.
        try connection.set("synchronous", to: "2")
        // WAL: readers never wait for the writer, a commit is one append.
        try connection.set("journal_mode", to: "wal")
        try connection.set("wal_autocheckpoint", to: "\(checkpointPages)")
        try connection.set("journal_size_limit", to: "\(walBytesKept)")
        // Erased bytes are overwritten, also where SQLite was built without SQLITE_SECURE_DELETE.
        try connection.set("secure_delete", to: "1")
        try connection.set("cache_size", to: "-16384")
        return (connection, isEmpty)
    }

    /// Pages in the WAL after which a commit copies them to the database file.
    private static let checkpointPages = 4_000

    /// What a WAL that has grown behind a long read is cut down to, once it begins again: four
    /// times what it reaches otherwise.
    private static let walBytesKept = 4 * checkpointPages * 4_096

    /// The database's path leads to another file than the one that is open, or to none.
    package static func displacement(of database: DatabaseLock) -> SQLiteError {
        let copy = database.descriptorPath.map { "; what it holds can be read at \($0)" } ?? ""
        let message =
            "the file that is open is not at its path any more: it was removed, moved or replaced. "
            + "Nothing is acknowledged until it is back or another is opened by a restart\(copy)"
        return SQLiteError(code: 14, message: message, context: "open \(database.path)")
    }

    /// The id that was made with the database: which feed its sequence numbers belong to.
    package static func feed(_ connection: Connection) throws(SQLiteError) -> String {
        try connection.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
    }

    /// The hash of the reference index, under the seed that was made with the database.
    package static func hash(_ connection: Connection) throws(SQLiteError) -> SeededHash {
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
    package static func newest(
        _ column: String,
        of table: String,
        _ connection: Connection
    ) throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT coalesce(max(\(column)), 0) FROM \(table)") ?? 0
    }
}
