import Ledger
import Payments
import SQLite
import SQLiteFiles
import SQLTables
import Store
import System

/// The writing side of a SQLite database: stores what the ledger decides (see <doc:EngineProtocol>
/// of the module `Ledger`).
///
/// Everything in memory is derived from the main database. After a failed commit the writer
/// discards the engine and opens another one from the disk (article Storage). It belongs to the
/// writer's queue. No other connection writes to the main database or checkpoints it.
///
/// One property for the tables, and one for each part of them that is kept in memory.
final class SQLiteEngine {
    let tables: LedgerTables
    let addedReferences: AddedReferenceTable
    let index: ReferenceIndex

    /// The writer's connection to the index file; replaced when the file is created again.
    private(set) var indexFile: IndexFile

    /// Shared with the rejected-request store.
    let callbackIDs: CallbackIDs
    private let connection: Connection
    private let location: DatabaseLocation
    private var checkpoints = CheckpointPace()

    /// Called after a commit when the memory of the reference index is full.
    private let onIndexFull: (IndexWatermark, Connection) -> Void

    /// Creates the index file again after an error in it; throws the error when the file is not at
    /// fault.
    private let recreateIndexFile: (Connection, SQLiteError) throws(SQLiteError) -> IndexFile

    /// For each payment of the group, the references under which the index contains it.
    var indexed: [Payment.ID: [Reference]] = [:]

    /// The owners of X-EXTERNAL-IDs of the present day.
    var externalIDs: ExternalIDOwners

    /// The head, and the IDs of the next rows; changed inside a write, so invalid after it failed.
    private(set) var numbers: LedgerNumbers

    /// The stored values of `meta` that decisions need.
    var knowledge: GatewayKnowledge

    /// The highest ID in `added_references`, including the rows of the present write.
    var newestAddedReferenceID: Int64

    /// Prepares all statements and rebuilds memory from the database.
    ///
    /// Reads the last row of several tables, and the callbacks of the present day; takes the longer
    /// the more callbacks that day has.
    init(
        _ connection: Connection,
        location: DatabaseLocation,
        index: ReferenceIndex,
        indexFile: IndexFile,
        callbackIDs: CallbackIDs,
        nowMilliseconds: Int64,
        onIndexFull: @escaping (IndexWatermark, Connection) -> Void,
        recreateIndexFile:
            @escaping (Connection, SQLiteError) throws(SQLiteError) -> IndexFile
    ) throws(StoreError) {
        self.connection = connection
        self.location = location
        self.onIndexFull = onIndexFull
        self.recreateIndexFile = recreateIndexFile
        self.index = index
        self.indexFile = indexFile
        self.callbackIDs = callbackIDs
        connection.replaceAutomaticCheckpoint()
        let database = SQLiteDatabase(connection)
        tables = try LedgerTables(database)
        try tables.clockSteps.resume()
        externalIDs = try ExternalIDOwners(
            database,
            hash: index.hash,
            atMilliseconds: nowMilliseconds
        )
        knowledge = try tables.meta.knowledge()
        do throws(SQLiteError) {
            addedReferences = try AddedReferenceTable(connection)
            numbers = LedgerNumbers(
                head: try MainDatabase.newest("sequence", of: "transitions", connection),
                nextPaymentID: try MainDatabase.newest("id", of: "payments", connection) + 1,
                nextCallbackID: 0,
                nextEntryID: try MainDatabase.newest("id", of: "attention", connection) + 1
            )
            newestAddedReferenceID =
                try MainDatabase.newest("id", of: "added_references", connection)
        } catch {
            throw StoreError(error)
        }
    }

    /// Candidates: the payments that may carry one of these references.
    ///
    /// A damaged index file is created again here, inside the write: no callback can be judged
    /// without it, and the main database contains all its entries.
    func indexedPayments(_ references: [Reference]) throws(StoreError) -> Set<Int64> {
        try StoreError.mapped { () throws(SQLiteError) in
            if let damage = index.damage { indexFile = try recreateIndexFile(connection, damage) }
            do throws(SQLiteError) {
                return try index.payments(references, in: indexFile)
            } catch {
                indexFile = try recreateIndexFile(connection, error)
                return try index.payments(references, in: indexFile)
            }
        }
    }

    /// The highest IDs in the main database, up to which the index in memory and file is complete.
    var watermark: IndexWatermark {
        IndexWatermark(
            paymentID: numbers.nextPaymentID - 1,
            addedReferenceID: newestAddedReferenceID
        )
    }
}

extension SQLiteEngine: TableEngine {
    /// The newest sequence number, as of the last applied change.
    var head: Int64 { numbers.head }

