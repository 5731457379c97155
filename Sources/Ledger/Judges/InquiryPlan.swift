import Payments

/// When the next query about a payment is due, as pure functions of its state and the present
/// (article Statuses).
///
/// Due times in the past become the present. A start in the future shows that the clock was set
/// back since; the ledger replaces it by the present before it plans
/// (``Ledger/correctStart(of:)``).
struct InquiryPlan {
    private let schedule: InquirySchedule
    private let now: Int64
    private let jitter: Jitter

    init(_ context: LedgerContext) {
        schedule = context.policy.schedule
        now = context.nowMilliseconds
        jitter = context.jitter
    }

    // MARK: Steps

    /// The inquiry with the due time of its step, at once if that is past; nil past the last step.
    func timed(_ inquiry: StatusInquiry) -> StatusInquiry? {
        guard let time = time(of: inquiry) else { return nil }
        var timed = inquiry
        timed.nextMilliseconds = max(time, now)
        timed.plannedMilliseconds = now
        timed.isExpiryCheck = false
        return timed
    }

    private func time(of inquiry: StatusInquiry) -> Int64? {
        schedule.time(
            inquiry.phase,
            step: inquiry.step,
            base: inquiry.baseMilliseconds,
            jitterPermille: jitter.permille(of: inquiry.paymentID, step: inquiry.step)
        )
    }

    /// A schedule of one query, due now: for payments whose own schedule has ended.
    func single(about id: Payment.ID) -> StatusInquiry {
        StatusInquiry(
            paymentID: id,
            phase: .scheduled,
            baseMilliseconds: now,
            step: max(schedule.scheduleSeconds.count - 1, 0),
            nextMilliseconds: now,
            plannedMilliseconds: now
        )
    }

    /// The inquiry after the present step was used up; nil when it was the last.
    ///
    /// A pending payment that no callback waits for is planned from its present state. Any other
    /// continues its list, because its base is the event that needed a query. The expiry query uses
    /// up no step.
    ///
    /// - Parameter isAwaited: whether a callback waits for the report.
    func next(
        after inquiry: StatusInquiry,
        _ payment: Payment?,
        _ generation: Generation?,
        isAwaited: Bool
    ) -> StatusInquiry? {
        var next = inquiry
        if !inquiry.isExpiryCheck { next.step += 1 }
        if let payment, payment.status == .pending, !isAwaited {
            var planned = self.inquiry(about: payment, generation, next)
            planned?.unusableCount = inquiry.unusableCount
            return planned
        }
        if inquiry.plannedMilliseconds > now {
            // The clock was set back since; the base moves back by the same amount.
            next.baseMilliseconds -= inquiry.plannedMilliseconds - now
            next.baseMilliseconds = min(next.baseMilliseconds, now)
        }
        // Without an expiry query, the end of this schedule raises the entry about the callback.
        return isAwaited ? timed(next) : withExpiry(timed(next), next, payment, generation)
    }

    /// An inquiry without a query: when it is due, the payment goes on the attention list.
    ///
    /// It covers a pending payment without planned queries, which would otherwise stay open
    /// unnoticed. The time is the end of the validity plus grace.
    func deadline(of payment: Payment, _ generation: Generation?) -> StatusInquiry {
        let base = end(of: payment, generation) + Int64(schedule.graceSeconds) * 1_000
        var deadline = first(.deadline, of: payment, base: base)
        deadline.nextMilliseconds = max(base, now)
        return deadline
    }

    // MARK: By status

    /// The inquiry that a payment's status requires; nil when it requires none, or all steps are
    /// past.
    ///
    /// Success, cancelled and failed are queried again by their own lists, since refunds and late
    /// money may have no callback. A `created` payment is planned by the generate call.
    ///
    /// - Parameter existing: the present inquiry; its steps already taken are not planned again.
    func inquiry(
        about payment: Payment,
        _ generation: Generation?,
        _ existing: StatusInquiry?
    ) -> StatusInquiry? {
        switch payment.status {
        case nil, .created, .refunded: return nil
        case .success: return timed(first(.recheckPaid, of: payment, base: now))
        case .cancelled, .failed: return timed(first(.recheckUnpaid, of: payment, base: now))
        case .pending:
            let open = openInquiry(about: payment, generation, existing)
            if let next = withExpiry(open, open ?? existing, payment, generation) { return next }
            // While the code can be paid, no manual review is needed.
            let deadline = deadline(of: payment, generation)
            return deadline.baseMilliseconds > now ? deadline : nil
        }
    }

    private func first(
        _ phase: InquirySchedule.Phase,
        of payment: Payment,
        base: Int64,
        step: Int = 0
    ) -> StatusInquiry {
        StatusInquiry(
            paymentID: payment.id,
            phase: phase,
            baseMilliseconds: base,
            step: step,
            nextMilliseconds: now,
            plannedMilliseconds: now
        )
    }

