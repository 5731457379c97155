import Payments
import SQLite
import Synchronization

/// Finds payments by what is random about them: their references.
///
/// The newest entries are in memory, the others in the index file. A full memory is written to the
/// file in one sorted batch, off the commit path; after a crash the entries beyond the file's
/// watermark are read again from the main database. So a commit never writes a random page for a
/// new payment.
///
/// A payment is found by its own references and by those of callbacks that belong to it although
/// they name others. The keys are hashes, so what is found has to be compared.
final class ReferenceIndex: Sendable {
    /// Entries on their way to the file.
    private struct Batch {
        /// Tells batches apart: a rebuild may replace one while it is being written.
        let number: Int
        let entries: HashMultimap
        /// What the file has to cover already, or the batch would leave a gap behind.
        let since: IndexWatermark
        let through: IndexWatermark
    }

    private struct Memory {
        var recent = HashMultimap()
        var flushing: Batch?
        var covered = IndexWatermark()
        var batchCount = 0
    }

    private let memory = Mutex(Memory())

    /// The hash of this database's keys.
    let hash: SeededHash

    /// Entries in memory after which they are due to be written out: about 3 MiB.
    static let recentMax = 131_072

    init(hash: SeededHash) { self.hash = hash }

    /// The key of a reference.
    func key(_ reference: Reference) -> UInt64 { hash.key(for: reference.text.utf8) }

    /// Adds an entry in memory.
    func add(_ paymentID: Int64, for key: UInt64) {
        memory.withLock { $0.recent.insert(paymentID, for: key) }
    }

    /// The payments that may have one of these references.
    func payments(
        _ references: [Reference],
        in file: LookupFile
    ) throws(SQLiteError) -> Set<Int64> {
        try payments(under: references.map { key($0) }, in: file)
    }

    /// The payments under any of these keys.
    func payments(under keys: [UInt64], in file: LookupFile) throws(SQLiteError) -> Set<Int64> {
        if keys.isEmpty { return [] }
        // Memory first: an entry leaves it only after the file has it.
        var found = memory.withLock { memory in
            var found: Set<Int64> = []
            for key in keys {
                memory.recent.forEach(key) { found.insert($0) }
                memory.flushing?.entries.forEach(key) { found.insert($0) }
            }
            return found
        }
        try file.find(keys, into: &found)
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
            memory.batchCount += 1
            memory.flushing = Batch(
                number: memory.batchCount,
                entries: memory.recent,
                since: memory.covered,
                through: watermark
            )
            memory.recent = HashMultimap()
        }
    }

    /// Writes what was set aside. When it throws, the batch stays and the next call tries again.
    func flush(to file: LookupFile) throws(SQLiteError) {
        guard let batch = memory.withLock({ $0.flushing }) else { return }
        guard try file.watermark().covers(batch.since) else {
            // The file was removed while it was open. What it had is still in the open one; a new
            // one would claim to cover what it does not hold.
            let message = "the index file was replaced; it is completed at the next start"
            throw SQLiteError(code: 11, message: message, context: "write the index")
        }
        try file.append(batch.entries, through: batch.through)
        memory.withLock { memory in
            guard memory.flushing?.number == batch.number else { return }
            memory.flushing = nil
            memory.covered = batch.through
        }
    }

    /// Fills memory with everything in the main database that the file does not cover.
    ///
    /// What was in memory before can be found until then: readers notice nothing.
    func rebuild(from connection: Connection, file: LookupFile) throws(SQLiteError) {
        let source = IndexSource(connection, hash: hash, covered: try file.watermark())
        var entries = HashMultimap()
        while try source.read(into: &entries, rowsMax: Self.recentMax / 4) {
            try file.append(entries, through: source.covered)
            entries = HashMultimap()
        }
        let covered = try file.watermark()
        memory.withLock { memory in
            memory.recent = entries
            memory.flushing = nil
            memory.covered = covered
        }
    }
}
