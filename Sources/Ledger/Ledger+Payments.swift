import Payments

extension Ledger {
    /// Appends a transition to a stored payment and returns its sequence number.
    ///
    /// The transition confirms an unconfirmed payment. A known gateway reference is never replaced
    /// (article Statuses).
    @discardableResult
    mutating func advance(_ stored: Payment, by change: StatusChange) -> Int64 {
        var payment = stored
        payment.referenceNo = payment.referenceNo ?? change.referenceNo
        let sequence = record(change, of: &payment)
        update(payment)
        followUp(payment)
        return sequence
    }

    /// Creates a payment with its first transition and returns the sequence number of that.
    ///
    /// - Parameter payment: a new payment without a status.
    mutating func create(_ payment: consuming Payment, by change: StatusChange) -> Int64 {
        // The payment is emitted first, because the transition refers to it, and with its new
        // state.
        let transition = makeTransition(change, of: payment)
        write(transition, change, into: &payment)
        // Fast path: a new success without recheck has neither entries nor inquiries to follow up.
        let isDone = payment.status == .success && policy.schedule.recheckSuccessSeconds.isEmpty
        emit(.createPayment(Shared(payment)))
        emit(.appendTransition(transition))
        if !isDone, let created = view.payments[transition.paymentID] { followUp(created) }
        return transition.sequence
    }

    /// Appends a transition and updates the payment's columns that derive from it.
    private mutating func record(_ change: StatusChange, of payment: inout Payment) -> Int64 {
        let transition = makeTransition(change, of: payment)
        emit(.appendTransition(transition))
        write(transition, change, into: &payment)
        return transition.sequence
    }

    /// The next transition of the feed: the head plus one, so that the numbers stay dense.
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

    /// Updates the columns of a payment that its newest transition determines.
    ///
    /// The first amount becomes the expected one, against which later callbacks are compared.
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
        // A generated code has a fixed validity, so a change among pending codes does not reset the
        // count. The validity of any other payment starts again with each transition.
        if transition.to != .pending || view.generations[payment.id] == nil {
            payment.unpaidReports = 0
        }
        // Expiry is the receiver's conclusion; only what the gateway or an operator said stands.
        if transition.source != .expiry {
            let fact = WrittenFact(status: transition.latestStatus, amount: transition.amount)
            if !payment.written.contains(fact) { payment.written.append(fact) }
        }
    }

    /// Records the order of references in a callback of a corroborated payment generated here.
    ///
    /// Only there is the merchant's reference certain; other payments may rest on a guess.
    mutating func recordReferenceOrder(_ order: ReferenceOrder, corroboratedBy payment: Payment) {
        guard payment.origin == .generate, payment.isCorroborated else { return }
        updateKnowledge { $0.corroboratedOrder = order }
    }

    /// The assumed order of a pair that no transaction carries: the configured one, else the last
    /// corroborated one, else that of Cash In's documentation.
    var assumedOrder: ReferenceOrder {
        policy.referenceRoles.order ?? view.knowledge.corroboratedOrder ?? .cashIn
    }

    /// Creates an unconfirmed payment, which groups callbacks, entries and an inquiry.
    ///
    /// It has no status and is not in the feed, and it reserves no reference: a forged or
    /// misdirected callback must not prevent the merchant from using one.
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
            id: assignPaymentID(),
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

    /// Moves everything under unconfirmed references to the payment that they belong to.
    ///
    /// A payment must have one inquiry and one open entry of a kind, whatever references were known
    /// when its callbacks arrived.
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

    /// Moves the waiting callbacks of unconfirmed references to a payment, with their inquiry.
    ///
    /// The payment keeps its own inquiry only if a callback already waits for it and it is due no
    /// later: the earlier query resolves all of them.
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

    /// Closes the `unresolved-payment` entries of a payment that has reached a final status.
    ///
    /// - Parameter note: the note of the resolution; nil for a note that names the status.
    mutating func closeUnresolved(_ payment: Payment, by name: String, note: String? = nil) {
        guard let status = payment.status, status.isFinal else { return }
        let note = note ?? "the payment is \(status.word)"
        for entry in view.openEntries(.payment(payment.id)) where entry.kind == .unresolvedPayment {
            close(entry, EntryResolution(by: name, note: note))
        }
    }
}
