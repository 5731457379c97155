import Payments

extension Ledger {
    // MARK: What a callback asks

    /// Callbacks of one payment that wait at the same time; more are held by the attention list
    /// alone. Each has a fact of its own.
    static let waitingMax = 100

    /// Whether a callback that a query decides about has to wait for it itself: of several with one
    /// fact only the first does.
    func startsWaiting(_ callback: KeptCallback) -> Bool {
        guard let id = callback.paymentID, let fact = callback.content.fact else { return false }
        let waiting = view.waiting(id)
        return waiting.count < Self.waitingMax
            && !waiting.contains { $0.content.fact == fact }
            && !isDismissed(callback)
    }

    /// Has the gateway asked, at once, about a callback that cannot decide alone; false when there
    /// is nothing to ask, or no schedule to ask by.
    mutating func ask(about callback: KeptCallback) -> Bool {
        guard let payment = view.payment(callback.paymentID) else { return false }
        if isAskedAlready(callback, payment) { return true }
        guard view.waiting(payment.id).count < Self.waitingMax else { return false }
        return start(
            StatusInquiry(
                paymentID: payment.id,
                phase: .scheduled,
                baseMilliseconds: now,
                step: 0,
                nextMilliseconds: now,
                plannedMilliseconds: now
            )
        )
    }

    /// Whether the running schedule, or an open entry, is about what the callback says already.
    private func isAskedAlready(_ callback: KeptCallback, _ payment: Payment) -> Bool {
        if isDismissed(callback) { return true }
        guard let fact = callback.content.fact else {
            let cause = callback.content.failureCause
            return view.openEntries(.payment(payment.id)).contains { entry in
                entry.events.contains { $0.fact == nil && $0.cause == cause }
            }
        }
        return view.inquiries[payment.id] != nil
            && view.waiting(payment.id).contains { $0.content.fact == fact }
    }

    /// Whether an operator has resolved an entry about the same fact or cause.
    private func isDismissed(_ callback: KeptCallback) -> Bool {
        view.decisions(of: callback.paymentID).contains { decided in
            guard decided.decision == .dismissed else { return false }
            if let fact = callback.content.fact { return decided.fact == fact }
            return decided.fact == nil && decided.cause == callback.content.failureCause
        }
    }

    /// Starts an inquiry whose step has a time; false when its schedule has no such step.
    private mutating func start(_ inquiry: StatusInquiry) -> Bool {
        guard let planned = InquiryPlan(context).timed(inquiry) else { return false }
        emit(.scheduleInquiry(planned))
        return true
    }

    // MARK: What a status asks

    /// Plans when the gateway is asked next about a payment whose status has just changed.
    ///
    /// An inquiry that a callback waits for stays as it is: its answer comes first.
    mutating func followUp(_ payment: Payment) {
        // What an operator's decision closes is closed in the operator's name.
        if let source = payment.lastSource, source != .operator {
            closeUnresolved(payment, by: source.word)
            releaseStanding(payment)
        }
        if !view.waiting(payment.id).isEmpty, view.inquiries[payment.id] != nil { return }
        replan(payment)
    }

    /// Ends the wait of the callbacks whose fact stands now, and closes the entries that are about
    /// nothing else.
    private mutating func releaseStanding(_ payment: Payment) {
        guard let status = payment.latestStatus else { return }
        var released: [Fact] = []
        for var callback in view.waiting(payment.id) {
            guard let fact = callback.content.fact, payment.stands(fact) else { continue }
            callback.isWaiting = false
            emit(.updateCallback(Shared(callback)))
            released.append(fact)
        }
        if released.isEmpty { return }
        let speaker = payment.lastSource == .query ? "the gateway says" : "the payment is"
        let resolution = EntryResolution(
            by: payment.lastSource?.word ?? "",
            note: "\(speaker) \(status.code)"
        )
        for entry in view.openEntries(.payment(payment.id)) where entry.kind.isClosed(by: status) {
            let facts = entry.events.map(\.fact)
            guard facts.contains(where: { $0.map { released.contains($0) } ?? false }),
                facts.allSatisfy({ $0.map { payment.stands($0) } ?? false })
            else { continue }
            close(entry, resolution)
        }
    }

