package import Payments

/// One answer of the gateway while it is worked on.
///
/// The answer's own members, and beside them what its steps hand on to each other.
struct AnswerInProgress {
    let inquiry: Inquiry
    let outcome: InquiryOutcome

    /// The number that it is about.
    let asked: Reference

    /// The payment whose schedule asked, confirmed or not.
    var home: Payment.ID?

    /// The payment that the answer is about.
    var paymentID: Payment.ID?

    /// Whether nothing was committed about the payment since the inquiry was handed out.
    let isCurrent: Bool

    /// Whether a callback waited for it.
    let wasAwaited: Bool
    var isOutdated = false
    var isOurs = false
    var sequence: Int64?
}

extension Ledger {
    /// Judges how an inquiry ended, and decides everything that follows from it.
    ///
    /// - Parameter calls: the calls that were made for it, in their order.
    package mutating func record(
        _ inquiry: Inquiry,
        _ outcome: InquiryOutcome,
        _ calls: [GatewayCall]
    ) -> InquiryReceipt {
        var answer = answerInProgress(inquiry, outcome, calls)
        switch outcome {
        case .found(let report, _, let code): take(report, code, &answer)
        case .notFound(let code):
            note(code, .notFound, answer)
            if answer.isCurrent { noteUnpaid(.notFound, &answer) } else { answer.isOutdated = true }
        case .refused, .unauthorized, .unreadable, .unavailable:
            if let code = outcome.responseCode { note(code, nil, answer) }
        }
        for call in calls { emit(.keepGatewayCall(call, answer.paymentID ?? answer.home)) }
        let next = continueInquiry(answer)
        return InquiryReceipt(
            partnerReferenceNo: view.payment(answer.paymentID)
                .flatMap { $0.isConfirmed ? $0.partnerReferenceNo : nil },
            sequence: answer.sequence,
            isOurs: answer.isOurs,
            isOutdated: answer.isOutdated,
            nextMilliseconds: next
        )
    }

    private func answerInProgress(
        _ inquiry: Inquiry,
        _ outcome: InquiryOutcome,
        _ calls: [GatewayCall]
    ) -> AnswerInProgress {
        var asked = inquiry.partnerReferenceNo
        var reported: Reference?
        if case .found(let report, let number, _) = outcome {
            asked = number
            reported = report.referenceNo
        }
        let home = view.payment(inquiry.paymentID)
        let known = view.subject(of: asked, home)
        var isCurrent = Inquiry.Mark(known) == inquiry.mark(of: asked)
        var payment = known
        if payment == nil, let reported {
            // Nothing was known when it was asked; callbacks may wait for this very answer.
            payment = view.unconfirmed([asked, reported])
            let started = calls.first?.startedMilliseconds ?? now
            let isOld = payment.map { found in
                view.waiting(found.id).allSatisfy { $0.receivedMilliseconds < started }
            }
            isCurrent = isCurrent && isOld ?? true
        }
        let ids = [payment?.id, home?.id].compactMap(\.self)
        return AnswerInProgress(
            inquiry: inquiry,
            outcome: outcome,
            asked: asked,
            home: home?.id,
            paymentID: payment?.id,
            isCurrent: isCurrent,
            wasAwaited: ids.contains { !view.waiting($0).isEmpty }
        )
    }

    // MARK: The gateway knows it

    private mutating func take(
        _ report: GatewayReport,
        _ code: String,
        _ answer: inout AnswerInProgress
    ) {
        // "A query's answer counts only if […] nothing was committed on that transaction since (a
        // 00 always counts)."
        guard answer.isCurrent || report.status == .success else {
            answer.isOutdated = true
            return note(code, report.status, answer)
        }
        let payment = view.payment(answer.paymentID)
        if report.status == .notFound {
            let isOurs = report.partnerReferenceNo == answer.asked
            note(code, isOurs ? .notFound : nil, answer)
            if isOurs { return noteUnpaid(.notFound, &answer) }
            return raise([.referenceMismatch], report, nil, &answer)
        }
        let fact = fact(of: report, payment, amount: report.amount?.exact)
        let verdict = ReportJudge(policy: policy).judge(
            report,
            ReportEvidence(
                asked: answer.asked,
                payment: payment,
                waiting: waiting(for: answer).compactMap(\.content.fact),
                stands: fact.map { stands($0, payment) } ?? false
            )
        )
        answer.isOurs = verdict.references != nil
        if answer.isOurs { learn(report, verdict, &answer) }
        if let status = verdict.status { write(status, report, verdict, &answer) }
        note(code, answer.isOurs ? report.status : nil, answer)
        raise(verdict.attention, report, verdict, &answer)
        if verdict.isBelieved { resolveWaiting(report, answer) }
        if verdict.isBelieved, report.status.isOpen { noteUnpaid(report.status, &answer) }
    }

