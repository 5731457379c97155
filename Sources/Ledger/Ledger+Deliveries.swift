import Payments

extension Ledger {
    /// Judges an authentic callback, keeps it, and decides everything that follows from it.
    package mutating func receive(_ delivery: Delivery) -> Judgement {
        guard let kept = view.callback(redelivered: delivery) else { return receiveNew(delivery) }
        guard isReplacing(kept, delivery) else { return redeliver(delivery, of: kept) }
        let judgement = receiveNew(delivery)
        closeSpoilt(kept)
        return judgement
    }

    /// Closes the entry about unsigned headers alone, when the same callback came with headers that
    /// are in order.
    mutating func closeSpoilt(_ kept: KeptCallback) {
        guard let id = kept.paymentID else { return }
        for entry in view.openEntries(.payment(id)) where entry.kind == .invalidCallback {
            guard entry.events.allSatisfy({ $0.callbackID == kept.id }) else { continue }
            let note = "the same callback came again with its headers in order"
            close(entry, EntryResolution(by: "notify", note: note))
        }
    }

    /// Whether a delivery takes the place of a kept one with its signature: that one failed only
    /// for headers that are not signed, and this one's are in order. Else whoever saw a callback
    /// could spoil it by sending it first.
    func isReplacing(_ kept: KeptCallback, _ delivery: Delivery) -> Bool {
        kept.content.failure?.isUnsigned == true
            && delivery.content.failure?.isUnsigned != true
    }

    // MARK: Redelivery

    /// Counts a redelivery, and answers it as the kept callback would be judged now (row 5a).
    private mutating func redeliver(_ delivery: Delivery, of kept: KeptCallback) -> Judgement {
        emit(.countRedelivery(kept.id, atMilliseconds: delivery.receivedMilliseconds))
        // Rows 3 to 5 come before row 5a.
        if let failure = delivery.content.failure, failure.isUnsigned {
            return Judgement(
                callbackID: kept.id,
                answer: failure == .partner ? .unauthorized : .invalid,
                outcome: kept.outcome,
                sequence: nil,
                isRedelivery: true
            )
        }
        let verdict = judge(kept)
        let takesEffect = verdict.outcome == .applied && kept.outcome != .applied
        let applied = takesEffect ? reapply(verdict, to: kept) : nil
        return Judgement(
            callbackID: kept.id,
            answer: verdict.answer,
            outcome: applied?.outcome ?? kept.outcome,
            sequence: applied?.sequence,
            isRedelivery: true
        )
    }

    /// Lets a kept callback take the effect that it has under the rules and the state of now.
    ///
    /// - Parameter keepsOutcome: whether one without a transition goes on being shown as what it
    ///   was when it came.
    mutating func reapply(
        _ verdict: CallbackVerdict,
        to kept: KeptCallback,
        keepsOutcome: Bool = false
    ) -> KeptCallback {
        var callback = kept
        if !keepsOutcome || verdict.outcome == .applied {
            callback.outcome = verdict.outcome
            callback.answer = verdict.answer
        }
        callback.isWaiting = false
        place(&callback, at: target(of: callback.content.references), verdict.effect)
        update(callback)
        raise(verdict.attention, by: callback)
        return callback
    }

    /// How a kept callback would be judged now, the clock being its time of receipt.
    func judge(_ kept: KeptCallback) -> CallbackVerdict {
        judge(
            kept,
            target(of: kept.content.references),
            externalIDUse: kept.outcome == .conflict ? .otherFact(nil) : .free
        )
    }

