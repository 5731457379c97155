import SQLite

/// Reads the index's entries out of the main database, in order, beyond what is covered.
final class IndexSource {
    private let connection: Connection
    private let hash: SeededHash
    private(set) var covered: IndexWatermark

    init(_ connection: Connection, hash: SeededHash, covered: IndexWatermark) {
        self.connection = connection
        self.hash = hash
        self.covered = covered
    }

    /// Reads on; returns whether there may be more.
    func read(into entries: inout HashMultimap, rowsMax: Int) throws(SQLiteError) -> Bool {
        let payments = try readPayments(into: &entries, rowsMax: rowsMax)
        let late = try readLateReferences(into: &entries, rowsMax: rowsMax)
        return [payments, late].contains(rowsMax)
    }

    /// What the index got after the payment that it leads to was written.
    private func readLateReferences(
        into entries: inout HashMultimap,
        rowsMax: Int
    ) throws(SQLiteError) -> Int {
        let selection = try connection.prepare(
            "SELECT id, key, payment_id FROM late_references WHERE id > ? ORDER BY id LIMIT ?"
        )
        let after = covered.lateReferenceID
        var read = 0
        try selection.forEach {
            $0.integer(after)
            $0.integer(rowsMax)
        } row: { row in
            read += 1
            covered.lateReferenceID = row.integer(0)
            entries.insert(row.integer(2), for: UInt64(bitPattern: row.integer(1)))
            return true
        }
        return read
    }

    private func readPayments(
        into entries: inout HashMultimap,
        rowsMax: Int
    ) throws(SQLiteError) -> Int {
        let selection = try connection.prepare(
            "SELECT id, partner_reference, reference FROM payments WHERE id > ? ORDER BY id LIMIT ?"
        )
        let after = covered.paymentID
        var read = 0
        try selection.forEach {
            $0.integer(after)
            $0.integer(rowsMax)
        } row: { row in
            read += 1
            covered.paymentID = row.integer(0)
            for reference in [row.text(1), row.optionalText(2)].compactMap(\.self) {
                entries.insert(row.integer(0), for: hash.key(for: reference.utf8))
            }
            return true
        }
        return read
    }
}