    /// Plans the inquiry that the payment's status asks for, in place of the present one.
    mutating func replan(_ payment: Payment) {
        let existing = view.inquiries[payment.id]
        // Of payments made elsewhere nothing is planned while no query is sent: that list would
        // only grow. Our own are asked about as soon as queries are sent again.
        let isAsked = policy.canQuery || payment.origin == .generate
        let plan = InquiryPlan(context)
        let generation = view.generations[payment.id]
        if isAsked, let planned = plan.inquiry(about: payment, generation, existing) {
            emit(.scheduleInquiry(planned))
        } else if isAsked, payment.status == .pending {
            emit(.scheduleInquiry(plan.deadline(of: payment, generation)))
        } else if existing != nil {
            emit(.endInquiry(payment.id))
        }
    }

    // MARK: The passing of time

    /// Gives open payments and held callbacks whose schedule has ended one new query each: the
    /// gateway answers again, outbound was configured, or an operator asks.
    ///
    /// - Returns: how many got one.
    package mutating func resume(_ ids: [Payment.ID]) -> Int {
        var count = 0
        for id in ids {
            guard let payment = view.payments[id], payment.mergedInto == nil,
                view.inquiries[id] == nil,
                isFollowed(payment) || !view.waiting(id).isEmpty
            else { continue }
            emit(.scheduleInquiry(InquiryPlan(context).single(about: id)))
            count += 1
        }
        return count
    }

    /// Whether an open payment is one to ask the gateway about: it may have it.
    func isFollowed(_ payment: Payment) -> Bool {
        guard payment.isOpen else { return false }
        guard payment.status == .created, let generation = view.generations[payment.id] else {
            return payment.status == .pending
        }
        return generation.state == .unknown
    }

    /// Ends inquiries that are due and cannot be sent: the attention list holds what they were
    /// about.
    package mutating func hold(_ ids: [Payment.ID], reason: String) {
        for id in ids {
            guard let payment = view.payments[id], var inquiry = view.inquiries[id] else {
                continue
            }
            if inquiry.phase == .whileOpen, payment.isOpen {
                // The code can still be paid; the callback may come.
                inquiry.step += 1
                if let planned = InquiryPlan(context).inquiry(
                    about: payment,
                    view.generations[id],
                    inquiry
                ) {
                    emit(.scheduleInquiry(planned))
                    continue
                }
            }
            emit(.endInquiry(id))
            if view.waiting(id).isEmpty || inquiry.phase == .deadline {
                holdOpen(payment, cause: "not asked", reason)
            } else {
                holdWaiting(payment, "not asked", reason)
                if payment.origin == .generate { replan(payment) }
            }
        }
    }

    /// The attention list holds a payment that is open, and callbacks that wait, when no query is
    /// planned any more. Each needs its own entry: what closes the payment may not be what they
    /// say.
    mutating func holdOpen(_ payment: Payment, cause: String, _ reason: String) {
        if payment.isOpen { raise(.unresolvedPayment, about: payment, cause: cause, reason) }
        holdWaiting(payment, cause, reason)
    }

    /// The attention list holds the callbacks that wait, where it does not yet.
    mutating func holdWaiting(_ payment: Payment, _ cause: String, _ reason: String) {
        let held = view.openEntries(.payment(payment.id)).flatMap(\.events).compactMap(\.fact)
        for callback in view.waiting(payment.id) {
            guard let fact = callback.content.fact, !held.contains(fact) else { continue }
            raise(
                .unconfirmedCallback,
                about: payment,
                cause: cause,
                fact: fact,
                callbackID: callback.id,
                reason
            )
        }
    }
}
