import CSQLite

/// Gives a statement its values, one parameter after the other.
///
/// SQLite copies text and blobs, so nothing has to outlive the call. The first failure is kept and
/// thrown by the statement.
@safe package struct Binder {
    private let statement: OpaquePointer
    private(set) var count: Int32 = 0
    private(set) var code: Int32 = SQLITE_OK

    init(statement: OpaquePointer) { unsafe self.statement = statement }

    /// Binds an integer, or NULL.
    package mutating func integer(_ value: Int64?) {
        count += 1
        guard let value else { return null() }
        note(unsafe sqlite3_bind_int64(statement, count, value))
    }

    /// Binds an integer.
    package mutating func integer(_ value: Int) { integer(Int64(value)) }

    /// Binds text as UTF-8, or NULL. A NUL inside is part of the text.
    package mutating func text(_ value: String?) {
        count += 1
        guard var value else { return null() }
        let bound = value.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                // A nil pointer would bind NULL; an empty text has a pointer of its own.
                let start = characters.baseAddress
                let length = UInt64(characters.count)
                let encoding = UInt8(SQLITE_UTF8)
                return unsafe start == nil
                    ? sqlite3_bind_text64(statement, count, "", 0, transient, encoding)
                    : sqlite3_bind_text64(statement, count, start, length, transient, encoding)
            }
        }
        note(bound)
    }

    /// Binds a blob, or NULL. An empty blob stays an empty blob.
    package mutating func blob(_ value: [UInt8]?) {
        count += 1
        guard let value else { return null() }
        if value.isEmpty { return note(unsafe sqlite3_bind_zeroblob(statement, count, 0)) }
        let bound = unsafe value.withUnsafeBytes { bytes in
            unsafe sqlite3_bind_blob64(
                statement,
                count,
                bytes.baseAddress,
                UInt64(bytes.count),
                transient
            )
        }
        note(bound)
    }

    private mutating func null() { note(unsafe sqlite3_bind_null(statement, count)) }

    private mutating func note(_ result: Int32) {
        if code == SQLITE_OK { code = result }
    }
}

/// `SQLITE_TRANSIENT`, a macro that Swift does not import: SQLite makes its own copy.
private var transient: sqlite3_destructor_type? {
    unsafe unsafeBitCast(-1, to: sqlite3_destructor_type?.self)
}
