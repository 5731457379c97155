import Payments

extension Ledger {
    /// Moves a payment to another status, confirming it where it was not, and returns the
    /// transition's sequence number.
    @discardableResult
    mutating func advance(_ stored: Payment, by change: StatusChange) -> Int64 {
        var payment = stored
        payment.referenceNo = payment.referenceNo ?? change.referenceNo
        let sequence = record(change, of: &payment)
        update(payment)
        followUp(payment)
        return sequence
    }

    /// Makes a payment with its first transition, and returns that one's sequence number.
    ///
    /// - Parameter payment: a new one, without a status.
    mutating func create(_ payment: consuming Payment, by change: StatusChange) -> Int64 {
        // The transition names the payment, so the payment comes first; its state is the one after.
        let transition = makeTransition(change, of: payment)
        write(transition, change, into: &payment)
        // Paid and not asked about again: the usual one, which has nothing to follow up.
        let isDone = payment.status == .success && policy.schedule.recheckSuccessSeconds.isEmpty
        emit(.createPayment(Shared(payment)))
        emit(.appendTransition(transition))
        if !isDone, let created = view.payments[transition.paymentID] { followUp(created) }
        return transition.sequence
    }

    /// Appends the transition and notes it in the payment.
    private mutating func record(_ change: StatusChange, of payment: inout Payment) -> Int64 {
        let transition = makeTransition(change, of: payment)
        emit(.appendTransition(transition))
        write(transition, change, into: &payment)
        return transition.sequence
    }

    private func makeTransition(_ change: StatusChange, of payment: Payment) -> Transition {
        Transition(
            sequence: view.numbers.head + 1,
            paymentID: payment.id,
            partnerReferenceNo: payment.partnerReferenceNo,
            referenceNo: payment.referenceNo,
            from: payment.status,
            to: change.to,
            latestStatus: change.latestStatus,
            amount: change.amount,
            source: change.source,
            externalID: change.externalID,
            callbackID: change.callbackID,
            paidAt: change.to == .success ? change.marks.time : nil,
            recordedMilliseconds: now,
            previousSequence: payment.lastSequence == 0 ? nil : payment.lastSequence,
            decision: change.decision
        )
    }

    private func write(
        _ transition: Transition,
        _ change: StatusChange,
        into payment: inout Payment
    ) {
        payment.feedState.add(
            transition.sequence,
            to: transition.to,
            amount: transition.amount
        )
        if transition.to == .success { payment.paid = change.marks }
        payment.latestStatus = transition.latestStatus
        payment.lastSource = transition.source
        payment.updatedMilliseconds = transition.recordedMilliseconds
        payment.expectedAmount = payment.expectedAmount ?? transition.amount
        // Answers since the validity count whatever code they gave; of a payment that was not
        // generated here the validity itself begins again.
        if transition.to != .pending || view.generations[payment.id] == nil {
            payment.unpaidAnswers = 0
        }
        // The gateway never said that a payment expired: only what it said stands.
        if transition.source != .expiry {
            let fact = WrittenFact(status: transition.latestStatus, amount: transition.amount)
            if !payment.written.contains(fact) { payment.written.append(fact) }
        }
    }

    /// Remembers the order of references that a callback of a generated payment has proved.
    mutating func learnOrder(_ order: ReferenceOrder, provenBy payment: Payment) {
        guard payment.origin == .generate, payment.isCorroborated else { return }
        learn { $0.provenOrder = order }
    }

    /// The order of a pair's references where no transaction tells.
    var assumedOrder: ReferenceOrder {
        policy.referenceRoles.order ?? view.knowledge.provenOrder ?? .cashIn
    }

    /// Makes a place for what is said about references that nothing has confirmed yet.
    ///
    /// - Parameter references: one or two, in the order received.
    mutating func makeUnconfirmed(_ references: [Reference]) -> Payment? {
        guard let first = references.first else { return nil }
        var merchant = first
        var gateway: Reference?
        if references.count == 2 {
            let pair = ReferencePair(
                originalPartnerReferenceNo: first,
                originalReferenceNo: references[1]
            )
            merchant = assumedOrder.merchant(of: pair)
            gateway = assumedOrder.gateway(of: pair)
        }
        var payment = Payment(
            id: takePaymentID(),
            partnerReferenceNo: merchant,
            referenceNo: gateway,
            status: nil,
            origin: .notify,
            atMilliseconds: now
        )
        payment.roles = policy.referenceRoles == .auto ? .assumed : .known
        emit(.createPayment(Shared(payment)))
        return payment
    }

    /// Hands what waits under unconfirmed references to the payment that they turned out to be.
    mutating func mergeUnconfirmed(into payment: Payment) {
        for other in view.unconfirmed(belongingTo: payment) {
            moveWaiting(from: other, to: payment)
            for entry in view.openEntries(.payment(other.id)) { move(entry, to: payment) }
            emit(.moveDecidedFacts(from: other.id, to: payment.id))
            var merged = other
            merged.mergedInto = payment.id
            update(merged)
        }
    }

    /// Hands the waiting callbacks of unconfirmed references to a payment, with the inquiry that
    /// asks about them.
    private mutating func moveWaiting(from other: Payment, to payment: Payment) {
        let wasAwaited = !view.waiting(payment.id).isEmpty
        let moved = view.waiting(other.id)
        for var callback in moved {
            callback.paymentID = payment.id
            emit(.updateCallback(Shared(callback)))
        }
        // Of several callbacks with one fact only the first waits.
        var facts: Set<Fact> = []
        for var callback in view.waiting(payment.id) {
            guard let fact = callback.content.fact, !facts.insert(fact).inserted else { continue }
            callback.isWaiting = false
            emit(.updateCallback(Shared(callback)))
        }
        guard var inquiry = view.inquiries[other.id] else { return }
        emit(.endInquiry(other.id))
        let isLater =
            view.inquiries[payment.id].map { inquiry.nextMilliseconds >= $0.nextMilliseconds }
            ?? false
        if moved.isEmpty || wasAwaited && isLater { return }
        inquiry.paymentID = payment.id
        emit(.scheduleInquiry(inquiry))
    }

    /// A status that was accepted or answered closes what asked for a person, once it is final.
    ///
    /// - Parameter note: what the resolution says; nil tells the status.
    mutating func closeUnresolved(_ payment: Payment, by name: String, note: String? = nil) {
        guard let status = payment.status, status.isFinal else { return }
        let note = note ?? "the payment is \(status.word)"
        for entry in view.openEntries(.payment(payment.id)) where entry.kind == .unresolvedPayment {
            close(entry, EntryResolution(by: name, note: note))
        }
    }
}
