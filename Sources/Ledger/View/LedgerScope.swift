package import Payments

/// What the engine must load into the view before a group of events is decided on (see
/// <doc:EngineProtocol>).
///
/// One property for each way to identify something stored.
package struct LedgerScope: Sendable {
    /// Callbacks just received, new or redelivered.
    ///
    /// Needed: the payments that carry their references, the stored callbacks with their
    /// signatures, the owners of their X-EXTERNAL-ID.
    package private(set) var deliveries: [Delivery] = []

    /// Stored callbacks that are judged again.
    ///
    /// Needed: the same; their day may be long past.
    package private(set) var replays: [Delivery] = []

    /// Needed: the payments that carry one of these in either role, confirmed or not.
    package var references: [Reference] = []
    package var paymentIDs: [Payment.ID] = []
    package var callbackIDs: [CallbackID] = []
    package var entryIDs: [AttentionEntry.ID] = []

    /// Whether entries that belong to no payment are needed.
    package var needsLooseEntries = false

    /// Whether the callbacks that the loaded entries name are needed.
    package var needsEntryCallbacks = false

    /// Whether waiting callbacks are judged again; then the payments that carry their references
    /// are needed.
    package var judgesWaiting = false

    package init() {}

    /// Reserves memory for `count` deliveries.
    package mutating func reserveCapacity(deliveries count: Int) {
        deliveries.reserveCapacity(count)
    }

    /// Adds what the decision about a delivery needs.
    package mutating func add(_ delivery: Delivery) {
        deliveries.append(delivery)
        if delivery.content.failure != nil { needsLooseEntries = true }
    }

    /// Adds what the decision about a finished query needs: the payments under the queried numbers
    /// and under those that the report names.
    package mutating func add(_ inquiry: Inquiry, _ outcome: QueryResult) {
        references.append(inquiry.partnerReferenceNo)
        if let alternative = inquiry.alternative { references.append(alternative) }
        if let id = inquiry.paymentID { paymentIDs.append(id) }
        guard case .found(let report, let queried, _) = outcome else { return }
        references += [queried, report.partnerReferenceNo]
        if let reference = report.referenceNo { references.append(reference) }
    }

    /// Adds what the decision about a replay needs.
    package mutating func add(_ request: ReplayRequest) {
        replays.append(request.delivery)
        if request.delivery.content.failure != nil { needsLooseEntries = true }
        callbackIDs.append(request.callbackID)
    }

    /// Adds what another scope needs: both are decided on in one commit.
    package mutating func formUnion(_ other: LedgerScope) {
        deliveries += other.deliveries
        replays += other.replays
        references += other.references
        paymentIDs += other.paymentIDs
        callbackIDs += other.callbackIDs
        entryIDs += other.entryIDs
        needsLooseEntries = needsLooseEntries || other.needsLooseEntries
        needsEntryCallbacks = needsEntryCallbacks || other.needsEntryCallbacks
        judgesWaiting = judgesWaiting || other.judgesWaiting
    }

    /// All references to look up, including those of deliveries and replays.
    package var allReferences: [Reference] {
        var all = references
        all.reserveCapacity(references.count + newCallbacks * 2)
        for delivery in deliveries { all += delivery.content.references }
        for delivery in replays { all += delivery.content.references }
        return all
    }

    /// An upper bound of the callbacks that the group appends to the journal.
    package var newCallbacks: Int { deliveries.count + replays.count }
}
