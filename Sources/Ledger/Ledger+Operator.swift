package import Payments

extension Ledger {
    /// Resolves an entry, and writes the status that the operator accepts, if any
    /// (article Statuses).
    ///
    /// Without an accepted status the facts of the entry are dismissed: they open no entry again.
    /// With one, the accepted fact stands, and the others of the entry are dismissed.
    package mutating func resolve(
        _ id: AttentionEntry.ID,
        _ decision: OperatorDecision
    ) -> DecisionOutcome {
        guard let entry = view.entries[id] else { return .unknownEntry }
        guard entry.isOpen else { return .alreadyResolved }
        guard let accept = decision.accept else {
            dismiss(entry, decision)
            return .done(nil)
        }
        guard entry.kind.isAboutFacts, case .payment(let paymentID) = entry.subject,
            let payment = view.payment(paymentID)
        else { return .nothingToAccept }
        guard payment.isConfirmed else {
            return .unconfirmedPayment(partnerReferenceNo: payment.partnerReferenceNo)
        }
        let outcome = self.accept(accept, of: payment, facts: entry.events, decision)
        guard case .done = outcome else { return outcome }
        if view.entries[id]?.isOpen == true { dismiss(entry, decision) }
        return outcome
    }

    /// Resolves many entries at once, without accepting anything: a status that moves money needs a
    /// decision of its own.
    ///
    /// - Returns: the number of entries that were open.
    package mutating func resolve(
        _ ids: [AttentionEntry.ID],
        _ decision: OperatorDecision
    ) -> Int {
        var count = 0
        for id in ids {
            guard let entry = view.entries[id], entry.isOpen else { continue }
            dismiss(entry, decision)
            count += 1
        }
        return count
    }

    /// Writes a status for the payment of a merchant's reference, with or without an entry.
    ///
    /// If no transaction carries the reference, an unconfirmed payment with it becomes the
    /// transaction, preferably one of a complete pair; without one, a payment is created. The
    /// gateway's number stays unknown unless that pair has it.
    package mutating func accept(
        _ reference: Reference,
        _ decision: OperatorDecision
    ) -> DecisionOutcome {
        guard let accept = decision.accept else { return .nothingToAccept }
        if let stored = view.confirmed(named: reference) {
            return self.accept(accept, of: stored, facts: openEvents(of: stored), decision)
        }
        let unconfirmed = view.payments.all.filter { payment in
            !payment.isConfirmed && payment.mergedInto == nil && payment.carries(reference)
        }.min { ($0.referenceNo == nil ? 1 : 0, $0.id) < ($1.referenceNo == nil ? 1 : 0, $1.id) }
        var payment =
            unconfirmed
            ?? Payment(
                id: assignPaymentID(),
                partnerReferenceNo: reference,
                referenceNo: nil,
                status: nil,
                origin: .query,
                atMilliseconds: now
            )
        if payment.referenceNo == reference {
            payment.referenceNo = payment.partnerReferenceNo
            payment.partnerReferenceNo = reference
        }
        payment.roles = .known
        return self.accept(
            accept,
            of: payment,
            isNew: unconfirmed == nil,
            facts: openEvents(of: payment),
            decision
        )
    }

    /// The facts that an operator can accept for a payment: those of its waiting callbacks and of
    /// its open entries, each once.
    private func openEvents(of payment: Payment) -> [AttentionEvent] {
        let events = view.openEntries(.payment(payment.id)).flatMap(\.events)
        let waiting = view.waiting(payment.id).filter { callback in
            !events.contains { $0.fact == callback.content.fact }
        }
        return waiting.map { event(of: $0) } + events
    }

    private func event(of callback: StoredCallback) -> AttentionEvent {
        AttentionEvent(
            cause: "",
            fact: callback.content.fact,
            callbackID: callback.id,
            text: "",
            atMilliseconds: callback.receivedMilliseconds
        )
    }

    // MARK: Accepting

