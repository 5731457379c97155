package import Payments
package import SQLite
import Synchronization

/// The reference index: finds payments by their references, which are random.
///
/// The newest entries are in memory, the others in the index file. A full memory is written to the
/// file in one sorted batch, outside of the commit path. After a crash, entries above the file's
/// watermark are read again from the main database. A commit therefore never writes a random page.
///
/// A payment is found under its own references, and under those that only its callbacks name. Keys
/// are hashes, so what is found is a candidate and must be compared.
///
/// The writer adds entries, readers search, and the ``Indexer`` writes batches: each takes the lock
/// for memory only, never for I/O.
package final class ReferenceIndex: Sendable {
    /// Entries that are being written to the file.
    private struct Batch {
        /// Identifies the batch: a rebuild may replace it while it is being written.
        let number: Int
        let entries: HashMultimap
        /// The watermark that the file must have before the batch is written; otherwise a gap would
        /// remain.
        let since: IndexWatermark

        /// The cover of the file after the batch.
        let through: IndexCover
    }

    /// The state that the lock guards.
    private struct Memory {
        /// Entries since the last batch.
        var recent = HashMultimap()

        /// The batch that is being written; still searched.
        var flushing: Batch?

        /// The watermark of the file after the last batch.
        var covered = IndexWatermark()
        var batchCount = 0

        /// Why the file must be created again; nil while it is sound.
        var damage: SQLiteError?

        /// Incremented when the file is created again, so that a report about an old file does not
        /// concern the new one.
        var fileNumber = 0
    }

    private let memory = Mutex(Memory())

    /// The keyed hash of this database.
    package let hash: SeededHash

    /// The number of entries in memory at which a batch is due; they use about 3 MiB.
    static let recentMax = 131_072

    package init(hash: SeededHash) { self.hash = hash }

    /// The key of a reference.
    package func key(_ reference: Reference) -> UInt64 { hash.key(for: reference.text.utf8) }

    /// Adds an entry in memory. Called by the writer, inside the write that stores the payment.
    package func add(_ paymentID: Int64, for key: UInt64) {
        memory.withLock { $0.recent.insert(paymentID, for: key) }
    }

    /// Candidates: the payments that may carry one of these references.
    package func payments(
        _ references: [Reference],
        in file: any IndexSearch
    ) throws(SQLiteError) -> Set<Int64> {
        try payments(under: references.map { key($0) }, in: file)
    }

    /// The payments under any of these keys.
    ///
    /// - Parameter file: the searcher's own connection to the index file.
    func payments(
        under keys: [UInt64],
        in file: any IndexSearch
    ) throws(SQLiteError) -> Set<Int64> {
        if keys.isEmpty { return [] }
        // Memory is searched first: an entry leaves it only after the file contains it.
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

    /// Whether memory is full and no earlier batch is being written.
    package var isFlushDue: Bool {
        memory.withLock { $0.flushing == nil && $0.recent.count >= Self.recentMax }
    }

    /// Sets the entries in memory aside as a batch for ``flush(to:)``, unless an earlier batch is
    /// waiting.
    ///
    /// - Parameter cover: the newest rows whose entries are in memory by now.
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

    /// Writes the batch; when it throws, the batch stays and the next call tries again.
    ///
    /// - Throws: code 11 (`SQLITE_CORRUPT`) when the file is not the one of the batch before.
    func flush(to file: IndexFile) throws(SQLiteError) {
        guard let batch = memory.withLock({ $0.flushing }) else { return }
        let covered = try file.watermark()
        guard covered.covers(batch.since) else {
            // This is not the file that the last batch was written to. With this batch it would
            // claim to cover rows that it lacks.
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

    /// Fills memory with all entries of the main database that the file does not cover.
    ///
    /// Called by the writer at startup and after damage. Full chunks, of a quarter of ``recentMax``
    /// rows of each table, go to the file at once, so memory stays bounded. The earlier entries in
    /// memory are replaced at the end, so readers find every payment meanwhile.
    package func rebuild(
        from connection: Connection,
        file: IndexFile,
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

    /// The number of the file in use; it changes when the file is created again.
    var fileNumber: Int { memory.withLock { $0.fileNumber } }

    /// Why the file must be created again before its next use; nil while it is sound.
    package var damage: SQLiteError? { memory.withLock { $0.damage } }

    /// Requests that the writer creates the file again before its next use, unless that has
    /// happened.
    ///
    /// - Parameter number: the number of the file in which the damage was found.
    func report(_ damage: SQLiteError, ofFile number: Int) {
        memory.withLock { memory in
            if memory.fileNumber == number, memory.damage == nil { memory.damage = damage }
        }
    }
}
