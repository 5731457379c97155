import CSQLite

/// One connection to one database file.
///
/// Not thread-safe (`SQLITE_OPEN_NOMUTEX`): it belongs to one actor or queue, which is why it is
/// not `Sendable`. Statements keep it alive.
@safe package final class Connection {
    /// How a database file is opened.
    package enum Mode: Sendable {
        /// Reads and writes; the file is made when it is absent.
        case readWriteCreate
        /// Reads and writes; the file has to exist.
        case readWrite
        /// The same; writes the pages of a commit to the WAL at once. Only for a connection that
        /// syncs every commit, by `PRAGMA synchronous = FULL`.
        case readWriteSynced
        /// Reads only; the file has to exist.
        case readOnly
        /// Reads only a file that nothing changes meanwhile and that has no WAL: makes no file
        /// beside it, so that its directory can be read-only.
        case immutable
    }

    let handle: OpaquePointer

    /// Opens the database at `path`.
    package init(path: String, mode: Mode) throws(SQLiteError) {
        _ = memoryStatistics
        let access =
            switch mode {
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite, .readWriteSynced: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let name = mode == .immutable ? Self.immutableURI(path) : path
        let system = mode == .readWriteSynced ? LogAppendingVFS.name : nil
        let code = unsafe sqlite3_open_v2(name, &opened, flags, system)
        guard code == SQLITE_OK, let handle = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) }
            // "Whether or not an error occurs when it is opened, resources associated with the
            // database connection handle should be released" (sqlite3_open documentation).
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(
                code: code,
                message: message ?? "out of memory",
                context: "open \(path)"
            )
        }
        unsafe self.handle = handle
        unsafe sqlite3_busy_timeout(handle, 5_000)
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// The path as a URI (<https://www.sqlite.org/uri.html>): what has a meaning there is escaped.
    private static func immutableURI(_ path: String) -> String {
        let escapes: [Character: String] = ["%": "%25", "?": "%3f", "#": "%23"]
        return "file:" + path.map { escapes[$0] ?? String($0) }.joined() + "?immutable=1"
    }

    /// Runs one or more statements that return nothing and have no parameters.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code, in: sql) }
    }

    /// Sets a PRAGMA and reads it back: SQLite answers what it does not accept with the old value.
    ///
    /// - Parameter value: as SQLite reads it back, such as `2` for `synchronous`.
    package func set(_ pragma: String, to value: String) throws(SQLiteError) {
        let context = "PRAGMA \(pragma) = \(value)"
        try execute(context)
        let result = try text("PRAGMA \(pragma)") ?? ""
        guard result == value else {
            let message = "\(pragma) is \(result), expected \(value)"
            throw SQLiteError(code: SQLITE_ERROR, message: message, context: context)
        }
    }

    /// Copies the whole WAL to the database file, to disk when this returns.
    ///
    /// Works on the open files, whatever has become of their names. Throws as well when a reader
    /// was in the way for longer than the busy timeout.
    package func checkpoint() throws(SQLiteError) {
        // A connection that has not read yet has no WAL open, and would copy nothing.
        _ = try integer("PRAGMA schema_version")
        var (frames, copied): (Int32, Int32) = (-1, -1)
        let mode = SQLITE_CHECKPOINT_FULL
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, &copied)
        if code != SQLITE_OK { throw error(code, in: "checkpoint") }
        guard frames >= 0, frames == copied else {
            let message = "\(copied) of \(frames) pages are checkpointed"
            throw SQLiteError(code: SQLITE_BUSY, message: message, context: "checkpoint")
        }
    }

    /// The version of SQLite, as in `3.40.1`. Wraps `sqlite3_libversion`.
    package static var libraryVersion: String {
        unsafe String(cString: sqlite3_libversion())
    }

    /// Compiles one statement for repeated use.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql, on: self)
    }

    /// The first column of the first row of a statement without parameters, or nil without a row.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        try prepare(sql).first { _ in
        } row: {
            $0.integer(0)
        }
    }

    /// The text in the first column of the first row of a statement without parameters.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        try prepare(sql).first { _ in
        } row: {
            $0.text(0)
        }
    }

    /// Runs `body` between `BEGIN IMMEDIATE` and `COMMIT`; whatever fails rolls everything back.
    ///
    /// The first error is the one thrown. When it returns, what was written is as durable as the
    /// connection's `synchronous` setting makes it.
    package func transaction<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // SQLite may have rolled back by itself (full disk, I/O error): then there is nothing
            // left to undo, and only the first error matters.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Runs `body` on one unchanging state of the database.
    ///
    /// Keep it short: while it runs, the write-ahead log cannot be taken over past this state.
    package func snapshot<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try execute("BEGIN")
        defer {
            // Ends a read; there is nothing in it that could be lost.
            try? execute("COMMIT")
        }
        return try body()
    }

    /// The rowid of the last row that this connection inserted.
    package var lastInsertRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// How many rows the last statement inserted, changed or deleted.
    package var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

    func error(_ code: Int32, in context: String) -> SQLiteError {
        let message = unsafe String(cString: sqlite3_errmsg(handle))
        return SQLiteError(code: code, message: message, context: context)
    }
}

/// Switches off SQLite's statistics of its memory, before its first use: nothing reads them, and
/// each allocation and release takes a lock for them. The result code is of no interest: with the
/// statistics on, all works as well.
private let memoryStatistics: Int32 = sqlite3_config_memstatus(0)
