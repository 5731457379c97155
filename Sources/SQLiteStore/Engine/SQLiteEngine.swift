import Ledger
import Payments
import SQLite
import SQLiteFiles
import Store

/// Keeps what the ledger decides in SQLite: the writer's side (see <doc:EngineProtocol> of the
/// module `Ledger`).
///
/// Everything here that is in memory follows from the main database: after a failed commit the
/// writer throws the engine away and makes another from the disk (contract section 4, last row's
/// note). Belongs to the writer's queue. One property for each table, and for each thing of them
/// that is kept in memory.
final class SQLiteEngine {
    let journal: JournalTable
    let payments: PaymentTable
    let transitions: TransitionTable
    let attention: AttentionTable
    let decidedFacts: DecidedFactTable
    let verifications: NumberedValues<Delivery.Verification>
    let generations: GenerationTable
    let inquiries: InquiryTable
    let gatewayCalls: GatewayCallTable
    let lateReferences: LateReferenceTable
    let clockSteps: ClockStepTable
    let meta: MetaTable
    let consumers: ConsumerTable
    let erasures: ErasureTable
    let index: ReferenceIndex
    private(set) var lookups: LookupFile
    let callbackIDs: CallbackIDs
    private let connection: Connection
    private let place: DatabasePlace
    private let onIndexFull: (IndexWatermark, Connection) -> Void
    private let remakeLookups: (Connection, SQLiteError) throws(SQLiteError) -> LookupFile

    /// The references under which the group's payments are in the index already.
    var indexed: [Payment.ID: [Reference]] = [:]
    var externalIDs: ExternalIDOwners
    private(set) var numbers: LedgerNumbers
    var knowledge: GatewayKnowledge
    var newestLateReferenceID: Int64

    init(
        _ connection: Connection,
        place: DatabasePlace,
        index: ReferenceIndex,
        lookups: LookupFile,
        callbackIDs: CallbackIDs,
        nowMilliseconds: Int64,
        onIndexFull: @escaping (IndexWatermark, Connection) -> Void,
        remakeLookups:
            @escaping (Connection, SQLiteError) throws(SQLiteError) -> LookupFile
    ) throws(SQLiteError) {
        self.connection = connection
        self.place = place
        self.onIndexFull = onIndexFull
        self.remakeLookups = remakeLookups
        self.index = index
        self.lookups = lookups
        self.callbackIDs = callbackIDs
        journal = try JournalTable(connection)
        payments = try PaymentTable(connection)
        transitions = try TransitionTable(connection)
        attention = try AttentionTable(connection)
        decidedFacts = try DecidedFactTable(connection)
        verifications = try NumberedValues(connection)
        generations = try GenerationTable(connection)
        inquiries = try InquiryTable(connection)
        gatewayCalls = try GatewayCallTable(connection)
        lateReferences = try LateReferenceTable(connection)
        clockSteps = try ClockStepTable(connection)
        meta = try MetaTable(connection)
        consumers = try ConsumerTable(connection)
        erasures = try ErasureTable(connection)
        externalIDs = try ExternalIDOwners(
            connection,
            hash: index.hash,
            atMilliseconds: nowMilliseconds
        )
        numbers = LedgerNumbers(
            head: try MainDatabase.newest("sequence", of: "transitions", connection),
            nextPaymentID: try MainDatabase.newest("id", of: "payments", connection) + 1,
            nextCallbackID: 0,
            nextEntryID: try MainDatabase.newest("id", of: "attention", connection) + 1
        )
        knowledge = try meta.knowledge()
        newestLateReferenceID = try MainDatabase.newest("id", of: "late_references", connection)
    }

    /// The payments that may have one of these references.
    ///
    /// An index file that proves to be damaged is made again here: nothing can be judged without
    /// it, and the main database holds all that it held.
    func indexedPayments(_ references: [Reference]) throws(SQLiteError) -> Set<Int64> {
        if let damage = index.damage { lookups = try remakeLookups(connection, damage) }
        do throws(SQLiteError) {
            return try index.payments(references, in: lookups)
        } catch {
            lookups = try remakeLookups(connection, error)
            return try index.payments(references, in: lookups)
        }
    }

    /// The newest numbers that are in the main database.
    var watermark: IndexWatermark {
        IndexWatermark(
            paymentID: numbers.nextPaymentID - 1,
            lateReferenceID: newestLateReferenceID
        )
    }
}

extension SQLiteEngine: StorageEngine {
    var head: Int64 { numbers.head }

