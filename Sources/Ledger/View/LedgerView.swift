package import Payments

/// The IDs that the next new rows get.
package struct LedgerNumbers: Equatable, Sendable {
    /// The sequence number of the newest transition, 0 in an empty feed.
    package var head: Int64
    package var nextPaymentID: Payment.ID
    package var nextCallbackID: CallbackID
    package var nextEntryID: AttentionEntry.ID

    /// Creates the numbers; the defaults are those of an empty database.
    package init(
        head: Int64 = 0,
        nextPaymentID: Payment.ID = 1,
        nextCallbackID: CallbackID = 1,
        nextEntryID: AttentionEntry.ID = 1
    ) {
        self.head = head
        self.nextPaymentID = nextPaymentID
        self.nextCallbackID = nextCallbackID
        self.nextEntryID = nextEntryID
    }
}

/// What is stored about the payments that a group of events concerns, including the changes that
/// the group's earlier events made.
///
/// An engine fills it (see <doc:EngineProtocol>); afterwards only ``apply(_:)`` changes it. One
/// property for each kind of row, and one for each way to look it up.
package struct LedgerView: Sendable {
    package var numbers: LedgerNumbers
    package var knowledge: GatewayKnowledge
    package private(set) var payments = RowTable<Payment>()
    package private(set) var callbacks = RowTable<StoredCallback>()
    private(set) var generations: [Payment.ID: Generation] = [:]
    package private(set) var inquiries: [Payment.ID: StatusInquiry] = [:]
    package private(set) var entries: [AttentionEntry.ID: AttentionEntry] = [:]
    private var paymentsByReference: [Reference: RowNumbers] = [:]
    private var callbacksByDigest: [SignedDigest: RowNumbers] = [:]
    private var waitingCallbacks: [Payment.ID: RowNumbers] = [:]
    private var openEntries: [AttentionSubject: RowNumbers] = [:]
    private var decidedFacts: [Payment.ID?: [DecidedFact]] = [:]
    private var externalIDs: [ExternalIDKey: ExternalIDOwner] = [:]

    package init(numbers: LedgerNumbers, knowledge: GatewayKnowledge) {
        self.numbers = numbers
        self.knowledge = knowledge
    }

    // MARK: Filling

    /// Reserves memory for what the events of a group add.
    package mutating func reserveCapacity(for scope: LedgerScope) {
        payments.reserveCapacity(scope.newCallbacks)
        callbacks.reserveCapacity(scope.newCallbacks)
        paymentsByReference.reserveCapacity(scope.newCallbacks * 2)
        callbacksByDigest.reserveCapacity(scope.newCallbacks)
        externalIDs.reserveCapacity(scope.newCallbacks)
    }

    /// Adds or replaces a payment.
    package mutating func insert(_ payment: Shared<Payment>) {
        let id = payment.row.id
        paymentsByReference[payment.row.partnerReferenceNo, default: RowNumbers()].insert(id)
        if let reference = payment.row.referenceNo {
            paymentsByReference[reference, default: RowNumbers()].insert(id)
        }
        payments.insert(payment, at: id)
    }

    /// Adds or replaces a callback.
    package mutating func insert(_ callback: Shared<StoredCallback>) {
        let id = callback.row.id
        if let old = callbacks.insert(callback, at: id) {
            if old.row.isWaiting, let payment = old.row.paymentID {
                waitingCallbacks[payment]?.remove(id)
            }
        } else {
            callbacksByDigest[callback.row.signedDigest, default: RowNumbers()].insert(id)
        }
        if callback.row.isWaiting, let payment = callback.row.paymentID {
            waitingCallbacks[payment, default: RowNumbers()].insert(id)
        }
    }

    package mutating func insert(_ generation: Generation, of id: Payment.ID) {
        generations[id] = generation
    }

    package mutating func insert(_ inquiry: StatusInquiry) {
        inquiries[inquiry.paymentID] = inquiry
    }

    /// Adds or replaces an entry.
    package mutating func insert(_ entry: AttentionEntry) {
        if let old = entries.updateValue(entry, forKey: entry.id), old.isOpen {
            openEntries[old.subject]?.remove(entry.id)
        }
        if entry.isOpen { openEntries[entry.subject, default: RowNumbers()].insert(entry.id) }
    }

    package mutating func insert(_ fact: DecidedFact) {
        decidedFacts[fact.paymentID, default: []].append(fact)
    }

    package mutating func insert(_ owner: ExternalIDOwner, of key: ExternalIDKey) {
        externalIDs[key] = owner
    }
}

// MARK: - Looking things up

extension LedgerView {
    /// The payment with this ID, or the payment that it was merged into.
    func payment(_ id: Payment.ID?) -> Payment? {
        guard let id, let found = payments[id] else { return nil }
        return found.mergedInto.flatMap { payments[$0] } ?? found
    }

    /// The payments that carry one of these references in either role, in the order of their IDs.
    func payments(carrying references: [Reference]) -> [Payment] {
        var numbers = RowNumbers()
        for reference in references {
            if let others = paymentsByReference[reference] { numbers.formUnion(others) }
        }
        // The index may list a payment under a reference that it no longer carries.
        return numbers.all.compactMap { payments[$0] }
            .filter { payment in references.contains { payment.carries($0) } }
    }

