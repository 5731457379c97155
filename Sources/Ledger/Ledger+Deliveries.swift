import Payments

extension Ledger {
    /// Judges an authentic callback, stores it, and applies its consequences.
    ///
    /// A delivery with the signature of a stored callback is a redelivery: it is counted and not
    /// stored again (article Checks, row 5a). Exception: see ``isReplacing(_:_:)``.
    package mutating func receive(_ delivery: Delivery) -> Judgement {
        guard let stored = view.callback(redelivered: delivery) else { return receiveNew(delivery) }
        guard isReplacing(stored, delivery) else { return redeliver(delivery, of: stored) }
        let judgement = receiveNew(delivery)
        closeUnsignedFailure(stored)
        return judgement
    }

    /// Closes the entry about a callback's unsigned headers after a delivery with valid headers.
    ///
    /// An entry with other events stays open, because they are not resolved by this delivery.
    mutating func closeUnsignedFailure(_ stored: StoredCallback) {
        guard let id = stored.paymentID else { return }
        for entry in view.openEntries(.payment(id)) where entry.kind == .invalidCallback {
            guard entry.events.allSatisfy({ $0.callbackID == stored.id }) else { continue }
            let note = "the same callback was delivered again with valid headers"
            close(entry, EntryResolution(by: "notify", note: note))
        }
    }

    /// Whether a delivery is stored although a callback with its signature exists.
    ///
    /// That is so if the stored one failed only by unsigned headers and this one does not.
    /// Otherwise an attacker could suppress a captured callback by sending it first with invalid
    /// headers.
    func isReplacing(_ stored: StoredCallback, _ delivery: Delivery) -> Bool {
        stored.content.failure?.isUnsigned == true
            && delivery.content.failure?.isUnsigned != true
    }

    // MARK: Redelivery

    /// Counts a redelivery and responds as the stored callback would be judged now.
    ///
    /// The current judgement matters: a callback rejected before may be acceptable after a query or
    /// a change of the configuration, and then it takes effect. A redelivery starts no query of its
    /// own and opens no entry unless it takes effect (article Checks, row 5a).
    private mutating func redeliver(_ delivery: Delivery, of stored: StoredCallback) -> Judgement {
        emit(.countRedelivery(stored.id, atMilliseconds: delivery.receivedMilliseconds))
        // Unsigned headers belong to the delivery, and article Checks, row 5a, comes after them.
        if let failure = delivery.content.failure, failure.isUnsigned {
            return Judgement(
                callbackID: stored.id,
                response: failure == .partner ? .unauthorized : .invalid,
                outcome: stored.outcome,
                sequence: nil,
                isRedelivery: true
            )
        }
        let verdict = judge(stored)
        let becomesApplied = verdict.outcome == .applied && stored.outcome != .applied
        let applied = becomesApplied ? reapply(verdict, to: stored) : nil
        return Judgement(
            callbackID: stored.id,
            response: verdict.response,
            outcome: applied?.outcome ?? stored.outcome,
            sequence: applied?.sequence,
            isRedelivery: true
        )
    }

    /// Applies a verdict to a stored callback and ends its wait.
    ///
    /// A callback without a transition keeps the outcome and response that it had on receipt.
    mutating func reapply(
        _ verdict: CallbackVerdict,
        to stored: StoredCallback
    ) -> StoredCallback {
        var callback = stored
        if verdict.outcome == .applied {
            callback.outcome = verdict.outcome
            callback.response = verdict.response
        }
        callback.isWaiting = false
        place(&callback, at: target(of: callback.content.references), verdict.effect)
        update(callback)
        raise(verdict.attention, by: callback)
        return callback
    }

    /// How a stored callback would be judged now; its age is measured at its time of receipt.
    ///
    /// A conflict of X-EXTERNAL-IDs stays one, since the id's owner has not changed. Any other
    /// callback is judged without that check, because it may own the id itself.
    func judge(_ stored: StoredCallback) -> CallbackVerdict {
        judge(
            stored,
            target(of: stored.content.references),
            externalIDUse: stored.outcome == .conflict ? .otherFact(nil) : .free
        )
    }

