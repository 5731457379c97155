/// What is known when the gateway's answer to a query is judged.
package struct QueryEvidence: Sendable {
    /// The merchant's number that was asked about.
    package var asked: Reference

    /// The transaction that carries it, if there is one.
    package var state: TransactionState?

    /// What the callback says that waits for this answer, if one does.
    package var claim: Fact?

    /// Whether nothing was committed about the payment since the query was sent.
    package var isCurrent: Bool

    package init(
        asked: Reference,
        state: TransactionState?,
        claim: Fact? = nil,
        isCurrent: Bool = true
    ) {
        self.asked = asked
        self.state = state
        self.claim = claim
        self.isCurrent = isCurrent
    }
}

/// What was decided about the gateway's answer to a query.
package struct QueryVerdict: Equatable, Sendable {
    /// What the answer does to the stored transactions.
    package enum Effect: Equatable, Sendable {
        case nothing
        case advance(to: TransactionStatus)
        /// There was no transaction yet.
        case create(TransactionStatus)
    }

    package var effect = Effect.nothing
    package var attention: Set<AttentionKind> = []

    /// Whether the answer came too late to count: something was committed since it was asked for.
    package var isOutdated = false

    /// Whether the answer is about the payment that was asked about: its references are ours.
    package var isOurs = false

    /// Whether the answer is taken at its word: it is about our payment, and of our amount or one
    /// that the merchant lets pass.
    package var isBelieved = false

    /// Whether the stored references have to change places: their roles were guessed wrongly.
    package var correctsRoles = false

    /// Whether the waiting callback has its answer, be it yes or no.
    package var settlesClaim = false

    /// Why the waiting callback stands on the attention list though it has its answer: it names
    /// another gateway number than the gateway does.
    package var claimContradiction: AttentionKind?

    package init() {}
}

/// The rules of contract section 4 on the gateway's answers to queries, as one pure function.
package struct QueryJudge: Sendable {
    private let policy: JudgePolicy

    package init(policy: JudgePolicy) { self.policy = policy }

    /// Judges an answer.
    package func judge(_ report: GatewayReport, _ evidence: QueryEvidence) -> QueryVerdict {
        var verdict = QueryVerdict()
        // "A query's answer counts only if […] nothing was committed on that transaction since
        // (a 00 always counts)."
        guard evidence.isCurrent || report.status == .success else {
            verdict.isOutdated = true
            return verdict
        }
        if report.status == .notFound {
            // Of another payment than the one that was asked about.
            if report.partnerReferenceNo != evidence.asked {
                verdict.attention = [.referenceMismatch]
            }
            return verdict
        }
        guard let match = Self.match(report, evidence) else {
            verdict.attention = [Self.contradiction(report, evidence)]
            return verdict
        }
        verdict.isOurs = true
        verdict.correctsRoles = match == .swapped
        if isMismatch(report, evidence) {
            let isSecond = evidence.state?.status == .success && report.status == .success
            verdict.attention = [isSecond ? .possibleSecondPayment : .amountMismatch]
            guard policy.amountMismatch == .flag else { return verdict }
        }
        verdict.isBelieved = true
        apply(report, evidence, to: &verdict)
        verdict.claimContradiction = Self.contradiction(of: evidence.claim, report, evidence)
        // Of one that contradicts the gateway has decided: its pair is not the payment's.
        verdict.settlesClaim =
            verdict.claimContradiction != nil || Self.settles(report.status, evidence.claim)
        return verdict
    }

    private func apply(
        _ report: GatewayReport,
        _ evidence: QueryEvidence,
        to verdict: inout QueryVerdict
    ) {
        let decision = StatusTable.decide(
            from: evidence.state?.status,
            applied: evidence.state?.applied ?? [],
            reported: report.status,
            source: .query
        )
        switch decision {
        case .apply(let status, let attention):
            verdict.effect = evidence.state == nil ? .create(status) : .advance(to: status)
            if let attention { verdict.attention.insert(attention) }
        case .ignore(let attention):
            if let attention { verdict.attention.insert(attention) }
        case .replay, .queryDecides, .askAgain: break
        }
    }

    // MARK: References

    private enum Match { case straight, swapped }

    /// How the answer's references are the asked ones; nil when they are not.
    private static func match(_ report: GatewayReport, _ evidence: QueryEvidence) -> Match? {
        guard report.partnerReferenceNo == evidence.asked else { return nil }
        guard let state = evidence.state else {
            guard let claim = evidence.claim else { return .straight }
            // Without the gateway's number the pair of the callback stays unconfirmed.
            return report.referenceNo.map { claim.pair.holds(evidence.asked, $0) } == true
                ? .straight : nil
        }
        if state.partnerReferenceNo == evidence.asked {
            let isKnown = state.referenceNo != nil && report.referenceNo != nil
            return !isKnown || state.referenceNo == report.referenceNo ? .straight : nil
        }
        let isSwapped =
            !state.isProven && state.referenceNo == evidence.asked
            && report.referenceNo == state.partnerReferenceNo
        return isSwapped ? .swapped : nil
    }

    /// Why an answer without our references stands on the attention list: what is paid already, and
    /// by the gateway's word under another number of its own, may have been paid twice.
    private static func contradiction(
        _ report: GatewayReport,
        _ evidence: QueryEvidence
    ) -> AttentionKind {
        let isPaidTwice =
            evidence.state?.status == .success && report.status == .success
            && report.partnerReferenceNo == evidence.asked
        return isPaidTwice ? .possibleSecondPayment : .referenceMismatch
    }

    /// Why a callback that names another gateway number than the answer does stands on the
    /// attention list; nil when it names the same.
    private static func contradiction(
        of claim: Fact?,
        _ report: GatewayReport,
        _ evidence: QueryEvidence
    ) -> AttentionKind? {
        guard let claim, let known = report.referenceNo ?? evidence.state?.referenceNo,
            !claim.pair.holds(report.partnerReferenceNo, known)
        else { return nil }
        let isPaid = report.status == .success || evidence.state?.status == .success
        return isPaid && claim.status == .success ? .possibleSecondPayment : .referenceMismatch
    }

    // MARK: Amount

    /// Only a success or a refund moves money, so only they are held to the amount; there an answer
    /// without an amount does not do.
    private func isMismatch(_ report: GatewayReport, _ evidence: QueryEvidence) -> Bool {
        guard report.status == .success || report.status == .refunded else { return false }
        let expected =
            evidence.state.map(\.expectedAmount) ?? evidence.claim?.amount ?? report.amount
        guard let amount = report.amount else { return true }
        return expected.map { $0 != amount } ?? false
    }

    // MARK: What waited

    /// Whether an answer ends the wait of a callback.
    ///
    /// One that speaks of money is not put off by one answer that does not yet: the gateway is
    /// asked again until it confirms, or until the schedule ends.
    package static func settles(_ status: LatestTransactionStatus, _ claim: Fact?) -> Bool {
        guard let claim else { return true }
        if claim.status == status { return true }
        switch (claim.status, status) {
        case (.success, .refunded): return true
        case (.success, _), (.refunded, _): return false
        case (_, .success), (_, .refunded), (_, .cancelled), (_, .failed): return true
        default: return false
        }
    }
}

extension ReferencePair {
    /// Whether its two values are these, in either order.
    package func holds(_ first: Reference, _ second: Reference) -> Bool {
        (originalPartnerReferenceNo == first && originalReferenceNo == second)
            || (originalPartnerReferenceNo == second && originalReferenceNo == first)
    }
}