    func write<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try StoreError.mapped { () throws(SQLiteError) in
            if place.hasUnsaved { try place.saveAgain(connection) }
            try place.begin(connection)
        }
        do throws(StoreError) {
            let result = try body()
            try StoreError.mapped { () throws(SQLiteError) in
                try connection.execute("COMMIT")
                try place.check(connection)
            }
            return result
        } catch {
            // SQLite may have rolled back already (full disk, I/O error), and then this fails: only
            // the first error matters.
            try? connection.execute("ROLLBACK")
            throw error
        }
    }

    func view(of scope: LedgerScope) throws(StoreError) -> LedgerView {
        try StoreError.mapped { () throws(SQLiteError) in try load(scope) }
    }

    func apply(_ changes: [Change], _ view: LedgerView) throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in
            precondition(connection.isInTransaction, "changes are stored inside a write")
            for change in changes { try apply(change) }
            precondition(view.numbers.head >= numbers.head, "numbers are given out ascending")
            numbers = view.numbers
        }
    }

    var needsReopening: Bool { place.hasChanged }

    var mustStayOpen: Bool { place.hasUnsaved }

    func didCommit() {
        if index.isFlushDue { onIndexFull(watermark, connection) }
    }

    func moveConsumer(
        _ move: ConsumerMove,
        feed: String,
        atMilliseconds now: Int64
    ) throws(StoreError) -> ConsumerMove.Outcome {
        try StoreError.mapped { () throws(SQLiteError) in
            try consumers.move(move, head: head, feed: feed, atMilliseconds: now)
        }
    }

    func removeConsumer(_ name: String) throws(StoreError) -> Bool {
        try StoreError.mapped { () throws(SQLiteError) in try consumers.remove(name) }
    }

    func eraseCallbacks(
        _ erased: [(id: Int64, remainder: ErasedCallback)]
    ) throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in
            for (id, remainder) in erased { try erasures.erase(callback: id, remainder) }
        }
    }

    func eraseGatewayCalls(
        _ erased: [(id: Int64, remainder: ErasedGatewayCall)]
    ) throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in
            for (id, remainder) in erased { try erasures.erase(gatewayCall: id, remainder) }
        }
    }

    func removeTransitions(
        recordedBefore milliseconds: Int64,
        feed: String,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval {
        try StoreError.mapped { () throws(SQLiteError) in
            try erasures.removeTransitions(
                recordedBefore: milliseconds,
                feed: feed,
                head: head,
                limit: limit
            )
        }
    }

    func mark(_ now: Int64) throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in
            try connection.execute("INSERT OR REPLACE INTO meta VALUES ('probe', \(now))")
        }
    }
}

// MARK: - Storing

extension SQLiteEngine {
    private func apply(_ change: Change) throws(SQLiteError) {
        switch change {
        case .keepCallback(let callback, let delivery): try keep(callback.row, delivery)
        case .countRedelivery(let id, let now):
            try journal.countRedelivery(of: id, atMilliseconds: now)
        case .updateCallback(let callback):
            try journal.update(callback.row)
            try addLate(callback.row.content.references, of: callback.row.paymentID)
        case .claimExternalID(let key, let owner):
            externalIDs.add(key, callbackID: owner.callbackID)
        case .createPayment(let payment): try create(payment.row)
        case .updatePayment(let payment):
            try payments.update(payment.row)
            try addLate(payment.row.references, of: payment.row.id)
        case .appendTransition(let transition):
            try transitions.insert(transition)
            let recorded = transition.recordedMilliseconds
            try clockSteps.note(.transitions, id: transition.sequence, milliseconds: recorded)
        case .startGeneration(let id, let request, let now):
            try generations.start(request, of: id, atMilliseconds: now)
        case .finishGeneration(let id, let state, let result):
            try generations.finish(id, state, result)
        case .moveGenerationStart(let id, let now):
            try generations.moveStart(of: id, toMilliseconds: now)
        case .scheduleInquiry(let inquiry): try inquiries.put(inquiry)
        case .endInquiry(let id): try inquiries.remove(id)
        case .keepGatewayCall(let call, let id):
            let number = try gatewayCalls.insert(call, paymentID: id)
            let finished = call.finishedMilliseconds
            try clockSteps.note(.gatewayCalls, id: number, milliseconds: finished)
        case .openEntry(let entry): try attention.insert(entry)
        case .updateEntry(let entry, let changed): try attention.update(entry, changed: changed)
        case .closeEntry(let id, let resolution, let now):
            try attention.close(id, resolution, atMilliseconds: now)
        case .decideFact(let fact): try decidedFacts.insert(fact)
        case .moveDecidedFacts(let old, let new): try decidedFacts.move(from: old, to: new)
        case .updateKnowledge(let knowledge):
            try meta.set(knowledge)
            self.knowledge = knowledge
        }
    }

    private func keep(_ callback: KeptCallback, _ delivery: Delivery) throws(SQLiteError) {
        let verification = try verifications.id(of: delivery.verification)
        try journal.insert(callback, delivery, verification: verification)
        let received = callback.receivedMilliseconds
        try clockSteps.note(.callbacks, id: callback.id, milliseconds: received)
        try addLate(callback.content.references, of: callback.paymentID)
    }

    private func create(_ payment: Payment) throws(SQLiteError) {
        try payments.insert(payment)
        let created = payment.createdMilliseconds
        try clockSteps.note(.payments, id: payment.id, milliseconds: created)
        let references = payment.references
        for reference in references { index.add(payment.id, for: index.key(reference)) }
        indexed[payment.id] = references
    }

    /// Adds to the index what leads to a payment whose row may lie below its watermark already: a
    /// reference that was learnt, or one that only a callback names.
    private func addLate(_ references: [Reference], of id: Payment.ID?) throws(SQLiteError) {
        guard let id else { return }
        let known = indexed[id] ?? []
        for reference in references where !known.contains(reference) {
            let key = index.key(reference)
            try lateReferences.insert(id, for: key)
            newestLateReferenceID += 1
            index.add(id, for: key)
            indexed[id, default: []].append(reference)
        }
    }
}

extension Payment {
    /// Its references: one, or two.
    var references: [Reference] {
        referenceNo.map { [partnerReferenceNo, $0] } ?? [partnerReferenceNo]
    }
}
