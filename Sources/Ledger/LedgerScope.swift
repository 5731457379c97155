package import Payments

/// What a group of events has to see: the engine loads all of it, and what belongs to it, into one
/// view (see <doc:EngineProtocol>).
///
/// A property for each way to name something stored.
package struct LedgerScope: Sendable {
    /// New callbacks, or redeliveries: what carries their references, what was kept under their
    /// signatures, who owns their X-EXTERNAL-ID.
    package private(set) var deliveries: [Delivery] = []

    /// The same of callbacks that are judged again, possibly of a day long past.
    package private(set) var replays: [Delivery] = []

    /// Payments that carry one of these, whether confirmed or not.
    package var references: [Reference] = []
    package var paymentIDs: [Payment.ID] = []
    package var callbackIDs: [KeptCallback.ID] = []
    package var entryIDs: [AttentionEntry.ID] = []

    /// Whether entries that belong to no payment are needed.
    package var needsLooseEntries = false

    /// Whether the callbacks that the loaded entries name are needed.
    package var needsEntryCallbacks = false

    /// Whether waiting callbacks are judged again: where they lead to is needed.
    package var judgesWaiting = false

    package init() {}

    /// Makes room for as many deliveries.
    package mutating func reserveCapacity(deliveries count: Int) {
        deliveries.reserveCapacity(count)
    }

    /// What a delivery has to see.
    package mutating func add(_ delivery: Delivery) {
        deliveries.append(delivery)
        if delivery.content.failure != nil { needsLooseEntries = true }
    }

    /// What the end of an inquiry has to see.
    package mutating func add(_ inquiry: Inquiry, _ outcome: InquiryOutcome) {
        references.append(inquiry.partnerReferenceNo)
        if let alternative = inquiry.alternative { references.append(alternative) }
        if let id = inquiry.paymentID { paymentIDs.append(id) }
        guard case .found(let report, let asked, _) = outcome else { return }
        references += [asked, report.partnerReferenceNo]
        if let reference = report.referenceNo { references.append(reference) }
    }

    /// What a replay has to see.
    package mutating func add(_ request: ReplayRequest) {
        replays.append(request.delivery)
        if request.delivery.content.failure != nil { needsLooseEntries = true }
        callbackIDs.append(request.callbackID)
    }

    /// What two scopes have to see.
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

    /// All references to look for: those of deliveries and replays too.
    package var allReferences: [Reference] {
        var all = references
        all.reserveCapacity(references.count + newCallbacks * 2)
        for delivery in deliveries { all += delivery.content.references }
        for delivery in replays { all += delivery.content.references }
        return all
    }

    /// How many new callbacks need a number.
    package var newCallbacks: Int { deliveries.count + replays.count }
}
