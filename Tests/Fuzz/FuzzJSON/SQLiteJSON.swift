import CSQLite

/// The verdict of another implementation: `json_valid` of SQLite.
enum SQLiteJSON {
    private nonisolated(unsafe) static let statement: OpaquePointer? = {
        var connection: OpaquePointer?
        var statement: OpaquePointer?
        guard sqlite3_open(":memory:", &connection) == SQLITE_OK,
            sqlite3_prepare_v2(connection, "SELECT json_valid(?)", -1, &statement, nil) == SQLITE_OK
        else { return nil }
        return statement
    }()

    static func accepts(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { text in
            let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text64(statement, 1, start, UInt64(text.count), nil, UInt8(SQLITE_UTF8))
            defer { sqlite3_reset(statement) }
            return sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1
        }
    }
}