    /// The callbacks that wait for an answer, oldest first.
    private func waiting(for answer: AnswerInProgress) -> [KeptCallback] {
        var found = answer.paymentID.map { view.waiting($0) } ?? []
        if let home = answer.home, home != answer.paymentID { found += view.waiting(home) }
        return found.sorted { $0.id < $1.id }
    }

    /// What a report says, where the references can be named.
    private func fact(
        of report: GatewayReport,
        _ payment: Payment?,
        amount: Amount?
    ) -> Fact? {
        // Of an unconfirmed pair the report has to name the gateway's number itself.
        let known = payment?.isConfirmed == true ? payment?.referenceNo : nil
        return (report.referenceNo ?? known).map { reference in
            Fact(
                pair: ReferencePair(
                    originalPartnerReferenceNo: report.partnerReferenceNo,
                    originalReferenceNo: reference
                ),
                status: report.status,
                amount: amount
            )
        }
    }

    func stands(_ fact: Fact, _ payment: Payment?) -> Bool {
        guard let payment else { return false }
        return payment.stands(fact)
            || view.decisions(of: payment.id).contains {
                $0.decision == .accepted && $0.fact == fact
            }
    }

    /// Notes what the report says of the references, and what shows that the gateway knows us.
    private mutating func learn(
        _ report: GatewayReport,
        _ verdict: ReportVerdict,
        _ answer: inout AnswerInProgress
    ) {
        // A write for each answer would say little more than one in ten minutes.
        let known = view.knowledge.knownMilliseconds ?? 0
        let present = now
        if abs(present - known) > 600_000 { learn { $0.knownMilliseconds = present } }
        guard let before = view.payment(answer.paymentID), before.isConfirmed else { return }
        var payment = before
        if verdict.references == .swapped {
            payment.partnerReferenceNo = report.partnerReferenceNo
            payment.referenceNo = before.partnerReferenceNo
            payment.isCorroborated = true
            payment.roles = .corrected
        } else if let reference = report.referenceNo {
            payment.referenceNo = payment.referenceNo ?? reference
            payment.isCorroborated = true
            if payment.roles == .assumed { payment.roles = .known }
        }
        if payment != before { update(payment) }
        mergeUnconfirmed(into: payment)
    }

    private mutating func write(
        _ status: TransactionStatus,
        _ report: GatewayReport,
        _ verdict: ReportVerdict,
        _ answer: inout AnswerInProgress
    ) {
        let stored = view.payment(answer.paymentID)
        var change = StatusChange(to: status, report.status, source: .query)
        change.referenceNo = report.referenceNo ?? stored?.referenceNo
        let confirmed = confirmed(by: report, verdict.amount, change.referenceNo, answer)
        change.amount =
            verdict.amount ?? stored?.expectedAmount ?? confirmed?.content.fact?.amount
        if let confirmed { change.add(confirmed) }
        change.marks.time = report.paidAt ?? change.marks.time
        var payment =
            stored
            ?? Payment(
                id: takePaymentID(),
                partnerReferenceNo: report.partnerReferenceNo,
                referenceNo: nil,
                status: nil,
                origin: .query,
                atMilliseconds: now
            )
        if !payment.isConfirmed {
            payment.partnerReferenceNo = report.partnerReferenceNo
            payment.referenceNo = report.referenceNo
            // Without the gateway's number there is no pair that was learnt.
            payment.isCorroborated = report.referenceNo != nil
            payment.roles = .known
        }
        answer.sequence =
            stored == nil ? create(payment, by: change) : advance(payment, by: change)
        answer.paymentID = payment.id
        if stored?.isConfirmed != true { mergeUnconfirmed(into: payment) }
        guard var callback = confirmed.flatMap({ view.callbacks[$0.id] }) else { return }
        callback.paymentID = payment.id
        callback.outcome = .applied
        callback.answer = .successful
        callback.isWaiting = false
        callback.sequence = answer.sequence
        update(callback)
    }