    /// Writes the transition of an accepted status, and applies the decision to facts and entries.
    ///
    /// The order of the checks matters to the operator: first which fact is meant, then whether the
    /// status is allowed, then whether an amount is known. Until all pass, nothing is written.
    private mutating func accept(
        _ status: LatestTransactionStatus,
        of payment: Payment,
        isNew: Bool = false,
        facts events: [AttentionEvent],
        _ decision: OperatorDecision
    ) -> DecisionOutcome {
        let named = decision.callbackID.flatMap { view.callbacks[$0] }
        if let id = decision.callbackID, view.payment(named?.paymentID)?.id != payment.id {
            return .unknownCallback(id)
        }
        let chosen: AttentionEvent?
        switch choose(status, among: events, named, decision) {
        case .several(let facts): return .severalFacts(facts)
        case .one(let event): chosen = event
        case .none: chosen = nil
        }
        let amount = decision.amount ?? chosen?.fact?.amount
        guard let target = target(status, amount, of: payment) else {
            return .notAllowed(from: payment.status, to: status)
        }
        if amount == nil, status.movesMoney { return .amountRequired }
        var transition: Transition?
        if let target {
            var change = StatusChange(to: target, status, source: .operator)
            change.amount = amount ?? payment.expectedAmount
            change.decision = EntryResolution(by: decision.name, note: decision.note)
            let callback = chosen.flatMap { accepted(status, by: $0, decision) }
            if let callback { change.add(callback) }
            if isNew {
                _ = create(payment, by: change)
            } else {
                advance(payment, by: change)
            }
            transition = newestTransition
            if let callback { apply(callback, of: payment) }
        }
        let current = view.payment(payment.id) ?? payment
        mergeUnconfirmed(into: current)
        stand(status, amount, named?.content.fact, of: current, decision)
        return .done(transition)
    }

    /// The callback that the transition names: the event's, if it has the accepted status or the
    /// operator chose it.
    private func accepted(
        _ status: LatestTransactionStatus,
        by event: AttentionEvent,
        _ decision: OperatorDecision
    ) -> StoredCallback? {
        guard let id = event.callbackID,
            event.fact?.status == status || id == decision.callbackID
        else { return nil }
        return view.callbacks[id]
    }

    /// Records that a stored callback caused the newest transition of its payment.
    private mutating func apply(_ callback: StoredCallback, of payment: Payment) {
        var callback = callback
        callback.paymentID = payment.id
        callback.outcome = .applied
        callback.response = .successful
        callback.isWaiting = false
        callback.sequence = newestTransition?.sequence
        update(callback)
    }

    /// The fact that a decision refers to.
    private enum Choice {
        case none
        case one(AttentionEvent)
        case several([Fact])
    }

    /// Chooses the accepted fact: the only one, or the one that the amount or callback ID selects.
    ///
    /// Facts with the accepted status come first; only if there are none, those of another status
    /// count. Facts with different amounts need a choice by the operator, since a wrong amount
    /// would go into the feed as paid or refunded.
    ///
    /// - Parameter named: the callback of the payment that the operator named. An event has only
    ///   its newest callback, and an entry at most ten events, so its fact is its own.
    private func choose(
        _ status: LatestTransactionStatus,
        among events: [AttentionEvent],
        _ named: StoredCallback?,
        _ decision: OperatorDecision
    ) -> Choice {
        var candidates = events.filter { $0.fact != nil }
        let same = candidates.filter { $0.fact?.status == status }
        if !same.isEmpty { candidates = same }
        if let named {
            let isCandidate = named.content.fact.map { same.isEmpty || $0.status == status }
            candidates = isCandidate == true ? [event(of: named)] : []
        }
        let facts = candidates.compactMap(\.fact)
        let amounts = Set(facts.map(\.amount))
        if let amount = decision.amount {
            if amounts.count > 1, !amounts.contains(amount) { return .several(facts) }
            candidates = candidates.filter { $0.fact?.amount == amount }
        } else if amounts.count > 1, status.movesMoney {
            return .several(facts)
        }
        return candidates.last.map { .one($0) } ?? .none
    }

