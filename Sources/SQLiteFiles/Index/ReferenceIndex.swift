package import Payments
package import SQLite
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
package final class ReferenceIndex: Sendable {
    /// Entries on their way to the file.
    private struct Batch {
        /// Tells batches apart: a rebuild may replace one while it is being written.
        let number: Int
        let entries: HashMultimap
        /// What the file has to cover already, or the batch would leave a gap behind.
        let since: IndexWatermark
        let through: IndexCover
    }

    private struct Memory {
        var recent = HashMultimap()
        var flushing: Batch?
        var covered = IndexWatermark()
        var batchCount = 0

        /// Why the file has to be made again; nil when it is sound.
        var damage: SQLiteError?

        /// Counts the files: what is said about one does not touch the next.
        var fileNumber = 0
    }

    private let memory = Mutex(Memory())

    /// The hash of this database's keys.
    package let hash: SeededHash

    /// Entries in memory after which they are due to be written out: about 3 MiB.
    static let recentMax = 131_072

    package init(hash: SeededHash) { self.hash = hash }

    /// The key of a reference.
    package func key(_ reference: Reference) -> UInt64 { hash.key(for: reference.text.utf8) }

    /// Adds an entry in memory.
    package func add(_ paymentID: Int64, for key: UInt64) {
        memory.withLock { $0.recent.insert(paymentID, for: key) }
    }

    /// The payments that may have one of these references.
    package func payments(
        _ references: [Reference],
        in file: some ReferenceLookup
    ) throws(SQLiteError) -> Set<Int64> {
        try payments(under: references.map { key($0) }, in: file)
    }

    /// The payments under any of these keys.
    func payments(
        under keys: [UInt64],
        in file: some ReferenceLookup
    ) throws(SQLiteError) -> Set<Int64> {
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
    package var isFlushDue: Bool {
        memory.withLock { $0.flushing == nil && $0.recent.count >= Self.recentMax }
    }

    /// Sets what is in memory aside for ``flush(to:)``, unless an earlier batch still waits.
    ///
    /// - Parameter cover: the newest numbers whose entries are all in memory by now.
    package func prepareFlush(through cover: IndexCover) {
        memory.withLock { memory in
            if memory.flushing != nil { return }
            precondition(
                cover.watermark.covers(memory.covered),
                "the index only ever covers more"
            )
            memory.batchCount += 1
            memory.flushing = Batch(
                number: memory.batchCount,
                entries: memory.recent,
                since: memory.covered,
                through: cover
            )
            memory.recent = HashMultimap()
        }
    }

    /// Writes what was set aside. When it throws, the batch stays and the next call tries again.
    func flush(to file: LookupFile) throws(SQLiteError) {
        guard let batch = memory.withLock({ $0.flushing }) else { return }
        let covered = try file.watermark()
        guard covered.covers(batch.since) else {
            // Another file than the one that was written before: it would claim to cover what it
            // does not hold.
            let message = "the index file was replaced"
            throw SQLiteError(code: 11, message: message, context: "write the index")
        }
        if !covered.covers(batch.through.watermark) {
            try file.append(batch.entries, through: batch.through)
        }
        memory.withLock { memory in
            guard memory.flushing?.number == batch.number else { return }
            memory.flushing = nil
            memory.covered = batch.through.watermark
        }
    }

    /// Fills memory with everything in the main database that the file does not cover.
    ///
    /// What was in memory before can be found until then: readers notice nothing.
    package func rebuild(
        from connection: Connection,
        file: LookupFile,
        history: IndexHistory
    ) throws(SQLiteError) {
        var source = IndexSource(connection, hash: hash, covered: try file.watermark())
        var entries = HashMultimap()
        while try source.read(into: &entries, rowsMax: Self.recentMax / 4) {
            let cover = try history.cover(source.covered)
            try file.append(entries, through: cover ?? IndexCover())
            entries = HashMultimap()
        }
        let covered = try file.watermark()
        memory.withLock { memory in
            memory.recent = entries
            memory.flushing = nil
            memory.covered = covered
            memory.damage = nil
            memory.fileNumber += 1
        }
    }

    // MARK: Damage

    /// The number of the file in use: another one after it was made again.
    var fileNumber: Int { memory.withLock { $0.fileNumber } }

    /// Why the file has to be made again before it is used; nil when it is sound.
    package var damage: SQLiteError? { memory.withLock { $0.damage } }

    /// Has the writer make the file again before its next use, unless that is done already.
    ///
    /// - Parameter number: of the file in which the damage was seen.
    func report(_ damage: SQLiteError, ofFile number: Int) {
        memory.withLock { memory in
            if memory.fileNumber == number, memory.damage == nil { memory.damage = damage }
        }
    }
}