    /// Judges a callback by the current state of its target.
    ///
    /// - Parameter isAgeChecked: false for a callback that has waited since it was received.
    func judge(
        _ callback: StoredCallback,
        _ target: CallbackTarget,
        externalIDUse: ExternalIDUse,
        isAgeChecked: Bool = true
    ) -> CallbackVerdict {
        CallbackJudge(policy: policy).judge(
            CallbackEvidence(
                content: callback.content,
                receivedMilliseconds: callback.receivedMilliseconds,
                signedMilliseconds: isAgeChecked ? callback.signedMilliseconds : nil,
                externalIDUse: externalIDUse,
                target: target,
                decisions: view.decisions(of: target.payment?.id),
                corroboratedOrder: view.knowledge.corroboratedOrder
            )
        )
    }

    // MARK: A new callback

    private mutating func receiveNew(_ delivery: Delivery) -> Judgement {
        let callback = append(delivery, as: assignCallbackID())
        return Judgement(
            callbackID: callback.id,
            response: callback.response,
            outcome: callback.outcome,
            sequence: callback.sequence,
            isRedelivery: false
        )
    }

    /// Judges a callback that is not in the journal and appends it under this ID.
    ///
    /// Every authentic callback is stored, whatever the response is (article Storage).
    mutating func append(_ delivery: Delivery, as id: CallbackID) -> StoredCallback {
        var callback = StoredCallback(
            id: id,
            paymentID: nil,
            receivedMilliseconds: delivery.receivedMilliseconds,
            signedMilliseconds: delivery.signedMilliseconds,
            externalID: delivery.externalID,
            signedDigest: delivery.signedDigest,
            content: delivery.content,
            outcome: .invalid,
            response: .invalid
        )
        // With another X-PARTNER-ID, the references may be another merchant's.
        let isOurs = delivery.content.failure != .partner
        let target = isOurs ? target(of: delivery.content.references) : .unreadable
        let key = delivery.externalIDKey
        let verdict = judge(callback, target, externalIDUse: use(of: key, byNew: callback))
        callback.outcome = verdict.outcome
        callback.response = verdict.response
        place(&callback, at: target, verdict.effect)
        let isQueryPlanned = verdict.needsQuery && planQuery(about: callback)
        callback.isWaiting = verdict.needsQuery && startsWaiting(callback)
        let claimed = claim(key, by: &callback)
        emit(.appendCallback(Shared(callback), delivery))
        emitClaim(claimed, of: callback)
        if callback.sequence == nil, let payment = target.payment.flatMap({ view.payment($0.id) }) {
            // A report to a query sent before this callback must not resolve it.
            update(payment)
        }
        raise(attentionKinds(verdict, isQueryPlanned: isQueryPlanned), by: callback)
        return callback
    }

    /// The entries that a verdict raises, given whether a query was started.
    ///
    /// A callback that needs a query and gets none goes on the attention list (article Statuses).
    func attentionKinds(_ verdict: CallbackVerdict, isQueryPlanned: Bool) -> [AttentionKind] {
        verdict.needsQuery && !isQueryPlanned && verdict.attention.isEmpty
            ? [.unconfirmedCallback] : verdict.attention
    }

    /// Whether the X-EXTERNAL-ID of a new callback was used before (article Checks, row 10).
    ///
    /// Facts are compared, not bytes: a gateway that signs again may lay out the body differently.
    private func use(of key: ExternalIDKey?, byNew callback: StoredCallback) -> ExternalIDUse {
        guard let owner = key.flatMap({ view.owner(of: $0) }) else { return .free }
        return owner.fact == callback.content.fact ? .sameFact : .otherFact(owner.fact)
    }

    /// Stores the changed columns of a callback.
    ///
    /// A callback whose response is now 2005600 claims its X-EXTERNAL-ID, unless that has an owner.
    mutating func update(_ callback: StoredCallback) {
        var callback = callback
        let key = claim(callback.externalIDKey, by: &callback)
        emit(.updateCallback(Shared(callback)))
        emitClaim(key, of: callback)
    }

    /// Marks a callback as the owner of its X-EXTERNAL-ID where it may be; returns the claimed key.
    private func claim(
        _ key: ExternalIDKey?,
        by callback: inout StoredCallback
    ) -> ExternalIDKey? {
        guard !callback.ownsExternalID, callback.response == .successful, let key,
            view.owner(of: key) == nil
        else { return nil }
        callback.ownsExternalID = true
        return key
    }

