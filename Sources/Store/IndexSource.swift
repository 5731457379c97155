import SQLite

/// Reads the index's entries out of the main database, in order, beyond what is covered.
final class IndexSource {
    private let connection: Connection
    private(set) var covered: IndexWatermark

    init(_ connection: Connection, covered: IndexWatermark) {
        self.connection = connection
        self.covered = covered
    }

    /// Reads on; returns whether there may be more.
    func read(into entries: inout HashMultimap, rowsMax: Int) throws(SQLiteError) -> Bool {
        let transactions = try readTransactions(into: &entries, rowsMax: rowsMax)
        let callbacks = try readCallbacks(into: &entries, rowsMax: rowsMax)
        let late = try readLateEntries(into: &entries, rowsMax: rowsMax)
        return [transactions, callbacks, late].contains(rowsMax)
    }

    /// What the index got after the row that it leads to was written.
    private func readLateEntries(
        into entries: inout HashMultimap,
        rowsMax: Int
    ) throws(SQLiteError) -> Int {
        let selection = try connection.prepare(
            "SELECT id, key, value FROM late_entries WHERE id > ? ORDER BY id LIMIT ?"
        )
        let after = covered.lateEntryID
        var read = 0
        try selection.forEach {
            $0.integer(after)
            $0.integer(rowsMax)
        } row: { row in
            read += 1
            covered.lateEntryID = row.integer(0)
            entries.insert(row.integer(2), for: UInt64(bitPattern: row.integer(1)))
            return true
        }
        return read
    }

    private func readTransactions(
        into entries: inout HashMultimap,
        rowsMax: Int
    ) throws(SQLiteError) -> Int {
        let selection = try connection.prepare(
            """
            SELECT id, partner_reference, reference FROM transactions
            WHERE id > ? ORDER BY id LIMIT ?
            """
        )
        let after = covered.transactionID
        var read = 0
        try selection.forEach {
            $0.integer(after)
            $0.integer(rowsMax)
        } row: { row in
            read += 1
            covered.transactionID = row.integer(0)
            let value = IndexEntry.transaction(row.integer(0)).value
            for reference in [row.text(1), row.optionalText(2)].compactMap({ $0 }) {
                entries.insert(value, for: HashMultimap.key(for: reference.utf8))
            }
            return true
        }
        return read
    }

    private func readCallbacks(
        into entries: inout HashMultimap,
        rowsMax: Int
    ) throws(SQLiteError) -> Int {
        let selection = try connection.prepare(
            """
            SELECT id, original_partner_reference, original_reference, signature_key,
                transaction_id, is_crowded
            FROM callbacks WHERE id > ? ORDER BY id LIMIT ?
            """
        )
        let after = covered.callbackID
        var read = 0
        try selection.forEach {
            $0.integer(after)
            $0.integer(rowsMax)
        } row: { row in
            read += 1
            covered.callbackID = row.integer(0)
            for key in Self.keys(row) {
                entries.insert(IndexEntry.callback(row.integer(0)).value, for: key)
            }
            return true
        }
        return read
    }

    private static func keys(_ row: Row) -> [UInt64] {
        IndexEntry.keys(
            references: [row.optionalText(1), row.optionalText(2)].compactMap { $0 },
            signatureKey: row.integer(3),
            isAttached: !row.isNull(4),
            isCrowded: row.integer(5) != 0
        )
    }
}

extension IndexEntry {
    /// The keys under which a callback is found.
    ///
    /// One in a transaction's chain needs none, unless it is crowded: then the chain is too long to
    /// be searched for its signature.
    static func keys(
        references: [String],
        signatureKey: Int64,
        isAttached: Bool,
        isCrowded: Bool
    ) -> [UInt64] {
        let signature = ReferenceIndex.key(signature: signatureKey)
        if isAttached { return isCrowded ? [signature] : [] }
        if references.isEmpty { return [signature] }
        if isCrowded { return references.map { ReferenceIndex.crowdKey($0) } + [signature] }
        return references.map { HashMultimap.key(for: $0.utf8) }
    }
}
