package import SQLite
import System

/// Opens the main database, with the settings that its durability depends on (article Storage).
package enum MainDatabase {
    /// Opens the database for writing, and creates its tables when it is empty, or migrates them.
    ///
    /// Never creates the file: ``DatabaseLock`` does, where no database existed.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let (connection, content) = try connect(path)
        if content == .nothing { try DatabaseSchema.create(connection) }
        try DatabaseSchema.migrate(connection)
        return connection
    }

    /// Opens the database that was opened at startup again, and never another one.
    ///
    /// Otherwise an empty file in place of a removed database would start a new feed.
    ///
    /// - Throws: when another file is at the path, or the file has no tables or another feed id.
    package static func reopen(
        _ database: DatabaseLock,
        feed: String
    ) throws(SQLiteError) -> Connection {
        guard database.isInPlace else { throw displacement(of: database) }
        let (connection, content) = try connect(database.path, isMade: false)
        guard content == .tables(version: DatabaseSchema.version), try self.feed(connection) == feed
        else {
            let message = "not the database that was open at startup"
            throw SQLiteError(code: 26, message: message, context: "open \(database.path)")
        }
        return connection
    }

    /// Opens the database for writing; returns what it contains.
    ///
    /// Writes the WAL again first. It may contain a commit whose sync failed: later commits would
    /// follow it in the file, and a power cut would lose them with it.
    ///
    /// - Parameter isMade: whether the caller will create the tables of an empty database;
    ///   otherwise an empty one stays unchanged.
    package static func connect(
        _ path: String,
        isMade: Bool = true
    ) throws(SQLiteError) -> (connection: Connection, content: DatabaseContent) {
        try rewriteWAL(of: path)
        let connection = try Connection(path: path, mode: .readWriteSynced)
        // Checked before anything is written: the file may belong to another program, or to a newer
        // version. Then it stays as it is, and so does its WAL.
        connection.setCheckpointsWhenClosed(false)
        let content = try DatabaseSchema.content(of: connection)
        connection.setCheckpointsWhenClosed(true)
        if content == .nothing, !isMade { return (connection, content) }
        // FULL: a commit is durable when it returns. With NORMAL a power loss could undo a commit
        // whose callbacks got 2005600. Set before anything is written, because the connection
        // relies on it.
        try connection.set("synchronous", to: "2")
        // WAL: readers never wait for the writer, and a commit is one append.
        try connection.set("journal_mode", to: "wal")
        try connection.set("wal_autocheckpoint", to: "\(checkpointPages)")
        try connection.set("journal_size_limit", to: "\(walBytesMax)")
        // Erased bytes are overwritten, also where SQLite was built without SQLITE_SECURE_DELETE.
        try connection.set("secure_delete", to: "1")
        try connection.set("cache_size", to: "-16384")
        return (connection, content)
    }

    /// Makes everything durable that is in the WAL.
    private static func rewriteWAL(of path: String) throws(SQLiteError) {
        let wal = StoreFiles(main: path).wal
        do throws(FileError) {
            try FileRewriting.run(wal)
        } catch {
            // SQLITE_FULL on a file system that writes elsewhere, else SQLITE_IOERR.
            let code: Int32 = error.isFullDisk ? 13 : 10
            throw SQLiteError(code: code, message: error.description, context: "write \(wal) again")
        }
    }

    /// The size of the WAL, in pages, at which a commit also checkpoints it: 16 MB.
    private static let checkpointPages = 4_000

    /// The size to which a WAL that grew during a long read is truncated when it restarts: four
    /// times its usual maximum.
    static let walBytesMax = 4 * checkpointPages * 4_096

    /// The error for a database whose path leads to another file than the open one, or to none.
    package static func displacement(of database: DatabaseLock) -> SQLiteError {
        let copy = database.descriptorPath.map { "; its data can be read at \($0)" } ?? ""
        let message =
            "the open file is no longer at its path: it was removed, moved or replaced. No "
            + "callback is acknowledged until it is back, or a restart opens another file\(copy)"
        return SQLiteError(code: 14, message: message, context: "open \(database.path)")
    }

    /// The feed id: it identifies the feed that the sequence numbers belong to.
    package static func feed(_ connection: Connection) throws(SQLiteError) -> String {
        try connection.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
    }

    /// The keyed hash of the reference index, with the seed of the database.
    ///
    /// - Throws: code 11 (`SQLITE_CORRUPT`) when the seed is missing or malformed.
    package static func hash(_ connection: Connection) throws(SQLiteError) -> SeededHash {
        let text = try connection.text("SELECT value FROM meta WHERE key = 'index_seed'") ?? ""
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == SeededHash.seedBytes * 2 else {
            throw SQLiteError(code: 11, message: "meta has no valid index_seed", context: "open")
        }
        let seed = stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(digits[index] << 4 | digits[index + 1])
        }
        return SeededHash(seed: seed)
    }

    /// The highest IDs of rows with index entries.
    static func newest(_ connection: Connection) throws(SQLiteError) -> IndexWatermark {
        IndexWatermark(
            paymentID: try newest("id", of: "payments", connection),
            addedReferenceID: try newest("id", of: "added_references", connection)
        )
    }

    /// The key in `meta` of the highest number that a callback had in PostgreSQL, from where the
    /// database was copied: the rejected requests that had numbers as well are not in it.
    package static let copiedCallbackKey = "copied_callback"

    /// The highest ID that is known to be given to a callback, besides those of rejected requests.
    package static func newestCallback(_ connection: Connection) throws(SQLiteError) -> Int64 {
        let copied = try connection.text(
            "SELECT value FROM meta WHERE key = '\(copiedCallbackKey)'"
        )
        return max(
            try newest("id", of: "callbacks", connection),
            copied.flatMap { Int64($0) } ?? 0
        )
    }

    /// The highest value in a column, 0 in an empty table. For a primary key, SQLite reads one leaf
    /// page.
    package static func newest(
        _ column: String,
        of table: String,
        _ connection: Connection
    ) throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT coalesce(max(\(column)), 0) FROM \(table)") ?? 0
    }
}
