package import SQLite

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

    /// Reads the rows behind the number `id`, which becomes that of the last one; returns how many.
    private static func read(
        _ sql: String,
        on connection: Connection,
        after id: inout Int64,
        rowsMax: Int,
        _ body: (Row) -> Void
    ) throws(SQLiteError) -> Int {
        let after = id
        var count = 0
        try connection.prepare(sql).forEach {
            $0.integer(after)
            $0.integer(rowsMax)
        } row: { row in
            count += 1
            id = row.integer(0)
            body(row)
            return true
        }
        return count
    }

    /// What the index got after the payment that it leads to was written.
    private mutating func readLateReferences(
        rowsMax: Int,
        _ add: (_ key: UInt64, _ paymentID: Int64) -> Void
    ) throws(SQLiteError) -> Int {
        try Self.read(
            "SELECT id, key, payment_id FROM late_references WHERE id > ? ORDER BY id LIMIT ?",
            on: connection,
            after: &covered.lateReferenceID,
            rowsMax: rowsMax
        ) { row in
            add(UInt64(bitPattern: row.integer(1)), row.integer(2))
        }
    }

    private mutating func readPayments(
        rowsMax: Int,
        _ add: (_ key: UInt64, _ paymentID: Int64) -> Void
    ) throws(SQLiteError) -> Int {
        let hash = hash
        return try Self.read(
            """
            SELECT id, partner_reference, reference FROM payments
            WHERE id > ? ORDER BY id LIMIT ?
            """,
            on: connection,
            after: &covered.paymentID,
            rowsMax: rowsMax
        ) { row in
            for reference in [row.text(1), row.optionalText(2)].compactMap(\.self) {
                add(hash.key(for: reference.utf8), row.integer(0))
            }
        }
    }
}

/// The writer's statement on `late_references`: what the index got after the payment that it leads
/// to was written.
///
/// The index file is completed from the payments beyond its watermark; an entry for an earlier one
/// would be lost in a crash, were it not listed here.
package final class LateReferenceTable {
    private let insertion: Statement

    package init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare(
            "INSERT INTO late_references (key, payment_id) VALUES (?, ?)"
        )
    }

    package func insert(_ paymentID: Int64, for key: UInt64) throws(SQLiteError) {
        try insertion.run {
            $0.integer(Int64(bitPattern: key))
            $0.integer(paymentID)
        }
    }
}