    /// The newest waiting callback that the report proves right.
    private func confirmed(
        by report: GatewayReport,
        _ amount: Amount?,
        _ reference: Reference?,
        _ answer: AnswerInProgress
    ) -> KeptCallback? {
        guard let reference else { return nil }
        return waiting(for: answer).last { callback in
            guard let fact = callback.content.fact, fact.status == report.status,
                fact.pair.holds(report.partnerReferenceNo, reference)
            else { return false }
            return fact.amount == nil || amount == nil || fact.amount == amount
        }
    }

    // MARK: What waited

    /// Ends the wait of the callbacks that the report has answered, and closes what the attention
    /// list holds of them.
    private mutating func resolveWaiting(_ report: GatewayReport, _ answer: AnswerInProgress) {
        guard let payment = view.payment(answer.paymentID) else { return }
        let known = report.referenceNo ?? payment.referenceNo
        for callback in waiting(for: answer) {
            guard let fact = callback.content.fact else { continue }
            let isContradicted =
                known.map { !fact.pair.holds(report.partnerReferenceNo, $0) } ?? false
            // Of one that contradicts the gateway has decided: its pair is not the payment's.
            guard isContradicted || report.status.resolves(fact) else { continue }
            if isContradicted { raiseContradiction(callback, fact, payment) }
            resolve(callback, payment)
        }
        let resolution = EntryResolution(
            by: "query",
            note: "the gateway says \(report.status.code)"
        )
        closeEntries(of: payment, resolvedBy: report.status, resolution)
        if let home = view.payment(answer.home), home.id != payment.id {
            closeEntries(of: home, resolvedBy: report.status, resolution)
        }
    }

    /// Ends the wait of a callback. Its fact is answered 2005600 from now on, also where a copy of
    /// it was refused.
    mutating func resolve(_ callback: KeptCallback, _ payment: Payment) {
        var callback = callback
        callback.isWaiting = false
        emit(.updateCallback(Shared(callback)))
        guard let fact = callback.content.fact, !stands(fact, payment) else { return }
        emit(
            .decideFact(
                DecidedFact(
                    paymentID: payment.id,
                    decision: .answered,
                    fact: fact,
                    cause: "",
                    entryID: nil
                )
            )
        )
    }

    private mutating func raiseContradiction(
        _ callback: KeptCallback,
        _ fact: Fact,
        _ payment: Payment
    ) {
        let isPaid = payment.status == .success && fact.status == .success
        let kind = isPaid ? AttentionKind.possibleSecondPayment : .referenceMismatch
        let isThere = view.openEntries(.payment(payment.id)).contains { entry in
            entry.kind == kind && entry.events.contains { $0.fact == fact }
        }
        if !isThere { raise([kind], by: callback, about: payment) }
    }

    // MARK: Notes

    /// Notes the newest answer with the payment that it is about.
    private mutating func note(
        _ code: String,
        _ status: LatestTransactionStatus?,
        _ answer: AnswerInProgress
    ) {
        guard var payment = view.payment(answer.paymentID) else { return }
        payment.lastQuery = QueryNote(milliseconds: now, responseCode: code, status: status)
        emit(.updatePayment(Shared(payment)))
    }

    private mutating func raise(
        _ kinds: [AttentionKind],
        _ report: GatewayReport,
        _ verdict: ReportVerdict?,
        _ answer: inout AnswerInProgress
    ) {
        if kinds.isEmpty { return }
        var payment = view.payment(answer.paymentID) ?? view.payment(answer.home)
        if payment == nil {
            payment = view.unconfirmed([answer.asked]) ?? makeUnconfirmed([answer.asked])
        }
        guard let payment else { return }
        let amount = verdict?.amount ?? report.amount?.exact
        let fact = fact(of: report, payment, amount: amount)
        var text = "a query about \(answer.asked) says \(report.status.code)"
        if let amount = report.amount { text += ", IDR \(amount.literal)" }
        text += ", partnerReferenceNo \(report.partnerReferenceNo)"
        if let reference = report.referenceNo { text += ", referenceNo \(reference)" }
        for kind in kinds {
            raise(kind, about: payment, cause: "query \(report.status.code)", fact: fact, text)
        }
    }
}

extension LedgerView {
    /// The payment that an answer about `asked` is about, where `home` is the one whose schedule
    /// asked.
    package func subject(of asked: Reference, _ home: Payment?) -> Payment? {
        if let home, home.isConfirmed { return home }
        return confirmed(named: asked) ?? home
    }
}
