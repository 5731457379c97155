import SQLite

/// The writer's statement on `late_references`: what the index got after the payment that it leads
/// to was written.
///
/// The index file is completed from the payments beyond its watermark; an entry for an earlier one
/// would be lost in a crash, were it not listed here.
final class LateReferenceTable {
    private let insertion: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare(
            "INSERT INTO late_references (key, payment_id) VALUES (?, ?)"
        )
    }

    func insert(_ paymentID: Int64, for key: UInt64) throws(SQLiteError) {
        try insertion.run {
            $0.integer(Int64(bitPattern: key))
            $0.integer(paymentID)
        }
    }
}