    /// The status that the accepted code leads to; `.some(nil)` when it is the current one already,
    /// nil when it is not allowed.
    ///
    /// An operator's decision counts like a query's report in the status table, with two
    /// exceptions. A success on success or refunded, and a cancellation or failure on success, are
    /// not allowed, because they would hide money that the gateway reported. If an operator wrote
    /// the current status, any code is allowed, so that a mistake can be undone; a success or
    /// refund is then written again if its amount differs, because the amount may be the mistake.
    private func target(
        _ status: LatestTransactionStatus,
        _ amount: Amount?,
        of payment: Payment
    ) -> TransactionStatus?? {
        let undone: TransactionStatus? =
            switch status {
            case .success: .success
            case .refunded: .refunded
            case .cancelled: .cancelled
            case .failed: .failed
            case .initiated, .paying, .pending, .notFound: nil
            }
        guard let undone else { return nil }
        // An operator's decision can be undone by another one.
        if payment.lastSource == .operator {
            let written = undone == .success ? payment.paidAmount : payment.refundedAmount
            let isOfSameAmount = !status.movesMoney || amount == nil || amount == written
            return .some(payment.status == undone && isOfSameAmount ? nil : undone)
        }
        switch (payment.status, status) {
        case (.success, .success), (.refunded, .success), (.success, .cancelled),
            (.success, .failed):
            return nil
        default: break
        }
        let decided = StatusTable.decide(
            from: payment.status,
            wasWritten: payment.wasWritten(status),
            StatusReport(status, source: .operator)
        )
        switch decided {
        case .apply(let target, _): return .some(target)
        case .replay: return .some(nil)
        case .ignore, .queryDecides, .queryAgain: return nil
        }
    }

    // MARK: Facts and entries after a decision

    /// Records which open facts of the payment are accepted, and closes what is resolved by that.
    ///
    /// A fact is accepted if status and amount are the accepted ones, or if the operator named a
    /// callback with it. An entry closes when all its facts stand. A waiting callback with an
    /// accepted fact stops waiting; if none is left, the status plans the next query.
    private mutating func stand(
        _ status: LatestTransactionStatus,
        _ amount: Amount?,
        _ named: Fact?,
        of payment: Payment,
        _ decision: OperatorDecision
    ) {
        let isAccepted = { (fact: Fact) in
            fact == named
                || fact.status == status && (fact.amount == amount || !status.movesMoney)
        }
        closeUnresolved(payment, by: decision.name, note: decision.note)
        for entry in view.openEntries(.payment(payment.id)) {
            for event in entry.events {
                guard let fact = event.fact, !stands(fact, payment) else { continue }
                if isAccepted(fact) { decide(.accepted, fact, of: payment, entry) }
            }
            let areStanding = entry.events.allSatisfy { event in
                event.fact.map { stands($0, payment) } ?? false
            }
            if areStanding, !entry.events.isEmpty {
                close(entry, EntryResolution(by: decision.name, note: decision.note))
            }
        }
        // Its fact may be in no open entry, or only counted in a full one.
        if let named, !stands(named, payment) { decide(.accepted, named, of: payment, nil) }
        for callback in view.waiting(payment.id) {
            guard let fact = callback.content.fact else { continue }
            if stands(fact, payment) || isAccepted(fact) { resolve(callback, payment) }
        }
        if view.waiting(payment.id).isEmpty { replan(payment) }
    }

    /// Stores a decision about a fact or a cause, in the entry that has it, if one does.
    private mutating func decide(
        _ verdict: DecidedFact.Decision,
        _ fact: Fact?,
        cause: String = "",
        of payment: Payment?,
        _ entry: AttentionEntry?
    ) {
        emit(
            .decideFact(
                DecidedFact(
                    paymentID: payment?.id,
                    decision: verdict,
                    fact: fact,
                    cause: cause,
                    entryID: entry?.id
                )
            )
        )
    }

    /// Closes an entry and dismisses its facts that do not stand.
    ///
    /// The response to a dismissed fact stays as it was; only entries about it are no longer
    /// opened. Events without fact and callback, such as an ended schedule, may raise an entry
    /// again.
    private mutating func dismiss(_ entry: AttentionEntry, _ decision: OperatorDecision) {
        close(entry, EntryResolution(by: decision.name, note: decision.note))
        guard entry.kind.isAboutFacts else { return }
        var payment: Payment?
        if case .payment(let id) = entry.subject { payment = view.payment(id) }
        for event in entry.events {
            // Such causes may occur again, and then need review again.
            if event.fact == nil, event.callbackID == nil { continue }
            // Of a fact that stands, only the cause with its marks is dismissed: a second payment
            // may have the same fact.
            let fact = event.fact.flatMap { stands($0, payment) ? nil : $0 }
            decide(.dismissed, fact, cause: fact == nil ? event.cause : "", of: payment, entry)
        }
        if let payment, payment.isOpen, view.inquiries[payment.id] == nil {
            // Without entry and inquiry, nothing would ever close an open payment.
            _ = resume([payment.id])
        }
    }
}
