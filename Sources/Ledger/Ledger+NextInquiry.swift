import Payments

extension Ledger {
    /// Consecutive unusable responses after which an entry is raised (article Statuses).
    private static let unusableMax: Int64 = 3

    /// Plans the next query of the inquiry, or ends the inquiry; returns when the query is due.
    ///
    /// The result decides whether the step is used up:
    /// - No response, or rejected credentials: the step is repeated after a pause, for 24 h at
    ///   most. It says nothing about this payment.
    /// - A rejection or an unreadable response: the step is used up, so that one reference that the
    ///   gateway cannot handle goes behind the others.
    /// - An outdated report: the step is repeated, because newer information needs a newer report.
    ///
    /// A query that was sent before it was due, such as by an operator's order, uses up no step.
    mutating func continueInquiry(_ result: QueryResultInProgress) -> Int64? {
        let ids = [result.home, result.paymentID].compactMap(\.self)
        guard let id = ids.first(where: { view.inquiries[$0] != nil }),
            let inquiry = view.inquiries[id]
        else { return nil }
        let isEarly = !inquiry.isDue(at: now)
        let plan = InquiryPlan(context)
        switch result.outcome {
        case .unavailable, .unauthorized:
            if isEarly { return inquiry.nextMilliseconds }
            if let retried = plan.retried(inquiry) { return schedule(retried) }
            return useUpStep(inquiry, result)
        case .refused(_, let detail), .unreadable(let detail):
            let counted = countUnusable(inquiry, detail)
            if isEarly { return schedule(counted) }
            // Callbacks may have started to wait after the query was sent.
            let isLate = result.wasAwaited && !result.isCurrent
            return isLate ? schedule(plan.repeated(counted)) : useUpStep(counted, result)
        case .found, .notFound: break
        }
        if result.isOutdated {
            return isEarly ? inquiry.nextMilliseconds : schedule(plan.repeated(inquiry))
        }
        return continueUsable(inquiry, result, isEarly: isEarly)
    }

    private mutating func schedule(_ inquiry: StatusInquiry) -> Int64 {
        emit(.scheduleInquiry(inquiry))
        return inquiry.nextMilliseconds
    }

    /// Continues an inquiry after a result that counts: its series of failures has ended.
    private mutating func continueUsable(
        _ inquiry: StatusInquiry,
        _ result: QueryResultInProgress,
        isEarly: Bool
    ) -> Int64? {
        var usable = inquiry
        usable.failingSinceMilliseconds = nil
        usable.failureCount = 0
        usable.unusableCount = 0
        closeUnusable(inquiry.paymentID)
        let plan = InquiryPlan(context)
        let payment = view.payment(result.paymentID)
        let isAwaited = [result.paymentID, result.home].compactMap(\.self)
            .contains { !view.waiting($0).isEmpty }
        if let payment, !isAwaited, result.wasAwaited || result.sequence != nil {
            // The callbacks are resolved or the status has changed: the status plans what follows.
            // A change has done so already, unless an inquiry of callbacks was still there.
            if inquiry.paymentID != payment.id { emit(.endInquiry(inquiry.paymentID)) }
            if result.wasAwaited { replan(payment) }
            return view.inquiries[payment.id]?.nextMilliseconds
        }
        if isAwaited, !result.isCurrent {
            // Callbacks may have started to wait after the query was sent.
            return isEarly ? inquiry.nextMilliseconds : schedule(plan.repeated(usable))
        }
        if isEarly { return usable == inquiry ? inquiry.nextMilliseconds : schedule(usable) }
        return useUpStep(usable, result)
    }

    /// Counts an unusable response; the third in a row raises an entry.
    ///
    /// Fewer may be a fault of a proxy or a deployment, and need no review.
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
            "the gateway's last \(counted.unusableCount) responses were unusable: \(detail)"
        )
        return counted
    }

    private static let unusableCause = "unusable answers"

    /// Closes the entries that are only about unusable responses.
    private mutating func closeUnusable(_ id: Payment.ID) {
        for entry in view.openEntries(.payment(id)) where entry.kind == .unresolvedPayment {
            guard entry.events.allSatisfy({ $0.cause == Self.unusableCause }) else { continue }
            close(entry, EntryResolution(by: "query", note: "the gateway's responses are usable"))
        }
    }

    /// Uses up the present step, and plans the next one or ends the inquiry with entries.
    ///
    /// If the schedule of a callback ends while its payment is pending, the callback gets an entry
    /// and the payment continues with the schedule of its status.
    private mutating func useUpStep(
        _ inquiry: StatusInquiry,
        _ result: QueryResultInProgress
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
            raiseWaitingCallbacks(payment, Self.scheduleCause, Self.scheduleText)
            return schedule(planned)
        }
        emit(.endInquiry(id))
        if let payment { raiseOpenPayment(payment, cause: Self.scheduleCause, Self.scheduleText) }
        return nil
    }

    private static let scheduleCause = "schedule ended"
    private static let scheduleText =
        "all queries of reconcile.scheduleSeconds were sent, and none resolved it"

    // MARK: Abandoned codes

    /// Counts a report that a payment is not paid, and closes an abandoned code (article Statuses).
    ///
    /// Most codes are never paid, so they are closed without an entry. The conditions exclude every
    /// case in which money may be on the way: two reports since the end of the validity, the last
    /// after `expireAfterSeconds`; no open entry; no waiting callback with a success or refund.
    /// Money that arrives later still counts: a confirmed success replaces cancelled.
    mutating func endUnpaid(
        _ status: LatestTransactionStatus,
        _ result: inout QueryResultInProgress
    ) {
        guard let stored = view.payment(result.paymentID), stored.isOpen else { return }
        var payment = stored
        let generation = view.generations[payment.id]
        if status == .notFound, !isCredible(payment, generation) { return }
        let plan = InquiryPlan(context)
        guard now >= plan.end(of: payment, generation) else { return }
        payment.unpaidReports += 1
        emit(.updatePayment(Shared(payment)))
        guard let expiry = plan.expiry(of: payment, generation), now >= expiry,
            payment.unpaidReports >= InquiryPlan.unpaidReportsMin,
            view.openEntries(.payment(payment.id)).isEmpty,
            !view.waiting(payment.id).compactMap(\.content.fact).contains(where: { fact in
                fact.status.movesMoney
            })
        else { return }
        var change = StatusChange(to: .cancelled, status, source: .expiry)
        change.amount = payment.expectedAmount
        result.sequence = advance(payment, by: change)
    }

    /// Whether "not found" is about the payment, not about a wrong merchantId or base URL.
    ///
    /// It is credible if a query found any payment of this merchant within 24 h. Otherwise it does
    /// not count, and for a payment that the gateway itself generated an entry is raised: closing
    /// it could hide paid codes of the whole account.
    private mutating func isCredible(_ payment: Payment, _ generation: Generation?) -> Bool {
        let own = view.openEntries(.payment(payment.id)).filter { $0.kind == .ownPaymentUnknown }
        if view.knowledge.isKnown(at: now) {
            let note = "the gateway finds other payments of this merchant"
            for entry in own { close(entry, EntryResolution(by: "query", note: note)) }
            return true
        }
        guard generation?.state == .accepted || generation?.state == .codeMissing else {
            return false
        }
        if own.isEmpty {
            raise(
                .ownPaymentUnknown,
                about: payment,
                cause: "not found",
                "the gateway generated this payment but reports it as not found, and has found no "
                    + "other payment of this merchant in 24 hours: cashIn.merchantId or "
                    + "cashIn.baseURL may belong to another account or environment"
            )
        }
        return false
    }
}