    /// The step of a pending payment: of `whileOpenSeconds` during the validity of a generated
    /// code, else of `scheduleSeconds` from the end of the validity plus grace.
    private func openInquiry(
        about payment: Payment,
        _ generation: Generation?,
        _ existing: StatusInquiry?
    ) -> StatusInquiry? {
        // Jitter may bring a step forward; a step already taken is not planned again.
        let queried = { (phase: InquirySchedule.Phase, base: Int64) in
            guard let existing, existing.phase == phase, existing.baseMilliseconds == base
            else { return 0 }
            return existing.step
        }
        if let generation {
            let base = generation.startedMilliseconds
            let next = schedule.step(.whileOpen, base: base, after: now)
            if let step = next.map({ max($0, queried(.whileOpen, base)) }),
                let time = schedule.time(.whileOpen, step: step, base: base, jitterPermille: 0),
                time < generation.expiresMilliseconds
            {
                return timed(first(.whileOpen, of: payment, base: base, step: step))
            }
        }
        let base = end(of: payment, generation) + Int64(schedule.graceSeconds) * 1_000
        guard let step = schedule.step(.scheduled, base: base, after: now) else { return nil }
        return timed(
            first(.scheduled, of: payment, base: base, step: max(step, queried(.scheduled, base)))
        )
    }

    // MARK: Abandoned codes

    /// The end of the validity, in milliseconds since the epoch.
    ///
    /// For a payment that was not generated here, it is assumed to be the last transition plus
    /// `defaultValiditySeconds`.
    func end(of payment: Payment, _ generation: Generation?) -> Int64 {
        let validity = Int64(schedule.defaultValiditySeconds) * 1_000
        return generation?.expiresMilliseconds
            ?? payment.updatedMilliseconds + validity
    }

    /// The point from which an unpaid code can be closed, in milliseconds since the epoch; nil
    /// where the configuration says never.
    func expiry(of payment: Payment, _ generation: Generation?) -> Int64? {
        schedule.expireAfterSeconds.map { end(of: payment, generation) + Int64($0) * 1_000 }
    }

    /// Reports since the end of the validity that are required to close a code (article Statuses).
    static let unpaidReportsMin = 2

    /// Inserts the expiry query, at the point of expiry and without jitter.
    ///
    /// Before that point it replaces a planned query that is due later. After it, one more query
    /// follows while too few reports have arrived and no other is planned; otherwise the code would
    /// stay open until an operator closes it. Of a payment that is not open, nothing changes.
    private func withExpiry(
        _ planned: StatusInquiry?,
        _ basis: StatusInquiry?,
        _ payment: Payment?,
        _ generation: Generation?
    ) -> StatusInquiry? {
        guard let payment, payment.isOpen, let point = expiry(of: payment, generation) else {
            return planned
        }
        var time = point
        if now >= point {
            guard planned == nil, payment.unpaidReports > 0,
                payment.unpaidReports < Self.unpaidReportsMin
            else { return planned }
            time = now + Int64(max(schedule.graceSeconds, 1)) * 1_000
        } else if let planned, planned.nextMilliseconds <= point {
            return planned
        }
        var check = planned ?? basis ?? first(.scheduled, of: payment, base: now, step: .max / 2)
        check.isExpiryCheck = true
        check.nextMilliseconds = time
        check.plannedMilliseconds = now
        return check
    }

    // MARK: Failed attempts

    /// How long failed attempts use up no steps, in milliseconds: 24 h (article Statuses).
    ///
    /// An outage of the gateway must not consume the whole schedule of a payment.
    private static let patienceMilliseconds: Int64 = 86_400_000

    /// The longest pause after a failed attempt, in milliseconds; the first is 5 s, each next one
    /// twice as long.
    private static let pauseMillisecondsMax: Int64 = 300_000

    /// The same step again after a pause; nil when attempts have failed for 24 h, which uses it up.
    func retried(_ inquiry: StatusInquiry) -> StatusInquiry? {
        // A start in the future: the clock was set back since.
        let since = min(inquiry.failingSinceMilliseconds ?? now, now)
        guard now - since < Self.patienceMilliseconds else { return nil }
        var retried = inquiry
        retried.failingSinceMilliseconds = since
        return paused(retried)
    }

    /// The same step again because its report was outdated: at once the first time, then with
    /// pauses.
    ///
    /// Without pauses, a payment with constant callbacks would be queried without end.
    func repeated(_ inquiry: StatusInquiry) -> StatusInquiry {
        if inquiry.failureCount > 0 { return paused(inquiry) }
        var repeated = inquiry
        repeated.failureCount = 1
        repeated.nextMilliseconds = now
        repeated.plannedMilliseconds = now
        return repeated
    }

    /// The same step after a pause that doubles with each failure, with jitter.
    private func paused(_ inquiry: StatusInquiry) -> StatusInquiry {
        var paused = inquiry
        paused.failureCount += 1
        let pause = min(2_500 << min(paused.failureCount, 20), Self.pauseMillisecondsMax)
        let permille = jitter.permille(of: inquiry.paymentID, step: Int(paused.failureCount))
        paused.nextMilliseconds = now + pause * (1_000 + permille) / 1_000
        paused.plannedMilliseconds = now
        return paused
    }
}
