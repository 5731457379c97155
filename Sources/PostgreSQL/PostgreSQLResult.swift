/// What the server returned for one statement.
///
/// Not thread-safe, like the connection that it is from; it outlives that connection.
@safe package final class PostgreSQLResult {
    private let library: Libpq
    private let handle: Libpq.Handle

    /// Takes ownership of the handle.
    init(owning handle: Libpq.Handle, of library: Libpq) {
        unsafe self.handle = handle
        self.library = library
    }

    deinit { unsafe library.clear(handle) }

    /// `PQresultStatus`.
    var status: CInt { unsafe library.resultStatus(handle) }

    /// A field of an error or a notice; nil without one.
    func field(_ code: CInt) -> String? {
        unsafe library.resultField(handle, code).map { unsafe String(cString: $0) }
    }

    /// The command that was run, as in `COMMIT` or `INSERT 0 2`.
    package var tag: String {
        unsafe library.commandTag(handle).map { unsafe String(cString: $0) } ?? ""
    }

    /// How many rows were inserted, updated, deleted or selected.
    package var affectedRows: Int {
        unsafe library.affectedRows(handle).flatMap { unsafe Int(String(cString: $0)) } ?? 0
    }

    /// The rows; valid as long as this object.
    package var rows: some Collection<ResultRow> {
        (0..<(unsafe library.rowCount(handle))).lazy.map { ResultRow(result: self, number: $0) }
    }

    /// Passes the bytes of a value to `body`; nil for NULL.
    fileprivate func withBytes<Value>(
        _ row: CInt,
        _ column: CInt,
        _ body: (UnsafeBufferPointer<UInt8>) -> Value
    ) -> Value? {
        let columnCount = unsafe library.columnCount(handle)
        precondition(column < columnCount, "the statement has this column")
        if unsafe library.isNull(handle, row, column) != 0 { return nil }
        let count = Int(unsafe library.length(handle, row, column))
        let start = unsafe library.value(handle, row, column).map { unsafe UnsafeRawPointer($0) }
        let bytes = unsafe start?.assumingMemoryBound(to: UInt8.self)
        return unsafe body(UnsafeBufferPointer(start: bytes, count: count))
    }
}

/// One row of a result, in the binary format.
package struct ResultRow {
    fileprivate let result: PostgreSQLResult
    fileprivate let number: CInt

    /// Whether the column is NULL.
    package func isNull(_ column: CInt) -> Bool {
        unsafe result.withBytes(number, column) { _ in } == nil
    }

    /// A column of an integer type; nil for NULL.
    package func optionalInteger(_ column: CInt) -> Int64? {
        unsafe result.withBytes(number, column) { bytes in
            let isNegative = unsafe bytes.first.map { $0 >= 0x80 } ?? false
            return unsafe bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
        }
    }

    /// A column of an integer type; NULL reads as 0.
    package func integer(_ column: CInt) -> Int64 { optionalInteger(column) ?? 0 }

    /// A text column; nil for NULL.
    package func optionalText(_ column: CInt) -> String? {
        unsafe result.withBytes(number, column) { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// A text column; NULL reads as empty.
    package func text(_ column: CInt) -> String { optionalText(column) ?? "" }

    /// A `bytea` column; nil for NULL.
    package func bytes(_ column: CInt) -> [UInt8]? {
        unsafe result.withBytes(number, column) { unsafe [UInt8]($0) }
    }

    /// A boolean column; NULL reads as false.
    package func boolean(_ column: CInt) -> Bool {
        unsafe result.withBytes(number, column) { unsafe $0.first == 1 } ?? false
    }
}
