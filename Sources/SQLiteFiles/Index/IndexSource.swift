package import SQLite

/// Reads index entries from the main database, above a watermark, in the order of their rows.
///
/// It uses primary keys only, so a rebuild costs as much as reading the rows it adds.
struct IndexSource {
    private let connection: Connection
    private let hash: SeededHash

    /// The rows read so far.
    private(set) var covered: IndexWatermark

    init(_ connection: Connection, hash: SeededHash, covered: IndexWatermark) {
        self.connection = connection
        self.hash = hash
        self.covered = covered
    }

    /// Adds the payments under any of these keys by hashing all references of the main database.
    ///
    /// Readers use it while the index file is unusable. It scans `payments` and `added_references`
    /// completely, so its time grows with the database.
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

    /// Adds the next entries, those of at most `rowsMax` rows of each table; returns whether there
    /// may be more.
    mutating func read(into entries: inout HashMultimap, rowsMax: Int) throws(SQLiteError) -> Bool {
        let payments = try readPayments(rowsMax: rowsMax) { entries.insert($1, for: $0) }
        let late = try readLateReferences(rowsMax: rowsMax) { entries.insert($1, for: $0) }
        return [payments, late].contains(rowsMax)
    }

    /// Reads at most `rowsMax` rows above `id`, and sets `id` to the last one; returns how many.
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

    /// Reads the index backlog.
    private mutating func readLateReferences(
        rowsMax: Int,
        _ add: (_ key: UInt64, _ paymentID: Int64) -> Void
    ) throws(SQLiteError) -> Int {
        try Self.read(
            "SELECT id, key, payment_id FROM added_references WHERE id > ? ORDER BY id LIMIT ?",
            on: connection,
            after: &covered.addedReferenceID,
            rowsMax: rowsMax
        ) { row in
            add(UInt64(bitPattern: row.integer(1)), row.integer(2))
        }
    }

    /// Reads the references of payments: one entry for each of at most two references.
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

/// The writer's statement on `added_references`, the index backlog.
///
/// The index file is completed from the payments above its watermark. An entry for a payment below
/// it would be missing after a crash, so such entries are also stored here, in the same commit.
package final class AddedReferenceTable {
    private let insertion: Statement

    package init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare(
            "INSERT INTO added_references (key, payment_id) VALUES (?, ?)"
        )
    }

    /// Adds an entry; inside a write only.
    package func insert(_ paymentID: Int64, for key: UInt64) throws(SQLiteError) {
        try insertion.run {
            $0.integer(Int64(bitPattern: key))
            $0.integer(paymentID)
        }
    }
}
