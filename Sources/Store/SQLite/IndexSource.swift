import SQLite

/// Reads the index's entries out of the main database, in order, beyond what is covered.
struct IndexSource {
    private let connection: Connection
    private let hash: SeededHash
    private(set) var covered: IndexWatermark

    init(_ connection: Connection, hash: SeededHash, covered: IndexWatermark) {
        self.connection = connection
        self.hash = hash
        self.covered = covered
    }

    /// Adds the payments under any of these keys, found by reading all references: as long as the
    /// index file cannot be used.
    static func search(
        _ connection: Connection,
        hash: SeededHash,
        for keys: [UInt64],
        into found: inout Set<Int64>
    ) throws(SQLiteError) {
        let wanted = Set(keys)
        var source = IndexSource(connection, hash: hash, covered: IndexWatermark())
        _ = try source.readPayments(rowsMax: .max) { key, payment in
            if wanted.contains(key) { found.insert(payment) }
        }
        _ = try source.readLateReferences(rowsMax: .max) { key, payment in
            if wanted.contains(key) { found.insert(payment) }
        }
    }

    /// Reads on; returns whether there may be more.
    mutating func read(into entries: inout HashMultimap, rowsMax: Int) throws(SQLiteError) -> Bool {
        let payments = try readPayments(rowsMax: rowsMax) { entries.insert($1, for: $0) }
        let late = try readLateReferences(rowsMax: rowsMax) { entries.insert($1, for: $0) }
        return [payments, late].contains(rowsMax)
    }

    /// What the index got after the payment that it leads to was written.
    private mutating func readLateReferences(
        rowsMax: Int,
        _ add: (_ key: UInt64, _ paymentID: Int64) -> Void
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
            add(UInt64(bitPattern: row.integer(1)), row.integer(2))
            return true
        }
        return read
    }

    private mutating func readPayments(
        rowsMax: Int,
        _ add: (_ key: UInt64, _ paymentID: Int64) -> Void
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
                add(hash.key(for: reference.utf8), row.integer(0))
            }
            return true
        }
        return read
    }
}
