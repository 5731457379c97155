import CSQLite

/// Binds values to the parameters of a statement, in order.
///
/// Text and blobs are copied, so they need not outlive the call. The first failure is stored and
/// thrown by the statement, to which the binder belongs.
@safe package final class Binder {
    private let statement: OpaquePointer
    private let buffer = ValueBuffer()
    private(set) var count: Int32 = 0
    private(set) var code: Int32 = SQLITE_OK

    init(statement: OpaquePointer) { unsafe self.statement = statement }

    /// Starts with the first parameter again.
    func removeAll() {
        buffer.removeAll()
        count = 0
        code = SQLITE_OK
    }

    /// Whether SQLite has copied a value, which it then keeps until it is replaced.
    var hasOverflowed: Bool { buffer.hasOverflowed }

    /// Binds an integer, or NULL.
    package func integer(_ value: Int64?) {
        count += 1
        guard let value else { return null() }
        record(unsafe sqlite3_bind_int64(statement, count, value))
    }

    /// Binds an integer.
    package func integer(_ value: Int) { integer(Int64(value)) }

    /// Binds text as UTF-8, or NULL; a NUL character is part of the text.
    package func text(_ value: String?) {
        count += 1
        guard let value else { return null() }
        let bound = unsafe value.utf8.span.withUnsafeBufferPointer { text in
            let (start, destructor) = unsafe buffer.copy(UnsafeRawBufferPointer(text))
            return unsafe sqlite3_bind_text64(
                statement,
                count,
                start.assumingMemoryBound(to: CChar.self),
                UInt64(text.count),
                destructor,
                UInt8(SQLITE_UTF8)
            )
        }
        record(bound)
    }

    /// Binds a blob, or NULL; an empty blob is not NULL.
    package func blob(_ value: [UInt8]?) {
        count += 1
        guard let value else { return null() }
        let bound = unsafe value.withUnsafeBytes { bytes in
            let (start, destructor) = unsafe buffer.copy(bytes)
            let length = UInt64(bytes.count)
            return unsafe sqlite3_bind_blob64(statement, count, start, length, destructor)
        }
        record(bound)
    }

    private func null() { record(unsafe sqlite3_bind_null(statement, count)) }

    private func record(_ result: Int32) {
        if code == SQLITE_OK { code = result }
    }
}
