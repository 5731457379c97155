import Payments

extension Ledger {
    /// Unusable answers in a row after which an attention entry is raised.
    private static let unusableMax: Int64 = 3

    /// Plans the next query of the schedule that asked, or ends it; returns when it is due.
    mutating func continueInquiry(_ answer: AnswerInProgress) -> Int64? {
        let ids = [answer.home, answer.paymentID].compactMap(\.self)
        guard let id = ids.first(where: { view.inquiries[$0] != nil }),
            let inquiry = view.inquiries[id]
        else { return nil }
        // Asked out of turn: the step that is planned is still owed.
        let isEarly = inquiry.nextMilliseconds > now && inquiry.plannedMilliseconds <= now
        let plan = InquiryPlan(context)
        switch answer.outcome {
        case .unavailable, .unauthorized:
            if isEarly { return inquiry.nextMilliseconds }
            if let retried = plan.retried(inquiry) { return schedule(retried) }
            return takeStep(inquiry, answer)
        case .refused(_, let detail), .unreadable(let detail):
            let counted = countUnusable(inquiry, detail)
            if isEarly { return schedule(counted) }
            // What waits may have come after it was asked.
            let isLate = answer.wasAwaited && !answer.isCurrent
            return isLate ? schedule(plan.repeated(counted)) : takeStep(counted, answer)
        case .found, .notFound: break
        }
        if answer.isOutdated {
            return isEarly ? inquiry.nextMilliseconds : schedule(plan.repeated(inquiry))
        }
        return continueUsable(inquiry, answer, isEarly: isEarly)
    }

    private mutating func schedule(_ inquiry: StatusInquiry) -> Int64 {
        emit(.scheduleInquiry(inquiry))
        return inquiry.nextMilliseconds
    }

    /// The gateway has given an answer that counts.
    private mutating func continueUsable(
        _ inquiry: StatusInquiry,
        _ answer: AnswerInProgress,
        isEarly: Bool
    ) -> Int64? {
        var usable = inquiry
        usable.failingSinceMilliseconds = nil
        usable.failureCount = 0
        if usable.unusableCount > 0 {
            usable.unusableCount = 0
            closeUnusable(inquiry.paymentID)
        }
        let plan = InquiryPlan(context)
        let payment = view.payment(answer.paymentID)
        let isAwaited = [answer.paymentID, answer.home].compactMap(\.self)
            .contains { !view.waiting($0).isEmpty }
        if let payment, !isAwaited, answer.wasAwaited || answer.sequence != nil {
            // What waited has its answer: what is asked next is what the status asks.
            if inquiry.paymentID != payment.id { emit(.endInquiry(inquiry.paymentID)) }
            if answer.wasAwaited || view.inquiries[payment.id] == nil { replan(payment) }
            return view.inquiries[payment.id]?.nextMilliseconds
        }
        if isAwaited, !answer.isCurrent {
            // What waits may have come after it was asked.
            return isEarly ? inquiry.nextMilliseconds : schedule(plan.repeated(usable))
        }
        if isEarly { return usable == inquiry ? inquiry.nextMilliseconds : schedule(usable) }
        return takeStep(usable, answer)
    }

    /// Counts an answer that cannot be used; the third in a row raises an entry.
    private mutating func countUnusable(
        _ inquiry: StatusInquiry,
        _ detail: String
    ) -> StatusInquiry {
        var counted = inquiry
        counted.unusableCount += 1
        guard counted.unusableCount >= Self.unusableMax,
            let payment = view.payment(inquiry.paymentID)
        else { return counted }
        raise(
            .unresolvedPayment,
            about: payment,
            cause: Self.unusableCause,
            "the gateway's last \(counted.unusableCount) answers were of no use: \(detail)"
        )
        return counted
    }

    private static let unusableCause = "unusable answers"

    /// Closes what was told about unusable answers alone.
    private mutating func closeUnusable(_ id: Payment.ID) {
        for entry in view.openEntries(.payment(id)) where entry.kind == .unresolvedPayment {
            guard entry.events.allSatisfy({ $0.cause == Self.unusableCause }) else { continue }
            close(entry, EntryResolution(by: "query", note: "the gateway's answers can be read"))
        }
    }

    /// Uses up the present step.
    private mutating func takeStep(
        _ inquiry: StatusInquiry,
        _ answer: AnswerInProgress
    ) -> Int64? {
        let id = inquiry.paymentID
        let payment = view.payments[id]
        let waiting = view.waiting(id)
        let plan = InquiryPlan(context)
        let generation = view.generations[id]
        let next = plan.next(after: inquiry, payment, generation, isAwaited: !waiting.isEmpty)
        if let next { return schedule(next) }
        if let payment, payment.status == .pending, !waiting.isEmpty,
            let planned = plan.inquiry(about: payment, generation, inquiry)
        {
            // The schedule of the callback is over, that of its payment is not.
            holdWaiting(payment, Self.scheduleCause, Self.scheduleText)
            return schedule(planned)
        }
        emit(.endInquiry(id))
        if let payment { holdOpen(payment, cause: Self.scheduleCause, Self.scheduleText) }
        return nil
    }

    private static let scheduleCause = "schedule ended"
    private static let scheduleText =
        "the gateway was asked as often as reconcile.scheduleSeconds says, and has not resolved it"

    // MARK: Abandoned codes

    /// Notes that the gateway says a payment is not paid, and closes a code that was never paid
    /// (contract section 4, "Abandoned codes").
    mutating func noteUnpaid(
        _ status: LatestTransactionStatus,
        _ answer: inout AnswerInProgress
    ) {
        guard let stored = view.payment(answer.paymentID), stored.isOpen else { return }
        var payment = stored
        let generation = view.generations[payment.id]
        if status == .notFound, !isCredible(payment, generation) { return }
        let plan = InquiryPlan(context)
        guard now >= plan.end(of: payment, generation) else { return }
        payment.unpaidAnswers += 1
        emit(.updatePayment(Shared(payment)))
        guard let expiry = plan.expiry(of: payment, generation), now >= expiry,
            payment.unpaidAnswers >= InquiryPlan.unpaidAnswersMin,
            view.openEntries(.payment(payment.id)).isEmpty,
            !view.waiting(payment.id).contains(where: { callback in
                callback.content.fact?.status.movesMoney ?? false
            })
        else { return }
        var change = StatusChange(to: .cancelled, status, source: .expiry)
        change.amount = payment.expectedAmount
        answer.sequence = advance(payment, by: change)
    }

    /// Whether "not found" says something about the payment, rather than about our configuration:
    /// the gateway has known a payment of ours within a day.
    private mutating func isCredible(_ payment: Payment, _ generation: Generation?) -> Bool {
        let own = view.openEntries(.payment(payment.id)).filter { $0.kind == .ownPaymentUnknown }
        if view.knowledge.isKnown(at: now) {
            let note = "the gateway knows other payments of ours"
            for entry in own { close(entry, EntryResolution(by: "query", note: note)) }
            return true
        }
        guard generation?.state == .accepted || generation?.state == .codeLost else { return false }
        if own.isEmpty {
            raise(
                .ownPaymentUnknown,
                about: payment,
                cause: "not found",
                "the gateway generated this payment for us and says that it does not know it, nor "
                    + "has it known any other of ours in 24 hours: cashIn.merchantId or "
                    + "cashIn.baseURL may belong to another account or environment"
            )
        }
        return false
    }
}
