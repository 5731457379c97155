package import Payments

/// What a group of events has to see: the engine loads all of it, and what belongs to it, into one
/// view (see <doc:EngineProtocol>).
///
/// A property for each way to name something stored.
package struct LedgerScope: Sendable {
    /// Payments that carry one of these, whether confirmed or not.
    package var references: [Reference] = []
    package var paymentIDs: [Payment.ID] = []
    package var callbackIDs: [KeptCallback.ID] = []
    package var entryIDs: [AttentionEntry.ID] = []

    /// Signatures that may have been kept before, with the references to look under.
    package var signatures: [(digest: SignedDigest, references: [Reference])] = []
    package var externalIDs: [ExternalIDKey] = []

    /// Ids of callbacks that are judged again, possibly of a day long past.
    package var replayedExternalIDs: [ExternalIDKey] = []

    /// How many new callbacks need a number.
    package var newCallbacks = 0

    /// Whether entries that belong to no payment are needed.
    package var needsLooseEntries = false

    /// Whether the callbacks that the loaded entries name are needed.
    package var needsEntryCallbacks = false

    /// Whether waiting callbacks are judged again: where they lead to is needed.
    package var judgesWaiting = false

    package init() {}

    /// Makes room for as many deliveries.
    package mutating func reserveCapacity(deliveries count: Int) {
        references.reserveCapacity(count * 2)
        signatures.reserveCapacity(count)
        externalIDs.reserveCapacity(count)
    }

    /// What a delivery has to see.
    package mutating func add(_ delivery: Delivery) {
        let references = delivery.content.references
        self.references += references
        signatures.append((delivery.signedDigest, references))
        if let key = delivery.externalIDKey { externalIDs.append(key) }
        if delivery.content.failure != nil { needsLooseEntries = true }
        newCallbacks += 1
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
        add(request.delivery)
        // Past days must not replace the current one in the engine's memory.
        if request.delivery.externalIDKey != nil {
            replayedExternalIDs.append(externalIDs.removeLast())
        }
        callbackIDs.append(request.callbackID)
    }

    /// What two scopes have to see.
    package mutating func formUnion(_ other: LedgerScope) {
        references += other.references
        paymentIDs += other.paymentIDs
        callbackIDs += other.callbackIDs
        entryIDs += other.entryIDs
        signatures += other.signatures
        externalIDs += other.externalIDs
        replayedExternalIDs += other.replayedExternalIDs
        newCallbacks += other.newCallbacks
        needsLooseEntries = needsLooseEntries || other.needsLooseEntries
        needsEntryCallbacks = needsEntryCallbacks || other.needsEntryCallbacks
        judgesWaiting = judgesWaiting || other.judgesWaiting
    }
}
