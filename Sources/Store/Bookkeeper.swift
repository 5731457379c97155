import Payments
import SQLite

/// Judges deliveries and writes what follows, inside the writer's open transaction.
///
/// Everything here that is in memory follows from the main database: after a failed commit the
/// writer throws the bookkeeper away and makes another from the disk (contract section 4, last
/// row's note).
final class Bookkeeper {
    let journal: JournalTable
    let transactions: TransactionTable
    let transitions: TransitionTable
    let attention: AttentionTable
    let verifications: VerificationTable
    let generations: GenerationTable
    let questions: QuestionTable
    let exchanges: ExchangeTable
    let lateEntries: LateEntryTable
    let meta: MetaTable
    let consumers: ConsumerTable
    let clockSteps: ClockStepTable
    let index: ReferenceIndex
    let lookups: LookupFile
    let callbackIDs: CallbackIDs
    var externalIDs: ExternalIDLedger
    var nextTransactionID: Int64
    var head: Int64

    /// The references whose transactions changed since the last ``takeChanges()``.
    var changed: Set<String> = []
    var newestCallbackID: Int64
    var newestLateEntryID: Int64

    /// The order of a callback's references that a generated transaction last proved.
    var provenOrder: ReferenceOrder?

    /// Whether a question was stored since the last ``takeChanges()``.
    var hasNewQuestions = false

    /// Entries of the index that its snapshot may lack, while deliveries are processed.
    private(set) var entriesBeingWritten: HashMultimap?

    init(
        _ connection: Connection,
        index: ReferenceIndex,
        lookups: LookupFile,
        callbackIDs: CallbackIDs,
        nowMilliseconds: Int64
    ) throws(SQLiteError) {
        self.index = index
        self.lookups = lookups
        self.callbackIDs = callbackIDs
        journal = try JournalTable(connection)
        transactions = try TransactionTable(connection)
        transitions = try TransitionTable(connection)
        attention = try AttentionTable(connection)
        verifications = try VerificationTable(connection)
        generations = try GenerationTable(connection)
        questions = try QuestionTable(connection)
        exchanges = try ExchangeTable(connection)
        lateEntries = try LateEntryTable(connection)
        meta = try MetaTable(connection)
        provenOrder = try meta.provenOrder()
        consumers = try ConsumerTable(connection)
        clockSteps = try ClockStepTable(connection)
        externalIDs = try ExternalIDLedger(connection, atMilliseconds: nowMilliseconds)
        nextTransactionID = (try Self.newest("id", of: "transactions", connection)) + 1
        head = try Self.newest("sequence", of: "transitions", connection)
        newestCallbackID = try Self.newest("id", of: "callbacks", connection)
        newestLateEntryID = try Self.newest("id", of: "late_entries", connection)
    }

    private static func newest(
        _ column: String,
        of table: String,
        _ connection: Connection
    ) throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT coalesce(max(\(column)), 0) FROM \(table)") ?? 0
    }

    /// The newest numbers that are in the main database.
    var watermark: IndexWatermark {
        IndexWatermark(
            transactionID: nextTransactionID - 1,
            callbackID: newestCallbackID,
            lateEntryID: newestLateEntryID
        )
    }

    /// The references whose transactions changed since the last call, and whether there are new
    /// questions.
    func takeChanges() -> (references: Set<String>, hasNewQuestions: Bool) {
        defer {
            changed = []
            hasNewQuestions = false
        }
        return (changed, hasNewQuestions)
    }

    /// Runs `body`, which processes deliveries, with one look at the state of the index file.
    func processing<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        // First this, then the snapshot: what the indexer writes in between is found twice, and
        // what it writes later is found here.
        entriesBeingWritten = index.beingWritten
        defer { entriesBeingWritten = nil }
        return try lookups.snapshot(body)
    }

    /// Judges one delivery under `policy` and writes everything that follows from it.
    func process(_ delivery: Delivery, policy: StorePolicy) throws(SQLiteError) -> Judgement {
        let surroundings = try surroundings(of: delivery)
        if let kept = try repetition(of: delivery, in: surroundings) {
            return try repeated(delivery, of: kept, surroundings, policy)
        }
        return try fresh(delivery, surroundings, policy)
    }
}
