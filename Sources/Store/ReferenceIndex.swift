import Payments
import SQLite
import Synchronization

/// Finds transactions and callbacks by what is random about them: references and signatures.
///
/// The newest entries are in memory, the others in the index file. A full memory is written to the
/// file in one sorted batch, off the commit path; after a crash the entries beyond the file's
/// watermark are read again from the main database. So a commit never writes a random page for a
/// new payment.
final class ReferenceIndex: Sendable {
    private struct Memory {
        var recent = HashMultimap()
        var flushing: (entries: HashMultimap, through: IndexWatermark)?
    }

    private let memory = Mutex(Memory())

    /// Entries in memory after which they are due to be written out: about 3 MiB.
    static let recentMax = 131_072

    /// The key of a reference.
    static func key(_ reference: Reference) -> UInt64 { HashMultimap.key(for: reference.text.utf8) }

    /// The key of an unreadable callback: its signature.
    static func key(signature: Int64) -> UInt64 {
        let bits = UInt64(bitPattern: signature)
        return HashMultimap.key(
            for: (0..<8).lazy.map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
        )
    }

    /// Adds an entry in memory.
    func add(_ entry: IndexEntry, for key: UInt64) {
        memory.withLock { $0.recent.insert(entry.value, for: key) }
    }

    /// Everything stored under `key`. Keys are hashes: compare what is found with what was asked
    /// for.
    func entries(_ key: UInt64, in file: LookupFile) throws(SQLiteError) -> Set<IndexEntry> {
        // Memory first: an entry leaves it only after the file has it.
        var found = memory.withLock { memory in
            var found: Set<IndexEntry> = []
            memory.recent.forEach(key) { found.insert(IndexEntry(value: $0)) }
            memory.flushing?.entries.forEach(key) { found.insert(IndexEntry(value: $0)) }
            return found
        }
        found.formUnion(try file.entries(key))
        return found
    }

    /// Whether memory is full and no earlier batch is still being written.
    var isFlushDue: Bool {
        memory.withLock { $0.flushing == nil && $0.recent.count >= Self.recentMax }
    }

    /// Sets what is in memory aside for ``flush(to:)``, unless an earlier batch still waits.
    ///
    /// - Parameter watermark: the newest numbers whose entries are all in memory by now.
    func prepareFlush(through watermark: IndexWatermark) {
        memory.withLock { memory in
            if memory.flushing != nil { return }
            memory.flushing = (memory.recent, watermark)
            memory.recent = HashMultimap()
        }
    }

    /// Writes what was set aside. When it throws, the batch stays and the next call tries again.
    func flush(to file: LookupFile) throws(SQLiteError) {
        guard let batch = memory.withLock({ $0.flushing }) else { return }
        try file.append(batch.entries, through: batch.through)
        memory.withLock { $0.flushing = nil }
    }

    /// Fills memory with everything in the main database that the file does not cover.
    func rebuild(from connection: Connection, file: LookupFile) throws(SQLiteError) {
        memory.withLock { $0 = Memory() }
        var covered = try file.watermark()
        while try readOn(from: connection, covered: &covered) {
            prepareFlush(through: covered)
            try flush(to: file)
        }
    }

    /// Reads entries until memory is full; returns whether there may be more.
    private func readOn(
        from connection: Connection,
        covered: inout IndexWatermark
    ) throws(SQLiteError) -> Bool {
        let limit = Self.recentMax / 4
        let transactions = try connection.prepare(
            """
            SELECT id, partner_reference, reference FROM transactions
            WHERE id > ? ORDER BY id LIMIT ?
            """
        )
        var read = 0
        var last = covered
        try transactions.forEach {
            $0.integer(covered.transactionID)
            $0.integer(limit)
        } row: { row in
            read += 1
            last.transactionID = row.integer(0)
            add(.transaction(row.integer(0)), for: HashMultimap.key(for: row.text(1).utf8))
            if let reference = row.optionalText(2) {
                add(.transaction(row.integer(0)), for: HashMultimap.key(for: reference.utf8))
            }
            return true
        }
        let callbacks = try connection.prepare(
            """
            SELECT id, original_partner_reference, original_reference, signature_key, transaction_id
            FROM callbacks WHERE id > ? ORDER BY id LIMIT ?
            """
        )
        var callbacksRead = 0
        try callbacks.forEach {
            $0.integer(covered.callbackID)
            $0.integer(limit)
        } row: { row in
            callbacksRead += 1
            last.callbackID = row.integer(0)
            if row.isNull(4) { addUnattached(row) }
            return true
        }
        covered = last
        return read == limit || callbacksRead == limit
    }

    private func addUnattached(_ row: Row) {
        let references = [row.optionalText(1), row.optionalText(2)].compactMap { $0 }
        for reference in references {
            add(.callback(row.integer(0)), for: HashMultimap.key(for: reference.utf8))
        }
        if references.isEmpty {
            add(.callback(row.integer(0)), for: Self.key(signature: row.integer(3)))
        }
    }
}
