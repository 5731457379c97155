package import Payments

extension Ledger {
    // MARK: Inquiries about callbacks

    /// Callbacks of one payment that may wait at the same time, each with another fact.
    ///
    /// The bound limits the work of one report; further callbacks only go on the attention list.
    static let waitingMax = 100

    /// Whether a callback that needs a query becomes the waiting one of its fact.
    ///
    /// Of several callbacks with one fact only the first waits. A dismissed one does not wait: an
    /// operator has decided about it.
    func startsWaiting(_ callback: StoredCallback) -> Bool {
        guard let id = callback.paymentID, let fact = callback.content.fact else { return false }
        let waiting = view.waiting(id)
        return waiting.count < Self.waitingMax
            && !waiting.contains { $0.content.fact == fact }
            && !isDismissed(callback)
    }

    /// Plans a query, due at once, about a callback that needs one.
    ///
    /// - Returns: whether a query decides: a new one, or one that is already planned. False when no
    ///   reference is readable, too many callbacks wait, or `scheduleSeconds` is empty.
    mutating func planQuery(about callback: StoredCallback) -> Bool {
        guard let payment = view.payment(callback.paymentID) else { return false }
        if isCovered(callback, payment) { return true }
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

    /// Whether an inquiry, an open entry or a dismissal already covers the callback.
    ///
    /// Then the schedule is not restarted: retries of one callback would otherwise keep it at its
    /// first steps, and the gateway would be queried without end (article Statuses).
    private func isCovered(_ callback: StoredCallback, _ payment: Payment) -> Bool {
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
    private func isDismissed(_ callback: StoredCallback) -> Bool {
        view.decisions(of: callback.paymentID).contains { decided in
            guard decided.decision == .dismissed else { return false }
            if let fact = callback.content.fact { return decided.fact == fact }
            return decided.fact == nil && decided.cause == callback.content.failureCause
        }
    }

    /// Schedules an inquiry; false when its phase has no such step.
    private mutating func start(_ inquiry: StatusInquiry) -> Bool {
        guard let planned = InquiryPlan(context).timed(inquiry) else { return false }
        emit(.scheduleInquiry(planned))
        return true
    }

    // MARK: Inquiries by status

    /// Closes what a new status resolves, and plans the next query about the payment.
    ///
    /// An inquiry that a callback waits for stays as it is, because its report is needed first.
    mutating func followUp(_ payment: Payment) {
        // After an operator's decision, `stand` closes the entries under the operator's name.
        if let source = payment.lastSource, source != .operator {
            closeUnresolved(payment, by: source.word)
            releaseStanding(payment)
        }
        if !view.waiting(payment.id).isEmpty, view.inquiries[payment.id] != nil { return }
        replan(payment)
    }

    /// Ends the wait of the callbacks whose fact stands now, and closes entries about such facts.
    ///
    /// An entry stays open if one of its events has no fact or a fact that does not stand.
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
        let speaker = payment.lastSource == .query ? "the gateway reports" : "the payment is"
        let resolution = EntryResolution(
            by: payment.lastSource?.word ?? "",
            note: "\(speaker) \(status.code)"
        )
        for entry in view.openEntries(.payment(payment.id)) where entry.kind.isClosed(by: status) {
            let facts = entry.events.compactMap(\.fact)
            guard facts.contains(where: { released.contains($0) }),
                facts.count == entry.events.count,
                facts.allSatisfy({ payment.stands($0) })
            else { continue }
            close(entry, resolution)
        }
    }

    /// Replaces the payment's inquiry by the one that its status requires.
    ///
    /// A pending payment without a step gets a deadline instead, so that it reaches the attention
    /// list. Any other payment without a step loses its inquiry.
    ///
    /// - Parameter ended: the inquiry that has just ended, if one has: its steps already taken are
    ///   not planned again.
    mutating func replan(_ payment: Payment, after ended: StatusInquiry? = nil) {
        correctStart(of: payment.id)
        let payment = view.payments[payment.id] ?? payment
        let existing = view.inquiries[payment.id] ?? ended
        // A receive-only receiver follows only what it generated before. With `reconcile.enabled:
        // false` everything is followed: an inquiry that is due and not sent is held.
        let isQueryPlanned = policy.isOutbound || payment.origin == .generate
        let plan = InquiryPlan(context)
        let generation = view.generations[payment.id]
        if isQueryPlanned, let planned = plan.inquiry(about: payment, generation, existing) {
            emit(.scheduleInquiry(planned))
        } else if isQueryPlanned, payment.status == .pending {
            emit(.scheduleInquiry(plan.deadline(of: payment, generation)))
        } else if view.inquiries[payment.id] != nil {
            emit(.endInquiry(payment.id))
        }
    }

    /// Replaces the points in time that an open payment's schedule counts from by the present, if
    /// they lie in the future.
    ///
    /// The clock was set back since they were stored. Without the correction, a schedule that
    /// counts from them would wait for the wrong time, or begin again at each step.
    mutating func correctStart(of id: Payment.ID) {
        guard var payment = view.payments[id], payment.isOpen else { return }
        let latest = now + StatusInquiry.clockToleranceMilliseconds
        if let generation = view.generations[id], generation.startedMilliseconds > latest {
            emit(.moveGenerationStart(id, toMilliseconds: now))
        }
        if payment.updatedMilliseconds > latest {
            payment.updatedMilliseconds = now
            emit(.updatePayment(Shared(payment)))
        }
    }

    // MARK: Due and ended schedules

    /// Plans one query for each open payment, and each with waiting callbacks, without an inquiry.
    ///
    /// Called when the gateway responds again, when outbound becomes configured, and on an
    /// operator's order: the schedules may have ended while no response was possible.
    ///
    /// - Returns: the number of planned queries.
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

    /// Whether the gateway may have an open payment, so that a query makes sense.
    ///
    /// A `created` payment qualifies only if its generate result is unknown: otherwise its call is
    /// still under way, or the gateway rejected it.
    func isFollowed(_ payment: Payment) -> Bool {
        guard payment.isOpen else { return false }
        guard payment.status == .created, let generation = view.generations[payment.id] else {
            return payment.status == .pending
        }
        return generation.state == .unknown
    }

    /// Ends inquiries that are due and cannot be sent; their payments go on the attention list.
    ///
    /// During the validity of a code the next step is planned instead: its callback may still
    /// arrive, and an entry for every unpaid code would hide the entries that matter.
    package mutating func endUnsentInquiries(_ ids: [Payment.ID], reason: String) {
        for id in ids {
            correctStart(of: id)
            guard let payment = view.payments[id], var inquiry = view.inquiries[id] else {
                continue
            }
            if inquiry.phase == .whileOpen, payment.isOpen {
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
                raiseOpenPayment(payment, cause: "not asked", reason)
            } else {
                raiseWaitingCallbacks(payment, "not asked", reason)
                // Jitter may have brought the step forward: it is not planned again.
                if !inquiry.isExpiryCheck { inquiry.step += 1 }
                replan(payment, after: inquiry)
            }
        }
    }

    /// Raises entries for an open payment and for its waiting callbacks.
    ///
    /// They are separate entries, because the status that closes the payment's entry need not be
    /// the one that a callback reports.
    mutating func raiseOpenPayment(_ payment: Payment, cause: String, _ reason: String) {
        if payment.isOpen { raise(.unresolvedPayment, about: payment, cause: cause, reason) }
        raiseWaitingCallbacks(payment, cause, reason)
    }

    /// Raises an entry for each waiting callback whose fact is in no open entry.
    mutating func raiseWaitingCallbacks(_ payment: Payment, _ cause: String, _ reason: String) {
        let openFacts = view.openEntries(.payment(payment.id)).flatMap(\.events).compactMap(\.fact)
        for callback in view.waiting(payment.id) {
            guard let fact = callback.content.fact, !openFacts.contains(fact) else { continue }
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