    /// Judges a callback.
    ///
    /// - Parameter isAgeChecked: false for one that was in time when it came, and has waited since.
    func judge(
        _ callback: KeptCallback,
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
                provenOrder: view.knowledge.provenOrder
            )
        )
    }

    // MARK: A new callback

    private mutating func receiveNew(_ delivery: Delivery) -> Judgement {
        let callback = keep(delivery, as: takeCallbackID())
        return Judgement(
            callbackID: callback.id,
            answer: callback.answer,
            outcome: callback.outcome,
            sequence: callback.sequence,
            isRedelivery: false
        )
    }

    /// Judges a callback that is not in the journal and appends it, under this number.
    mutating func keep(_ delivery: Delivery, as id: KeptCallback.ID) -> KeptCallback {
        var callback = KeptCallback(
            id: id,
            paymentID: nil,
            receivedMilliseconds: delivery.receivedMilliseconds,
            signedMilliseconds: delivery.signedMilliseconds,
            externalID: delivery.externalID,
            signedDigest: delivery.signedDigest,
            content: delivery.content,
            outcome: .invalid,
            answer: .invalid
        )
        // One that is another's by its header says nothing about a payment of ours.
        let isOurs = delivery.content.failure != .partner
        let target = isOurs ? target(of: delivery.content.references) : .unreadable
        let key = delivery.externalIDKey
        let verdict = judge(callback, target, externalIDUse: use(of: key, byNew: callback))
        callback.outcome = verdict.outcome
        callback.answer = verdict.answer
        place(&callback, at: target, verdict.effect)
        let isAsked = verdict.asks && ask(about: callback)
        callback.isWaiting = verdict.asks && startsWaiting(callback)
        let claimed = claim(key, by: &callback)
        emit(.keepCallback(Shared(callback), delivery))
        emitClaim(claimed, of: callback)
        if callback.sequence == nil, let payment = target.payment.flatMap({ view.payment($0.id) }) {
            // What was asked before knew nothing of this callback.
            update(payment)
        }
        raise(held(verdict, isAsked: isAsked), by: callback)
        return callback
    }

    /// "Wherever this page says query decides and no query can be asked […], the attention list
    /// holds it" (contract section 4).
    func held(_ verdict: CallbackVerdict, isAsked: Bool) -> [AttentionKind] {
        verdict.asks && !isAsked && verdict.attention.isEmpty
            ? [.unconfirmedCallback] : verdict.attention
    }

    /// How the X-EXTERNAL-ID of a new callback was used before.
    private func use(of key: ExternalIDKey?, byNew callback: KeptCallback) -> ExternalIDUse {
        guard let owner = key.flatMap({ view.owner(of: $0) }) else { return .free }
        return owner.fact == callback.content.fact ? .sameFact : .otherFact(owner.fact)
    }

    /// Stores what a kept callback leads to now.
    ///
    /// One that is answered 2005600 owns its X-EXTERNAL-ID from then on, unless that has an owner.
    mutating func update(_ callback: KeptCallback) {
        var callback = callback
        let key = claim(callback.externalIDKey, by: &callback)
        emit(.updateCallback(Shared(callback)))
        emitClaim(key, of: callback)
    }

    /// Lets a callback own its X-EXTERNAL-ID where it may; returns the key that it takes.
    private func claim(
        _ key: ExternalIDKey?,
        by callback: inout KeptCallback
    ) -> ExternalIDKey? {
        guard !callback.ownsExternalID, callback.answer == .successful, let key,
            view.owner(of: key) == nil
        else { return nil }
        callback.ownsExternalID = true
        return key
    }

    private mutating func emitClaim(_ key: ExternalIDKey?, of callback: KeptCallback) {
        guard let key else { return }
        let owner = ExternalIDOwner(callbackID: callback.id, fact: callback.content.fact)
        emit(.claimExternalID(key, owner))
    }

    // MARK: References

    /// Where references lead.
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

    /// Gives a callback its payment, made where there is none, and does what its verdict says.
    mutating func place(
        _ callback: inout KeptCallback,
        at target: CallbackTarget,
        _ effect: CallbackVerdict.Effect
    ) {
        switch target {
        case .known(let payment, let order):
            callback.paymentID = payment.id
            learnOrder(order, provenBy: payment)
        case .contradiction(let payment): callback.paymentID = payment.id
        case .unconfirmed(let payment):
            if case .create(let status, let order, let isGuess) = effect {
                return create(status, order, isGuess: isGuess, payment, by: &callback)
            }
            let references = callback.content.references
            callback.paymentID = (payment ?? makeUnconfirmed(references))?.id
        case .unreadable: break
        }
        take(effect, of: &callback)
    }

    /// Does what a verdict says to the callback's transaction.
    private mutating func take(
        _ effect: CallbackVerdict.Effect,
        of callback: inout KeptCallback
    ) {
        guard let fact = callback.content.fact, var payment = view.payment(callback.paymentID)
        else { return }
        switch effect {
        case .nothing, .create: break
        case .learnMarks:
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

    /// Makes a transaction of what a callback says.
    ///
    /// - Parameter unconfirmed: what holds the callbacks about its references so far.
    private mutating func create(
        _ status: TransactionStatus,
        _ order: ReferenceOrder,
        isGuess: Bool,
        _ unconfirmed: Payment?,
        by callback: inout KeptCallback
    ) {
        guard let fact = callback.content.fact else { return }
        var change = StatusChange(to: status, fact.status, source: .notify)
        change.amount = fact.amount
        change.add(callback)
        var payment =
            unconfirmed
            ?? Payment(
                id: takePaymentID(),
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