    /// Runs `body` between `BEGIN IMMEDIATE` and `COMMIT`, and checks that the files are at their
    /// paths.
    ///
    /// With `synchronous = FULL` the commit is durable when `COMMIT` returns; a crash leaves all of
    /// the write or nothing. When the check after the commit fails, the commit may be durable
    /// although this throws: then callbacks are delivered again and recognised as redeliveries.
    func write<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try StoreError.mapped { () throws(SQLiteError) in
            if location.hasUnsaved { try location.saveAgain(connection) }
            try location.execute("BEGIN IMMEDIATE", connection)
        }
        do throws(StoreError) {
            let result = try body()
            try StoreError.mapped { () throws(SQLiteError) in
                let start = SystemClock.monotonicNanoseconds()
                try location.execute("COMMIT", connection)
                checkpoints.recordCommit(
                    nanoseconds: SystemClock.monotonicNanoseconds() - start,
                    walPages: connection.walPages
                )
                try location.check(connection)
            }
            return result
        } catch {
            // SQLite may have rolled back automatically (full disk, I/O error). Then this fails,
            // and only the first error matters.
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    /// See ``load(_:)``.
    func view(of scope: LedgerScope) throws(StoreError) -> LedgerView {
        try load(scope)
    }

    /// Stores the changes in order, and the new numbers. When it throws, the engine must be
    /// discarded.
    func apply(_ changes: [Change], _ view: LedgerView) throws(StoreError) {
        precondition(connection.isInTransaction, "changes are stored inside a write")
        for change in changes { try store(change) }
        precondition(view.numbers.head >= numbers.head, "numbers are given out ascending")
        numbers = view.numbers
    }

    /// Whether the WAL was replaced, or a lock of its shared memory is stuck.
    var needsReopening: Bool { location.needsReopening }

    /// Whether commits exist only in a removed WAL that this connection has open.
    var mustStayOpen: Bool { location.hasUnsaved }

    /// Starts to write a batch of the reference index, if its memory is full, and checkpoints the
    /// WAL when that is due.
    func didCommit() {
        if index.isFlushDue { onIndexFull(watermark, connection) }
        guard checkpoints.isDue else { return }
        let start = SystemClock.monotonicNanoseconds()
        location.checkpoint(connection)
        checkpoints.recordCheckpoint(nanoseconds: SystemClock.monotonicNanoseconds() - start)
    }
}

// MARK: - Claims

extension SQLiteEngine {
    /// Claims all work: the database is locked, so no other receiver has any.
    func claim(
        _ work: [SharedWork],
        forSeconds seconds: Int,
        renewsOwn: Bool
    ) throws(StoreError) -> [SharedWork: Int64] {
        work.reduce(into: [:]) { $0[$1] = 0 }
    }

    func renew(_ claim: WorkClaim) throws(StoreError) -> Bool { true }

    func release(_ claim: WorkClaim) throws(StoreError) -> Bool { true }
}

// MARK: - Storing

extension SQLiteEngine {
    /// Stores one change; inside a write only.
    ///
    /// Index entries are in memory only: after a crash they are read again from the rows, which lie
    /// above the watermark of the index file.
    private func store(_ change: Change) throws(StoreError) {
        try tables.apply(change)
        switch change {
        case .appendCallback(let callback, _), .updateCallback(let callback):
            try addReferences(callback.row.content.references, of: callback.row.paymentID)
        case .claimExternalID(let key, let owner):
            externalIDs.add(key, callbackID: owner.callbackID)
        case .createPayment(let payment):
            let references = payment.row.references
            for reference in references { index.add(payment.row.id, for: index.key(reference)) }
            indexed[payment.row.id] = references
        case .updatePayment(let payment):
            try addReferences(payment.row.references, of: payment.row.id)
        case .updateKnowledge(let knowledge): self.knowledge = knowledge
        default: break
        }
    }

    /// Adds index entries for a payment whose row may lie below the watermark of the index file:
    /// for a reference that was learnt later, or that only a callback names.
    ///
    /// The entries are also stored in `added_references`, in the same commit: a rebuild does
    /// not read the row of the payment again.
    private func addReferences(_ references: [Reference], of id: Payment.ID?) throws(StoreError) {
        guard let id else { return }
        let known = indexed[id] ?? []
        for reference in references where !known.contains(reference) {
            let key = index.key(reference)
            try StoreError.mapped { () throws(SQLiteError) in
                try addedReferences.insert(id, for: key)
            }
            newestAddedReferenceID += 1
            index.add(id, for: key)
            indexed[id, default: []].append(reference)
        }
    }
}
