package import Payments

/// What an operator decides about an entry or a payment.
package struct OperatorDecision: Sendable {
    package var note: String

    /// The name of the token.
    package var name: String

    /// The status that is accepted; nil resolves an entry without accepting anything.
    package var accept: LatestTransactionStatus?
    package var amount: Amount?

    /// The callback whose fact is accepted, where several are named.
    package var callbackID: KeptCallback.ID?

    package init(
        note: String,
        name: String,
        accept: LatestTransactionStatus? = nil,
        amount: Amount? = nil,
        callbackID: KeptCallback.ID? = nil
    ) {
        self.note = note
        self.name = name
        self.accept = accept
        self.amount = amount
        self.callbackID = callbackID
    }
}

/// What became of an operator's decision.
package enum DecisionOutcome: Equatable, Sendable {
    /// It is done, with a transition where the accepted status did not stand already.
    case done(Transition?)
    /// No entry has this number.
    case unknownEntry
    case alreadyResolved
    /// The status table has no way from the current status to the accepted one.
    case notAllowed(from: TransactionStatus?, to: LatestTransactionStatus)
    /// The entry is about no fact.
    case nothingToAccept
    /// The entry is about references that no transaction carries: they are accepted by reference.
    case unconfirmedPayment(partnerReferenceNo: Reference)
    /// The entry names facts of several amounts.
    case severalFacts([Fact])
    /// No fact tells the amount.
    case amountRequired
}

extension Ledger {
    /// Resolves an entry, and writes the status that the operator accepts, if one (contract section
    /// 4, "What an operator decides is a fact").
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

    /// Resolves many entries of one kind, never accepting anything.
    ///
    /// - Returns: how many were open.
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

    /// Writes a status for a payment that has no entry, or is not known yet.
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
                id: takePaymentID(),
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

    /// What open entries and waiting callbacks say of a payment.
    private func openEvents(of payment: Payment) -> [AttentionEvent] {
        let told = view.openEntries(.payment(payment.id)).flatMap(\.events)
        let waiting = view.waiting(payment.id).filter { callback in
            !told.contains { $0.fact == callback.content.fact }
        }
        return waiting.map { callback in
            AttentionEvent(
                cause: "",
                fact: callback.content.fact,
                callbackID: callback.id,
                text: "",
                atMilliseconds: callback.receivedMilliseconds
            )
        } + told
    }

    // MARK: Accepting

    private mutating func accept(
        _ status: LatestTransactionStatus,
        of payment: Payment,
        isNew: Bool = false,
        facts events: [AttentionEvent],
        _ decision: OperatorDecision
    ) -> DecisionOutcome {
        let chosen: AttentionEvent?
        switch choose(status, among: events, decision) {
        case .several(let facts): return .severalFacts(facts)
        case .one(let event): chosen = event
        case .none: chosen = nil
        }
        guard let target = target(status, of: payment) else {
            return .notAllowed(from: payment.status, to: status)
        }
        let amount = decision.amount ?? chosen?.fact?.amount
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
        stand(status, amount, of: current, decision)
        return .done(transition)
    }

    /// The callback that says what is accepted: one of another status does not, unless the operator
    /// names it.
    private func accepted(
        _ status: LatestTransactionStatus,
        by event: AttentionEvent,
        _ decision: OperatorDecision
    ) -> KeptCallback? {
        guard let id = event.callbackID,
            event.fact?.status == status || id == decision.callbackID
        else { return nil }
        return view.callbacks[id]
    }

    /// Notes that a kept callback has made the newest transition of its payment.
    private mutating func apply(_ callback: KeptCallback, of payment: Payment) {
        var callback = callback
        callback.paymentID = payment.id
        callback.outcome = .applied
        callback.answer = .successful
        callback.isWaiting = false
        callback.sequence = newestTransition?.sequence
        update(callback)
    }

    private enum Choice {
        case none
        case one(AttentionEvent)
        case several([Fact])
    }

    /// The fact that is accepted: the only one, or the one that amount or callback name.
    private func choose(
        _ status: LatestTransactionStatus,
        among events: [AttentionEvent],
        _ decision: OperatorDecision
    ) -> Choice {
        var candidates = events.filter { $0.fact != nil }
        let same = candidates.filter { $0.fact?.status == status }
        if !same.isEmpty { candidates = same }
        if let id = decision.callbackID {
            candidates = candidates.filter { $0.callbackID == id }
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

    /// The status that the accepted code leads to; `.some(nil)` when it stands already, nil when it
    /// is not allowed.
    private func target(
        _ status: LatestTransactionStatus,
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
        // An operator's own decision can be undone by any other.
        if payment.lastSource == .operator {
            return .some(payment.status == undone && undone != .success ? nil : undone)
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
        case .ignore, .queryDecides, .askAgain: return nil
        }
    }

    // MARK: What stands afterwards

    /// Notes which of the payment's open facts stand now, closes the entries all of whose facts do,
    /// and ends the waiting of what was accepted.
    private mutating func stand(
        _ status: LatestTransactionStatus,
        _ amount: Amount?,
        of payment: Payment,
        _ decision: OperatorDecision
    ) {
        let isAccepted = { (fact: Fact) in
            fact.status == status && (fact.amount == amount || !status.movesMoney)
        }
        closeUnresolved(payment, by: decision.name, note: decision.note)
        for entry in view.openEntries(.payment(payment.id)) {
            for event in entry.events {
                guard let fact = event.fact, !stands(fact, payment) else { continue }
                let isNamed = event.callbackID != nil && event.callbackID == decision.callbackID
                if isAccepted(fact) || isNamed { decide(.accepted, fact, of: payment, entry) }
            }
            let areStanding =
                entry.kind.isAboutFacts && !entry.events.isEmpty
                && entry.events.allSatisfy { event in
                    event.fact.map { stands($0, payment) } ?? false
                }
            if areStanding {
                close(entry, EntryResolution(by: decision.name, note: decision.note))
            }
        }
        for callback in view.waiting(payment.id) {
            guard let fact = callback.content.fact else { continue }
            let isNamed = callback.id == decision.callbackID
            if stands(fact, payment) || isAccepted(fact) || isNamed {
                resolve(callback, payment)
            }
        }
        if view.waiting(payment.id).isEmpty { replan(payment) }
    }

    private mutating func decide(
        _ verdict: DecidedFact.Decision,
        _ fact: Fact?,
        cause: String = "",
        of payment: Payment?,
        _ entry: AttentionEntry
    ) {
        emit(
            .decideFact(
                DecidedFact(
                    paymentID: payment?.id,
                    decision: verdict,
                    fact: fact,
                    cause: cause,
                    entryID: entry.id
                )
            )
        )
    }

    /// Closes an entry; those of its facts that do not stand are dismissed.
    private mutating func dismiss(_ entry: AttentionEntry, _ decision: OperatorDecision) {
        close(entry, EntryResolution(by: decision.name, note: decision.note))
        guard entry.kind.isAboutFacts else { return }
        var payment: Payment?
        if case .payment(let id) = entry.subject { payment = view.payment(id) }
        for event in entry.events {
            // What the schedule or the gateway's silence caused may happen again.
            if event.fact == nil, event.callbackID == nil { continue }
            // A fact that stands is dismissed with its marks: another payment may say it again.
            let fact = event.fact.flatMap { stands($0, payment) ? nil : $0 }
            decide(.dismissed, fact, cause: fact == nil ? event.cause : "", of: payment, entry)
        }
        if let payment, payment.isOpen, view.inquiries[payment.id] == nil {
            // An open payment without entry or inquiry would be followed by nothing.
            _ = resume([payment.id])
        }
    }
}