    private mutating func emitClaim(_ key: ExternalIDKey?, of callback: StoredCallback) {
        guard let key else { return }
        let owner = ExternalIDOwner(callbackID: callback.id, fact: callback.content.fact)
        emit(.claimExternalID(key, owner))
    }

    // MARK: References

    /// The stored payment that one or two references identify.
    ///
    /// A single readable reference of a transaction counts as a contradiction, since the other one
    /// is missing: nothing is applied, but the payment is queried.
    func target(of references: [Reference]) -> CallbackTarget {
        if references.isEmpty { return .unreadable }
        let payments = view.payments(carrying: references)
        if payments.isEmpty { return .unconfirmed(nil) }
        let confirmed = payments.filter(\.isConfirmed)
        guard references.count == 2 else {
            return confirmed.first.map { .contradiction($0) }
                ?? .unconfirmed(view.unconfirmed(references))
        }
        let pair = ReferencePair(
            originalPartnerReferenceNo: references[0],
            originalReferenceNo: references[1]
        )
        switch ReferenceMatch(pair, among: confirmed, roles: policy.referenceRoles) {
        case .known(let payment, let order): return .known(payment, order)
        case .contradiction(let payment): return .contradiction(payment)
        case .unknown: return .unconfirmed(view.unconfirmed(references))
        }
    }

    // MARK: Effects

    /// Assigns a callback to its payment, creating one where none exists, and applies the effect.
    ///
    /// A callback without a transaction gets an unconfirmed payment, which groups its entries and
    /// the inquiry until a query confirms the references.
    mutating func place(
        _ callback: inout StoredCallback,
        at target: CallbackTarget,
        _ effect: CallbackVerdict.Effect
    ) {
        switch target {
        case .known(let payment, let order):
            callback.paymentID = payment.id
            recordReferenceOrder(order, corroboratedBy: payment)
        case .contradiction(let payment): callback.paymentID = payment.id
        case .unconfirmed(let payment):
            if case .create(let status, let order, let isGuess) = effect {
                return create(status, order, isGuess: isGuess, payment, by: &callback)
            }
            let references = callback.content.references
            callback.paymentID = (payment ?? makeUnconfirmed(references))?.id
        case .unreadable: break
        }
        apply(effect, of: &callback)
    }

    /// Applies the effect of a verdict to the callback's transaction.
    ///
    /// Marks are stored without a new revision: they do not outdate a query that is under way.
    private mutating func apply(
        _ effect: CallbackVerdict.Effect,
        of callback: inout StoredCallback
    ) {
        guard let fact = callback.content.fact, var payment = view.payment(callback.paymentID)
        else { return }
        switch effect {
        case .nothing, .create: break
        case .adoptMarks:
            let marks = callback.content.marks
            payment.paid.time = payment.paid.time ?? marks.time
            payment.paid.originalExternalID =
                payment.paid.originalExternalID ?? marks.originalExternalID
            emit(.updatePayment(Shared(payment)))
        case .advance(let status, let order):
            var change = StatusChange(to: status, fact.status, source: .notify)
            change.referenceNo = order.gateway(of: fact.pair)
            change.amount = fact.amount
            change.add(callback)
            callback.sequence = advance(payment, by: change)
        }
    }

    /// Creates a transaction from a callback, without a query: `confirmWithQuery` is `never`.
    ///
    /// - Parameter unconfirmed: the unconfirmed payment of its references, which becomes the
    ///   transaction; nil when there is none.
    private mutating func create(
        _ status: TransactionStatus,
        _ order: ReferenceOrder,
        isGuess: Bool,
        _ unconfirmed: Payment?,
        by callback: inout StoredCallback
    ) {
        guard let fact = callback.content.fact else { return }
        var change = StatusChange(to: status, fact.status, source: .notify)
        change.amount = fact.amount
        change.add(callback)
        var payment =
            unconfirmed
            ?? Payment(
                id: assignPaymentID(),
                partnerReferenceNo: order.merchant(of: fact.pair),
                referenceNo: nil,
                status: nil,
                origin: .notify,
                atMilliseconds: now
            )
        payment.partnerReferenceNo = order.merchant(of: fact.pair)
        payment.referenceNo = order.gateway(of: fact.pair)
        payment.roles = isGuess ? .assumed : .known
        callback.paymentID = payment.id
        callback.sequence =
            unconfirmed == nil ? create(payment, by: change) : advance(payment, by: change)
    }
}
