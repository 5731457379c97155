import CSQLite

/// A compiled statement for repeated use; belongs to the owner of its connection.
@safe package final class Statement {
    private let connection: Connection
    private let handle: OpaquePointer
    private let sql: String
    private let binder: Binder

    init(_ sql: String, on connection: Connection) throws(SQLiteError) {
        var prepared: OpaquePointer?
        let persistent = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(connection.handle, sql, -1, persistent, &prepared, nil)
        guard code == SQLITE_OK else { throw connection.error(code, in: sql) }
        guard let handle = unsafe prepared else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "no statement", context: sql)
        }
        self.connection = connection
        self.sql = sql
        unsafe self.handle = handle
        binder = unsafe Binder(statement: handle)
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Binds the parameters in order and runs the statement to its end, ignoring rows.
    package func run(_ bind: (Binder) -> Void = { _ in }) throws(SQLiteError) {
        try start(bind)
        defer { finish() }
        while try step() {}
    }

    /// Binds the parameters in order and reads the first row; nil if there is none.
    package func first<Result>(
        _ bind: (Binder) -> Void = { _ in },
        row: (Row) -> Result
    ) throws(SQLiteError) -> Result? {
        try start(bind)
        defer { finish() }
        return try step() ? unsafe row(Row(statement: handle)) : nil
    }

    /// Binds the parameters in order and reads rows until `row` returns false or none is left.
    package func forEach(
        _ bind: (Binder) -> Void = { _ in },
        row: (Row) -> Bool
    ) throws(SQLiteError) {
        try start(bind)
        defer { finish() }
        while try step(), unsafe row(Row(statement: handle)) {}
    }

    /// Binds the parameters in order and reads all rows.
    package func all<Result>(
        _ bind: (Binder) -> Void = { _ in },
        row: (Row) -> Result
    ) throws(SQLiteError) -> [Result] {
        var results: [Result] = []
        try forEach(bind) {
            results.append(row($0))
            return true
        }
        return results
    }

    private func start(_ bind: (Binder) -> Void) throws(SQLiteError) {
        binder.removeAll()
        bind(binder)
        let parameters = unsafe sqlite3_bind_parameter_count(handle)
        precondition(
            binder.count == parameters,
            "a statement was given another number of values than it has parameters"
        )
        if binder.code != SQLITE_OK { throw connection.error(binder.code, in: sql) }
    }

    private func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw connection.error(code, in: sql)
    }

    /// Resets the statement, so that it holds no snapshot, and releases SQLite's copies of bound
    /// values.
    private func finish() {
        // The result repeats the error that `step()` has thrown.
        _ = unsafe sqlite3_reset(handle)
        if binder.hasOverflowed { _ = unsafe sqlite3_clear_bindings(handle) }
    }
}
