import Payments

/// When a payment is asked about next, as pure functions of its state and the present (contract
/// sections 4 "Abandoned codes" and "Time", and 6).
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

    /// An inquiry with the time of its step; nil past the last one.
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

    /// One query now, after which the schedule is over.
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

    /// What comes after the present step was used up; nil when it was the last.
    ///
    /// - Parameter isAwaited: whether a callback waits for the answer.
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
            // The clock was set back since, and the base with it.
            next.baseMilliseconds -= inquiry.plannedMilliseconds - now
            next.baseMilliseconds = min(next.baseMilliseconds, now)
        }
        // Where a callback speaks of money, the end of its schedule has to be told.
        return isAwaited ? timed(next) : withExpiry(timed(next), next, payment, generation)
    }

    /// The point at which the attention list holds a payment that no query is planned about.
    func deadline(of payment: Payment, _ generation: Generation?) -> StatusInquiry {
        let base = end(of: payment, generation) + Int64(schedule.graceSeconds) * 1_000
        var deadline = first(.deadline, of: payment, base: base)
        deadline.nextMilliseconds = max(base, now)
        return deadline
    }

    // MARK: By status

    /// The inquiry that a payment's status asks for; nil when there is none, or when all of it is
    /// over.
    ///
    /// - Parameter existing: the present one; its steps that were asked are not owed again.
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
            // A code that can still be paid is nothing for a person yet.
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

    /// Where in which phase a payment is that can still be paid, or could until just now.
    private func openInquiry(
        about payment: Payment,
        _ generation: Generation?,
        _ existing: StatusInquiry?
    ) -> StatusInquiry? {
        // Jitter may have brought a step forward: one that was asked is not owed again.
        let asked = { (phase: InquirySchedule.Phase, base: Int64) in
            let isSame = existing?.phase == phase && existing?.baseMilliseconds == base
            return isSame ? existing?.step ?? 0 : 0
        }
        if let generation {
            // Started in the future: the clock was set back since.
            let base = min(generation.startedMilliseconds, now)
            let next = schedule.step(.whileOpen, base: base, after: now)
            if let step = next.map({ max($0, asked(.whileOpen, base)) }),
                let time = schedule.time(.whileOpen, step: step, base: base, jitterPermille: 0),
                time < generation.expiresMilliseconds
            {
                return timed(first(.whileOpen, of: payment, base: base, step: step))
            }
        }
        let base = end(of: payment, generation) + Int64(schedule.graceSeconds) * 1_000
        guard let step = schedule.step(.scheduled, base: base, after: now) else { return nil }
        return timed(
            first(.scheduled, of: payment, base: base, step: max(step, asked(.scheduled, base)))
        )
    }

    // MARK: Abandoned codes

    /// When a code can no longer be paid, in milliseconds since the epoch.
    func end(of payment: Payment, _ generation: Generation?) -> Int64 {
        let validity = Int64(schedule.defaultValiditySeconds) * 1_000
        return generation?.expiresMilliseconds
            ?? min(payment.updatedMilliseconds, now) + validity
    }

    /// The point from which an unpaid code can be closed; nil when that never happens.
    func expiry(of payment: Payment, _ generation: Generation?) -> Int64? {
        schedule.expireAfterSeconds.map { end(of: payment, generation) + Int64($0) * 1_000 }
    }

    /// Answers since the validity that it takes to close a code.
    static let unpaidAnswersMin = 2

    /// Puts the query at the point of expiry before a planned one that lies beyond it, and one more
    /// behind it while too few answers have come.
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
            guard planned == nil, payment.unpaidAnswers > 0,
                payment.unpaidAnswers < Self.unpaidAnswersMin
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

    /// Attempts that fail because the gateway is down use up no steps for so long (contract
    /// section 6).
    private static let patienceMilliseconds: Int64 = 86_400_000

    /// The pauses after failed attempts double up to this.
    private static let pauseMillisecondsMax: Int64 = 300_000

    /// The same step once more, after a pause; nil when the step has to be used up.
    func retried(_ inquiry: StatusInquiry) -> StatusInquiry? {
        // A start in the future: the clock was set back since.
        let since = min(inquiry.failingSinceMilliseconds ?? now, now)
        guard now - since < Self.patienceMilliseconds else { return nil }
        var retried = inquiry
        retried.failingSinceMilliseconds = since
        return paused(retried)
    }

    /// The same step once more because its answer came too late to count: at once, and more slowly
    /// when that happens over and over.
    func repeated(_ inquiry: StatusInquiry) -> StatusInquiry {
        if inquiry.failureCount > 0 { return paused(inquiry) }
        var repeated = inquiry
        repeated.failureCount = 1
        repeated.nextMilliseconds = now
        repeated.plannedMilliseconds = now
        return repeated
    }

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
