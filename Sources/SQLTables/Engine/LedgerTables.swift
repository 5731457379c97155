import Payments
package import Ledger
package import Store

/// The writer's statements on all tables that the ledger's decisions are stored in; inside a write
/// only.
///
/// One property for each table.
package final class LedgerTables {
    package let journal: JournalTable
    package let payments: PaymentTable
    package let transitions: TransitionTable
    package let attention: AttentionTable
    package let decidedFacts: DecidedFactTable
    package let generations: GenerationTable
    package let inquiries: InquiryTable
    package let gatewayCalls: GatewayCallTable
    package let clockSteps: ClockStepTable
    package let meta: MetaTable
    package let consumers: ConsumerTable
    package let alerts: AlertTable
    package let erasures: ErasureTable

    /// Prepares all statements.
    package init(_ database: any SQLDatabase) throws(StoreError) {
        journal = try JournalTable(database)
        payments = try PaymentTable(database)
        transitions = try TransitionTable(database)
        attention = try AttentionTable(database)
        decidedFacts = try DecidedFactTable(database)
        generations = try GenerationTable(database)
        inquiries = try InquiryTable(database)
        gatewayCalls = try GatewayCallTable(database)
        clockSteps = try ClockStepTable(database)
        meta = try MetaTable(database)
        consumers = try ConsumerTable(database)
        alerts = try AlertTable(database)
        erasures = try ErasureTable(database)
    }

    /// Stores one change. Rows are found by primary key or by payment.
    ///
    /// Rows of a list by time are reported to ``ClockStepTable``, so that the list can be searched
    /// by time. What leads to payments by their references, and to the owners of X-EXTERNAL-IDs, is
    /// the engine's.
    package func apply(_ change: Change) throws(StoreError) {
        switch change {
        case .appendCallback(let callback, let delivery):
            try journal.insert(callback.row, delivery)
            let received = callback.row.receivedMilliseconds
            try clockSteps.record(.callbacks, id: callback.row.id, milliseconds: received)
        case .countRedelivery(let id, let now):
            try journal.countRedelivery(of: id, atMilliseconds: now)
        case .updateCallback(let callback): try journal.update(callback.row)
        case .claimExternalID: break
        case .createPayment(let payment):
            try payments.insert(payment.row)
            let created = payment.row.createdMilliseconds
            try clockSteps.record(.payments, id: payment.row.id, milliseconds: created)
        case .updatePayment(let payment): try payments.update(payment.row)
        case .appendTransition(let transition):
            try transitions.insert(transition)
            let recorded = transition.recordedMilliseconds
            try clockSteps.record(.transitions, id: transition.sequence, milliseconds: recorded)
        case .startGeneration(let id, let request, let now):
            try generations.start(request, of: id, atMilliseconds: now)
        case .finishGeneration(let id, let state, let result):
            try generations.finish(id, state, result)
        case .moveGenerationStart(let id, let now):
            try generations.moveStart(of: id, toMilliseconds: now)
        case .scheduleInquiry(let inquiry): try inquiries.put(inquiry)
        case .endInquiry(let id): try inquiries.remove(id)
        case .appendGatewayCall(let call, let id):
            let number = try gatewayCalls.insert(call, paymentID: id)
            let finished = call.finishedMilliseconds
            try clockSteps.record(.gatewayCalls, id: number, milliseconds: finished)
        case .openEntry(let entry): try attention.insert(entry)
        case .updateEntry(let entry, let changed): try attention.update(entry, changed: changed)
        case .closeEntry(let id, let resolution, let now):
            try attention.close(id, resolution, atMilliseconds: now)
        case .decideFact(let fact): try decidedFacts.insert(fact)
        case .moveDecidedFacts(let old, let new): try decidedFacts.move(from: old, to: new)
        case .updateKnowledge(let knowledge): try meta.set(knowledge)
        }
    }
}