    /// The transactions that carry one of these references in either role: confirmed payments only.
    func confirmed(carrying references: [Reference]) -> [Payment] {
        payments(carrying: references).filter(\.isConfirmed)
    }

    /// The transaction with this partnerReferenceNo.
    ///
    /// Failing that, an uncorroborated transaction that has it as referenceNo: which of its numbers
    /// is the merchant's is a guess, so a caller may know it by the other one.
    package func confirmed(named reference: Reference) -> Payment? {
        let found = confirmed(carrying: [reference])
        return found.first { $0.partnerReferenceNo == reference }
            ?? found.first { !$0.isCorroborated }
    }

    /// The unconfirmed payment of exactly these references: one, or a pair in either order.
    func unconfirmed(_ references: [Reference]) -> Payment? {
        payments(carrying: references).first { payment in
            guard !payment.isConfirmed, payment.mergedInto == nil else { return false }
            guard references.count == 2 else { return payment.referenceNo == nil }
            return payment.pair?.holds(references[0], references[1]) ?? false
        }
    }

    /// The unconfirmed payments that turned out to be this one: of its pair, or of one reference.
    ///
    /// A pair that shares only one reference is not included: it contradicts the payment.
    func unconfirmed(belongingTo payment: Payment) -> [Payment] {
        let references = [payment.partnerReferenceNo, payment.referenceNo].compactMap(\.self)
        return payments(carrying: references).filter { other in
            !other.isConfirmed && other.mergedInto == nil && other.id != payment.id
                && (other.referenceNo == nil || other.pair == payment.pair)
        }
    }

    /// The stored callback that a delivery repeats: the one with the same signature.
    ///
    /// A redelivery is counted instead of stored again (article Checks, row 5a). There may be two:
    /// one that failed only by unsigned headers, and the one that replaced it. The one that failed
    /// like the delivery is preferred, so that each counts its own redeliveries.
    func callback(redelivered delivery: Delivery) -> StoredCallback? {
        guard let numbers = callbacksByDigest[delivery.signedDigest] else { return nil }
        let found = numbers.all.compactMap { callbacks[$0] }
        return found.first { $0.content.failure == delivery.content.failure }
            ?? found.first { $0.content.failure?.isUnsigned != true } ?? found.first
    }

    /// The callbacks of a payment that wait for a query, oldest first.
    func waiting(_ id: Payment.ID) -> [StoredCallback] {
        waitingCallbacks[id]?.all.compactMap { callbacks[$0] } ?? []
    }

    /// The open entries about a subject.
    func openEntries(_ subject: AttentionSubject) -> [AttentionEntry] {
        openEntries[subject]?.all.compactMap { entries[$0] } ?? []
    }

    /// The decisions about facts and causes of a payment; with nil, about those of no payment.
    func decisions(of id: Payment.ID?) -> [DecidedFact] { decidedFacts[id] ?? [] }

    /// The callback that an X-EXTERNAL-ID belongs to on its day (article Checks, row 10).
    func owner(of key: ExternalIDKey) -> ExternalIDOwner? { externalIDs[key] }
}

// MARK: - Applying changes

extension LedgerView {
    /// Applies one change, so that later events of the same group see it.
    mutating func apply(_ change: Change) {
        switch change {
        case .appendCallback(let callback, _):
            precondition(callbacks[callback.row.id] == nil, "a callback ID is given out twice")
            insert(callback)
        case .updateCallback(let callback):
            precondition(callbacks[callback.row.id] != nil, "only a loaded callback changes")
            insert(callback)
        case .claimExternalID(let key, let owner): insert(owner, of: key)
        case .createPayment(let payment):
            precondition(payments[payment.row.id] == nil, "a payment ID is given out twice")
            insert(payment)
        case .updatePayment(let payment):
            precondition(payments[payment.row.id] != nil, "only a loaded payment changes")
            insert(payment)
        case .appendTransition(let transition):
            precondition(transition.sequence == numbers.head + 1, "the feed has no gaps")
            numbers.head = transition.sequence
        case .startGeneration(let id, let request, let now):
            generations[id] = Generation(
                state: .underWay,
                feeAmount: request.content.feeAmount,
                validity: request.content.validity,
                expiresMilliseconds: request.expiresMilliseconds,
                startedMilliseconds: now
            )
        case .finishGeneration(let id, let state, _):
            precondition(state != .underWay, "a call that has ended is not under way")
            generations[id]?.state = state
        case .moveGenerationStart(let id, let now): generations[id]?.startedMilliseconds = now
        case .scheduleInquiry(let inquiry): insert(inquiry)
        case .endInquiry(let id): inquiries[id] = nil
        case .openEntry(let entry):
            precondition(entries[entry.id] == nil, "an entry ID is given out twice")
            insert(entry)
        case .updateEntry(let entry, _):
            precondition(entries[entry.id] != nil, "only a loaded entry changes")
            insert(entry)
        case .closeEntry(let id, _, _):
            guard var entry = entries[id] else { return }
            precondition(entry.isOpen, "an entry is closed once")
            entry.isOpen = false
            insert(entry)
        case .decideFact(let fact): insert(fact)
        case .moveDecidedFacts(let old, let new):
            for var fact in decidedFacts.removeValue(forKey: old) ?? [] {
                fact.paymentID = new
                insert(fact)
            }
        case .updateKnowledge(let knowledge): self.knowledge = knowledge
        case .countRedelivery, .appendGatewayCall: break
        }
    }
}
