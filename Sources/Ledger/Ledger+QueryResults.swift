package import Payments

/// The state of one query result while it is recorded.
///
/// It has the result itself and one property for each thing that the steps of the decision pass to
/// each other.
struct QueryResultInProgress {
    let inquiry: Inquiry
    let outcome: QueryResult

    /// The queried number.
    let queried: Reference

    /// The payment whose schedule planned the query, confirmed or not.
    var home: Payment.ID?

    /// The payment that the result is about; nil when none is stored.
    var paymentID: Payment.ID?

    /// Whether nothing was committed about the payment since the query was handed out.
    let isCurrent: Bool

    /// Whether a callback waited for the result.
    let wasAwaited: Bool
    var isOutdated = false
    var isOurs = false
    var sequence: Int64?
}

extension Ledger {
    /// Records the result of a query and applies its consequences.
    ///
    /// Only a report and a definite "not found" bear on the payment. Every other result is about
    /// the call: it only moves the schedule.
    ///
    /// - Parameter calls: the gateway calls that were made for it, in order.
    package mutating func record(
        _ inquiry: Inquiry,
        _ outcome: QueryResult,
        _ calls: [GatewayCall]
    ) -> QueryReceipt {
        var result = resultInProgress(inquiry, outcome, calls)
        for id in [result.home, result.paymentID].compactMap(\.self) { correctStart(of: id) }
        switch outcome {
        case .found(let report, _, let code): apply(report, code, &result)
        case .notFound(let code):
            recordLastQuery(code, .notFound, result)
            if result.isCurrent { endUnpaid(.notFound, &result) } else { result.isOutdated = true }
        case .refused, .unauthorized, .unreadable, .unavailable:
            if let code = outcome.responseCode { recordLastQuery(code, nil, result) }
        }
        for call in calls { emit(.appendGatewayCall(call, result.paymentID ?? result.home)) }
        let next = continueInquiry(result)
        return QueryReceipt(
            partnerReferenceNo: view.payment(result.paymentID)
                .flatMap { $0.isConfirmed ? $0.partnerReferenceNo : nil },
            sequence: result.sequence,
            isOurs: result.isOurs,
            isOutdated: result.isOutdated,
            nextMilliseconds: next
        )
    }

    /// Determines the payment that a result is about, and whether the result still counts.
    ///
    /// If no payment carried the queried number, callbacks may have arrived under the reported pair
    /// since. The report counts for them only if the call began after their receipt.
    private func resultInProgress(
        _ inquiry: Inquiry,
        _ outcome: QueryResult,
        _ calls: [GatewayCall]
    ) -> QueryResultInProgress {
        var queried = inquiry.partnerReferenceNo
        var reported: Reference?
        if case .found(let report, let number, _) = outcome {
            queried = number
            reported = report.referenceNo
        }
        let home = view.payment(inquiry.paymentID)
        let known = view.subject(of: queried, home)
        var isCurrent = Inquiry.Mark(known) == inquiry.mark(of: queried)
        var payment = known
        if payment == nil, let reported {
            payment = view.unconfirmed([queried, reported])
            let started = calls.first?.startedMilliseconds ?? now
            let isOld = payment.map { found in
                view.waiting(found.id).allSatisfy { $0.receivedMilliseconds < started }
            }
            isCurrent = isCurrent && isOld ?? true
        }
        let ids = [payment?.id, home?.id].compactMap(\.self)
        return QueryResultInProgress(
            inquiry: inquiry,
            outcome: outcome,
            queried: queried,
            home: home?.id,
            paymentID: payment?.id,
            isCurrent: isCurrent,
            wasAwaited: ids.contains { !view.waiting($0).isEmpty }
        )
    }

    // MARK: The gateway reports a payment

    /// Applies a report: references, status, entries, then the callbacks that wait.
    ///
    /// An outdated report is ignored unless it is 00: a success cannot become untrue by what was
    /// committed since, but an older pending or cancelled report can be obsolete.
    private mutating func apply(
        _ report: GatewayReport,
        _ code: String,
        _ result: inout QueryResultInProgress
    ) {
        guard result.isCurrent || report.status == .success else {
            result.isOutdated = true
            return recordLastQuery(code, report.status, result)
        }
        let payment = view.payment(result.paymentID)
        if report.status == .notFound {
            let isOurs = report.partnerReferenceNo == result.queried
            recordLastQuery(code, isOurs ? .notFound : nil, result)
            if isOurs { return endUnpaid(.notFound, &result) }
            return raise([.referenceMismatch], report, nil, &result)
        }
        let fact = fact(of: report, payment, amount: report.amount?.exact)
        let verdict = ReportJudge(policy: policy).judge(
            report,
            ReportEvidence(
                queried: result.queried,
                payment: payment,
                waiting: waiting(for: result).compactMap(\.content.fact),
                stands: fact.map { stands($0, payment) } ?? false
            )
        )
        result.isOurs = verdict.references != nil
        if result.isOurs { recordReferences(report, verdict, &result) }
        if let status = verdict.status { write(status, report, verdict, &result) }
        recordLastQuery(code, result.isOurs ? report.status : nil, result)
        raise(verdict.attention, report, verdict, &result)
        if verdict.isBelieved { resolveWaiting(report, result) }
        if verdict.isBelieved, report.status.isOpen { endUnpaid(report.status, &result) }
    }

