import CSQLite

/// One connection to one database file.
///
/// Not thread-safe (`SQLITE_OPEN_NOMUTEX`) and therefore not `Sendable`: one actor or queue owns
/// it. Statements retain it.
@safe package final class Connection {
    /// How a database file is opened.
    package enum Mode: Sendable {
        /// Reads and writes; creates a missing file.
        case readWriteCreate
        /// Reads and writes; the file must exist.
        case readWrite
        /// Like `readWrite`, but writes the WAL frames of a commit with one call.
        ///
        /// Requires `PRAGMA synchronous = FULL`, which syncs every commit.
        case readWriteSynced
        /// Reads only; the file must exist.
        case readOnly
        /// Reads a file without a WAL that no process changes; creates no file beside it, so that
        /// its directory can be read-only.
        case immutable
    }

    let handle: OpaquePointer

    /// The pages in the WAL at this connection's last commit; 0 before
    /// ``replaceAutomaticCheckpoint()``.
    package private(set) var walPages = 0

    /// Opens the database at `path`, with a busy timeout of 5 s.
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
        let system = mode == .readWriteSynced ? LogAppendingVFS.name : PageCheckVFS.name
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
        if access & SQLITE_OPEN_READONLY == 0 { reserveChecksums() }
    }

    /// Reserves room for a checksum in each page of a database that is created, and, at its next
    /// `VACUUM`, of one that was created without.
    private func reserveChecksums() {
        var bytes = Int32(PageChecksum.reservedBytes)
        _ = unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes)
    }

    /// Whether the pages of the database file have checksums (``PageCheckVFS``); nil before the
    /// first read of a database whose contents are all in the WAL.
    package internal(set) var hasChecksums: Bool? {
        get {
            var value: Bool?
            _ = unsafe sqlite3_file_control(handle, "main", PageCheckVFS.checksums, &value)
            return value
        }
        set {
            var value = newValue
            _ = unsafe sqlite3_file_control(handle, "main", PageCheckVFS.checksums, &value)
        }
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Whether a write or a snapshot is open. Wraps `sqlite3_get_autocommit`.
    package var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// The path as a URI, with reserved characters escaped (<https://www.sqlite.org/uri.html>).
    private static func immutableURI(_ path: String) -> String {
        let escapes: [Character: String] = ["%": "%25", "?": "%3f", "#": "%23"]
        return "file:" + path.map { escapes[$0] ?? String($0) }.joined() + "?immutable=1"
    }

    /// Runs one or more statements without parameters, ignoring rows.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code, in: sql) }
    }

    /// Sets a PRAGMA, and reads it back, because SQLite reports a rejected value only by the old
    /// one.
    ///
    /// - Parameter value: the value as SQLite reads it back, such as `2` for `synchronous`.
    package func set(_ pragma: String, to value: String) throws(SQLiteError) {
        let context = "PRAGMA \(pragma) = \(value)"
        try execute(context)
        let result = try text("PRAGMA \(pragma)") ?? ""
        guard result == value else {
            let message = "\(pragma) is \(result), expected \(value)"
            throw SQLiteError(code: SQLITE_ERROR, message: message, context: context)
        }
    }

    /// Ends the automatic checkpoints of this connection; ``walPages`` tells when one is due.
    ///
    /// Wraps `sqlite3_wal_hook`. An automatic checkpoint runs inside `COMMIT`, so that the caller
    /// learns of a durable commit only after it.
    package func replaceAutomaticCheckpoint() {
        // SQLite calls the hook inside a commit of this connection, so `self` exists.
        _ = unsafe sqlite3_wal_hook(
            handle,
            { connection, _, _, pages in
                guard let connection = unsafe connection else { return SQLITE_MISUSE }
                let reference = unsafe Unmanaged<Connection>.fromOpaque(connection)
                unsafe reference.takeUnretainedValue().walPages = Int(pages)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// Checkpoints as many pages of the WAL as no reader needs there, without waiting for readers.
    ///
    /// - Returns: whether all pages are in the database file.
    @discardableResult
    package func checkpointPassively() throws(SQLiteError) -> Bool {
        let (frames, copied) = try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
        return frames == copied
    }

    /// Checkpoints the whole WAL into the database file, durably.
    ///
    /// Works on the open files, even if they were renamed or deleted.
    ///
    /// - Throws: also if a reader blocked the checkpoint for longer than the busy timeout.
    package func checkpoint() throws(SQLiteError) {
        // A connection opens the WAL at its first read; before that, a checkpoint copies nothing.
        _ = try integer("PRAGMA schema_version")
        let (frames, copied) = try checkpoint(SQLITE_CHECKPOINT_FULL)
        guard frames >= 0, frames == copied else {
            let message = "\(copied) of \(frames) pages are checkpointed"
            throw SQLiteError(code: SQLITE_BUSY, message: message, context: "checkpoint")
        }
    }

    /// Returns the pages in the WAL, and how many of them are in the database file. Wraps
    /// `sqlite3_wal_checkpoint_v2`.
    private func checkpoint(
        _ mode: Int32
    ) throws(SQLiteError) -> (frames: Int32, copied: Int32) {
        var (frames, copied): (Int32, Int32) = (-1, -1)
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, &copied)
        if code != SQLITE_OK { throw error(code, in: "checkpoint") }
        return (frames, copied)
    }

    /// Sets whether the WAL is checkpointed and removed when the last connection to the database
    /// is closed, as by default. Wraps `SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE`.
    package func setCheckpointsWhenClosed(_ isEnabled: Bool) {
        // Fails for unknown options only.
        _ = unsafe sqlite3_db_config_checkpoint_on_close(handle, isEnabled ? 1 : 0)
    }

    /// The version of SQLite, as in `3.40.1`; wraps `sqlite3_libversion`.
    package static var libraryVersion: String {
        unsafe String(cString: sqlite3_libversion())
    }

    /// Compiles one statement for repeated use.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql, on: self)
    }

    /// The integer in the first column of the first row of a statement without parameters; nil
    /// without a row.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        try prepare(sql).first { _ in
        } row: {
            $0.integer(0)
        }
    }

    /// The text in the first column of the first row of a statement without parameters; nil without
    /// a row.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        try prepare(sql).first { _ in
        } row: {
            $0.text(0)
        }
    }

    /// Runs `body` between `BEGIN IMMEDIATE` and `COMMIT`; any failure rolls back all of it.
    ///
    /// The first error is the one thrown. After the return, the commit is as durable as the
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
            // SQLite may have rolled back automatically (full disk, I/O error). Then there is
            // nothing to undo, and only the first error matters.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Runs `body` in one read snapshot of the database.
    ///
    /// Keep it short: while it runs, the WAL cannot be checkpointed beyond this snapshot.
    package func snapshot<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try execute("BEGIN")
        defer {
            // Ends a read, so a failure loses no data.
            try? execute("COMMIT")
        }
        return try body()
    }

    /// The rowid of the last row that this connection inserted.
    package var lastInsertRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// The number of rows that the last statement inserted, changed or deleted.
    package var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

    func error(_ code: Int32, in context: String) -> SQLiteError {
        if code == PageCheckVFS.damaged, let damage = lastDamage {
            return SQLiteError(code: code, message: damage, context: context)
        }
        var message = unsafe String(cString: sqlite3_errmsg(handle))
        // SQLite names no file, and a program has several.
        if code & 0xFF == SQLITE_CORRUPT, let path = unsafe sqlite3_db_filename(handle, "main") {
            message += " in \(unsafe String(cString: path))"
        }
        let isOfSystem = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF)
        return SQLiteError(
            code: code,
            message: message,
            context: context,
            systemCode: isOfSystem ? unsafe sqlite3_system_errno(handle) : 0
        )
    }

    /// What ``PageCheckVFS`` found to be damaged last.
    private var lastDamage: String? {
        var value: String?
        _ = unsafe withUnsafeMutablePointer(to: &value) {
            unsafe sqlite3_file_control(handle, "main", PageCheckVFS.lastDamage, $0)
        }
        return value
    }
}

/// Disables SQLite's memory statistics, before its first use.
///
/// Nothing reads them, and each allocation and release takes a lock for them. The result code is
/// ignored, because SQLite also works with statistics.
private let memoryStatistics: Int32 = sqlite3_config_memstatus(0)