    /// The callbacks that wait for the result, oldest first.
    private func waiting(for result: QueryResultInProgress) -> [StoredCallback] {
        var found = result.paymentID.map { view.waiting($0) } ?? []
        if let home = result.home, home != result.paymentID { found += view.waiting(home) }
        return found.sorted { $0.id < $1.id }
    }

    /// The fact of a report; nil when the gateway's number is unknown.
    private func fact(
        of report: GatewayReport,
        _ payment: Payment?,
        amount: Amount?
    ) -> Fact? {
        // The gateway's number of an unconfirmed payment is only a callback's claim.
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

    /// Whether a transition wrote the fact, or an operator accepted it.
    func stands(_ fact: Fact, _ payment: Payment?) -> Bool {
        guard let payment else { return false }
        return payment.stands(fact)
            || view.decisions(of: payment.id).contains {
                $0.decision == .accepted && $0.fact == fact
            }
    }

    /// Records the reported references, and that the gateway knows a payment of this merchant.
    ///
    /// A pair from a query is corroborated: the query was made with the merchant's credentials. A
    /// wrong guess of the roles is corrected by swapping, so no second payment is created.
    private mutating func recordReferences(
        _ report: GatewayReport,
        _ verdict: ReportVerdict,
        _ result: inout QueryResultInProgress
    ) {
        // Precision of ten minutes suffices and avoids a write for each report.
        let present = now
        let isRecent =
            view.knowledge.knownMilliseconds.map { abs(present - $0) <= 600_000 } ?? false
        if !isRecent { updateKnowledge { $0.knownMilliseconds = present } }
        guard let before = view.payment(result.paymentID), before.isConfirmed else { return }
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

    /// Appends the transition of a report, to the stored payment or to a new one.
    ///
    /// If a waiting callback has the same fact, the transition names it and takes its marks, and
    /// the callback counts as applied. The amount is the reported one, else the expected one.
    private mutating func write(
        _ status: TransactionStatus,
        _ report: GatewayReport,
        _ verdict: ReportVerdict,
        _ result: inout QueryResultInProgress
    ) {
        let stored = view.payment(result.paymentID)
        var change = StatusChange(to: status, report.status, source: .query)
        change.referenceNo = report.referenceNo ?? stored?.referenceNo
        let confirmed = confirmed(by: report, verdict.amount, change.referenceNo, result)
        change.amount =
            verdict.amount ?? stored?.expectedAmount ?? confirmed?.content.fact?.amount
        if let confirmed { change.add(confirmed) }
        change.marks.time = report.paidAt ?? change.marks.time
        var payment =
            stored
            ?? Payment(
                id: assignPaymentID(),
                partnerReferenceNo: report.partnerReferenceNo,
                referenceNo: nil,
                status: nil,
                origin: .query,
                atMilliseconds: now
            )
        if !payment.isConfirmed {
            payment.partnerReferenceNo = report.partnerReferenceNo
            payment.referenceNo = report.referenceNo
            // Without the gateway's number, the report corroborates no pair.
            payment.isCorroborated = report.referenceNo != nil
            payment.roles = .known
        }
        result.sequence =
            stored == nil ? create(payment, by: change) : advance(payment, by: change)
        result.paymentID = payment.id
        mergeUnconfirmed(into: payment)
        guard var callback = confirmed.flatMap({ view.callbacks[$0.id] }) else { return }
        callback.paymentID = payment.id
        callback.outcome = .applied
        callback.response = .successful
        callback.isWaiting = false
        callback.sequence = result.sequence
        update(callback)
        // An ambiguous amount does not stand by the transition, but its retry needs no new query.
        if let written = view.payment(payment.id) { recordResolved(callback, written) }
    }

    /// The newest waiting callback whose fact the report confirms: same status and pair, and no
    /// amount that differs.
    private func confirmed(
        by report: GatewayReport,
        _ amount: Amount?,
        _ reference: Reference?,
        _ result: QueryResultInProgress
    ) -> StoredCallback? {
        guard let reference else { return nil }
        return waiting(for: result).last { callback in
            guard let fact = callback.content.fact, fact.status == report.status,
                fact.pair.holds(report.partnerReferenceNo, reference)
            else { return false }
            return fact.amount == nil || amount == nil || fact.amount == amount
        }
    }

    // MARK: Waiting callbacks

    /// Ends the wait of the callbacks that a report resolves, and closes their entries.
    ///
    /// A callback whose pair differs from the payment's is resolved as well: no later report can
    /// confirm it. It leaves an entry, because its money belongs to no stored payment.
    private mutating func resolveWaiting(_ report: GatewayReport, _ result: QueryResultInProgress) {
        guard let payment = view.payment(result.paymentID) else { return }
        let known = report.referenceNo ?? payment.referenceNo
        for callback in waiting(for: result) {
            guard let fact = callback.content.fact else { continue }
            let isContradicted =
                known.map { !fact.pair.holds(report.partnerReferenceNo, $0) } ?? false
            guard isContradicted || report.status.resolves(fact) else { continue }
            if isContradicted { raiseContradiction(callback, fact, payment) }
            resolve(callback, payment)
        }
        let resolution = EntryResolution(
            by: "query",
            note: "the gateway reports \(report.status.code)"
        )
        closeEntries(of: payment, resolvedBy: report.status, resolution)
        if let home = view.payment(result.home), home.id != payment.id {
            closeEntries(of: home, resolvedBy: report.status, resolution)
        }
    }

    /// Ends the wait of a callback and records that its fact is resolved.
    ///
    /// From now on its deliveries get 2005600, even if they were rejected before; otherwise the
    /// gateway would retry for ever.
    mutating func resolve(_ callback: StoredCallback, _ payment: Payment) {
        var callback = callback
        callback.isWaiting = false
        emit(.updateCallback(Shared(callback)))
        recordResolved(callback, payment)
    }

    /// Records that a callback's fact is resolved, unless it stands.
    private mutating func recordResolved(_ callback: StoredCallback, _ payment: Payment) {
        guard let fact = callback.content.fact, !stands(fact, payment) else { return }
        emit(
            .decideFact(
                DecidedFact(
                    paymentID: payment.id,
                    decision: .resolvedByQuery,
                    fact: fact,
                    cause: "",
                    entryID: nil
                )
            )
        )
    }

    /// Raises the entry about a callback whose references a report contradicts, unless it is open.
    private mutating func raiseContradiction(
        _ callback: StoredCallback,
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

    // MARK: Last query and entries

    /// Stores the newest response with its payment; it does not outdate other queries.
    private mutating func recordLastQuery(
        _ code: String,
        _ status: LatestTransactionStatus?,
        _ result: QueryResultInProgress
    ) {
        guard var payment = view.payment(result.paymentID) else { return }
        payment.lastQuery = LastQuery(milliseconds: now, responseCode: code, status: status)
        emit(.updatePayment(Shared(payment)))
    }

    /// Raises the entries of a report, about its payment or the references that were queried.
    private mutating func raise(
        _ kinds: [AttentionKind],
        _ report: GatewayReport,
        _ verdict: ReportVerdict?,
        _ result: inout QueryResultInProgress
    ) {
        if kinds.isEmpty { return }
        var payment = view.payment(result.paymentID) ?? view.payment(result.home)
        if payment == nil {
            payment = view.unconfirmed([result.queried]) ?? makeUnconfirmed([result.queried])
        }
        guard let payment else { return }
        let amount = verdict?.amount ?? report.amount?.exact
        let fact = fact(of: report, payment, amount: amount)
        var text = "a query for \(result.queried) returned \(report.status.code)"
        if let amount = report.amount { text += ", IDR \(amount.literal)" }
        text += ", partnerReferenceNo \(report.partnerReferenceNo)"
        if let reference = report.referenceNo { text += ", referenceNo \(reference)" }
        for kind in kinds {
            raise(kind, about: payment, cause: "query \(report.status.code)", fact: fact, text)
        }
    }
}

extension LedgerView {
    /// The payment that a result for `queried` concerns; its schedule planned the query for `home`.
    ///
    /// A transaction keeps its own results. An unconfirmed payment yields to a transaction with the
    /// queried number, which may have been created since.
    package func subject(of queried: Reference, _ home: Payment?) -> Payment? {
        if let home, home.isConfirmed { return home }
        return confirmed(named: queried) ?? home
    }
}
