import Payments

/// The checks of a callback that depend on stored payments, from article Checks, row 6, on.
///
/// A pure function: it decides response, outcome, effect and entries. The rows are evaluated in the
/// order of the table, because the first failing one determines the response.
struct CallbackJudge {
    let policy: LedgerPolicy

    /// Judges one authentic callback.
    ///
    /// A callback that needs a query is never left without one and without an entry: where no query
    /// can be sent, an operator has to decide.
    func judge(_ evidence: CallbackEvidence) -> CallbackVerdict {
        var verdict = decide(evidence)
        // What no query can decide goes on the attention list (article Statuses).
        if verdict.needsQuery, !policy.canQuery, verdict.attention.isEmpty {
            verdict.attention = [.unconfirmedCallback]
        }
        return verdict
    }

    /// Evaluates the rows up to the X-EXTERNAL-ID, then the references and the amount.
    ///
    /// A fact that stands passes the checks of age, X-EXTERNAL-ID and amount. It changes nothing,
    /// and a rejection would make the gateway retry a payment that is already recorded.
    private func decide(_ evidence: CallbackEvidence) -> CallbackVerdict {
        switch evidence.content.failure {
        case .address, .headers: return unreadable()
        case .partner: return CallbackVerdict(.unauthorized, .refused)
        case .body, nil: break
        }
        let stands = evidence.content.fact.map { self.stands($0, evidence) } ?? false
        if policy.isStale(evidence.signedMilliseconds, evidence.receivedMilliseconds), !stands {
            return stale(evidence)
        }
        guard let fact = evidence.content.fact else { return unreadable() }

        var isFlagged = false
        if case .otherFact(let other) = evidence.externalIDUse, !stands, !isResolved(evidence) {
            if policy.rejectsExternalIDConflicts { return conflict() }
            isFlagged = other?.pair != fact.pair || other?.amount != fact.amount
        }
        var verdict = judge(fact, stands: stands, evidence)
        // Some gateways use one id for all statuses of a payment (article Gateway). So another
        // status of the same pair and amount raises nothing if its verdict needs no review.
        if case .otherFact = evidence.externalIDUse, isFlagged || !isQuiet(verdict), !stands {
            verdict.attention.append(.externalIDConflict)
        }
        if evidence.externalIDUse == .sameFact, verdict.outcome == .replayed {
            verdict.outcome = .duplicate
        }
        return verdict
    }

    /// Judges a fact by the stored payment that its references identify.
    ///
    /// A contradiction of references changes nothing and waits for a query. If a success
    /// contradicts a success, the gateway may have booked a second payment under another number of
    /// its own.
    private func judge(
        _ fact: Fact,
        stands: Bool,
        _ evidence: CallbackEvidence
    ) -> CallbackVerdict {
        switch evidence.target {
        case .unconfirmed, .unreadable: return unknown(fact, evidence)
        case .contradiction(let payment):
            if stands { return CallbackVerdict(.successful, .replayed) }
            let isSecond = payment.status == .success && fact.status == .success
            return CallbackVerdict(
                .successful,
                .awaitingQuery,
                attention: [isSecond ? .possibleSecondPayment : .referenceMismatch],
                needsQuery: true
            )
        case .known(let payment, let order):
            return known(fact, payment, order, stands: stands, evidence)
        }
    }

    /// Whether the fact is applied, replayed or ignored without an entry.
    private func isQuiet(_ verdict: CallbackVerdict) -> Bool {
        switch verdict.outcome {
        case .applied, .duplicate, .replayed, .ignored: verdict.attention.isEmpty
        case .awaitingQuery, .conflict, .invalid, .mismatch, .stale, .refused: false
        }
    }

    // MARK: What stands

    /// Whether a transition wrote the fact, or an operator accepted it.
    private func stands(_ fact: Fact, _ evidence: CallbackEvidence) -> Bool {
        if evidence.target.payment?.stands(fact) == true { return true }
        return evidence.decisions.contains { $0.decision == .accepted && $0.fact == fact }
    }

    /// Whether a query has resolved the fact: then its retry is no longer rejected.
    private func isResolved(_ evidence: CallbackEvidence) -> Bool {
        evidence.decisions.contains {
            $0.decision == .resolvedByQuery && $0.fact == evidence.content.fact
        }
    }

    // MARK: Age, readability, X-EXTERNAL-ID

    /// The verdict of a stale callback: nothing is applied, and a query decides.
    ///
    /// Acknowledged callbacks raise an entry only where no query can be sent, because the query
    /// resolves them. Rejected ones always do: the gateway's retries fail until a query resolves
    /// it.
    private func stale(_ evidence: CallbackEvidence) -> CallbackVerdict {
        let isRejected = policy.staleTimestamp == .reject && !isResolved(evidence)
        return CallbackVerdict(
            isRejected ? .unauthorized : .successful,
            .stale,
            attention: [
                isRejected || !policy.canQuery ? .staleCallback : nil,
                evidence.content.fact == nil ? .invalidCallback : nil,
            ],
            needsQuery: true
        )
    }

    /// The verdict of a callback with malformed headers or body.
    ///
    /// It is authentic and may be about money, so the payment is queried by any readable reference.
    private func unreadable() -> CallbackVerdict {
        CallbackVerdict(.invalid, .invalid, attention: [.invalidCallback], needsQuery: true)
    }

    /// The verdict of a callback whose X-EXTERNAL-ID has another fact (article Checks, row 10).
    ///
    /// The id is not signed, so it does not show which fact is right; a query decides.
    private func conflict() -> CallbackVerdict {
        CallbackVerdict(.conflict, .conflict, attention: [.externalIDConflict], needsQuery: true)
    }

    // MARK: Unknown transactions

    /// Judges a callback for references that no transaction carries (article Checks, row 11).
    ///
    /// It creates a transaction only under `confirmWithQuery: "never"`, and only with an exact
    /// amount. Otherwise it waits for a query: the callback may be about another merchant's
    /// payment.
    private func unknown(_ fact: Fact, _ evidence: CallbackEvidence) -> CallbackVerdict {
        if policy.unknownTransactions == .reject {
            return CallbackVerdict(
                .transactionNotFound,
                .awaitingQuery,
                attention: [.unknownTransaction],
                needsQuery: true
            )
        }
        let decision = StatusTable.decide(
            from: nil,
            wasWritten: false,
            StatusReport(fact.status, source: .notify)
        )
        guard case .apply(let status, let attention) = decision,
            policy.confirmWithQuery == .never, !hasNoAmount(fact)
        else { return undecided(decision) }
        var verdict = CallbackVerdict(.successful, .applied, attention: [attention])
        verdict.effect = .create(
            status,
            policy.referenceRoles.order ?? evidence.corroboratedOrder ?? .cashIn,
            isGuess: policy.referenceRoles == .auto
        )
        return verdict
    }

    // MARK: Known transactions

    /// Judges a callback of a known transaction by its amount, then by the status table.
    ///
    /// A success that only a query has reported so far takes time and id from its first callback,
    /// so that later successes can be compared with it.
    private func known(
        _ fact: Fact,
        _ payment: Payment,
        _ order: ReferenceOrder,
        stands: Bool,
        _ evidence: CallbackEvidence
    ) -> CallbackVerdict {
        let isMismatch = !stands && isMismatch(fact, payment)
        if isMismatch, policy.amountMismatch == .reject {
            return CallbackVerdict(.invalidAmount, .mismatch, attention: [.amountMismatch])
        }
        let marks = evidence.content.marks
        let decision = StatusTable.decide(
            from: payment.status,
            wasWritten: payment.wasWritten(fact.status),
            StatusReport(
                fact.status,
                source: .notify,
                comparison: Self.comparison(fact, marks, payment, stands: stands)
            )
        )
        var verdict = undecided(decision)
        if case .apply(let status, let attention) = decision, !waits(fact, payment) {
            verdict = CallbackVerdict(.successful, .applied, attention: [attention])
            verdict.effect = .advance(to: status, order)
        } else if hasNoAmount(fact), !stands, !isResolved(evidence) {
            // Whether it repeats what was paid or refunded depends on the amount.
            verdict.outcome = .awaitingQuery
            verdict.needsQuery = true
        } else if fact.status == .success, fact.amount != nil, payment.paid.lacksMark(marks),
            decision == .replay() || Self.isFirstOfRefunded(payment, stands: stands)
        {
            verdict.effect = .adoptMarks
        }
        if isMismatch { verdict.attention.append(.amountMismatch) }
        return verdict
    }

    /// Whether the amount differs from the expected one (article Checks, row 12).
    ///
    /// Only a success or a refund is compared, because other codes move no money. A refund is
    /// compared with the paid amount. A success of a paid or refunded payment passes: the status
    /// table decides whether it is a second payment. Without an expected amount, all amounts pass.
    private func isMismatch(_ fact: Fact, _ payment: Payment) -> Bool {
        guard let amount = fact.amount else { return false }
        let expected: Amount?
        switch (fact.status, payment.status) {
        case (.success, .success), (.success, .refunded): return false
        case (.success, _): expected = payment.expectedAmount
        case (.refunded, _): expected = payment.paidAmount ?? payment.expectedAmount
        default: return false
        }
        return expected.map { $0 != amount } ?? false
    }

    /// How a reported success compares with the current one.
    ///
    /// On a success, another amount or two differing marks mean another payment; an ambiguous
    /// amount is compatible, because a query decides about it. On a refunded payment a success
    /// counts as new money, unless it shares a mark with the refunded one or is its first callback.
    private static func comparison(
        _ fact: Fact,
        _ marks: SuccessMarks,
        _ payment: Payment,
        stands: Bool
    ) -> StatusReport.Comparison {
        guard fact.status == .success else { return .compatible }
        if payment.status == .refunded {
            let isSame =
                marks.shareOne(with: payment.paid) || isFirstOfRefunded(payment, stands: stands)
            return isSame ? .same : .compatible
        }
        if marks.differ(from: payment.paid) { return .different }
        guard !stands, let amount = fact.amount, let paid = payment.paidAmount else {
            return .compatible
        }
        return amount == paid ? .compatible : .different
    }

    /// Whether this is the first callback of a success that only a query had reported, and that has
    /// been refunded since: such a success has no marks to compare.
    private static func isFirstOfRefunded(_ payment: Payment, stands: Bool) -> Bool {
        stands && payment.status == .refunded && payment.paid == SuccessMarks()
    }

    /// Whether a transition must wait for a query or for the generate response.
    ///
    /// A `created` payment has no gateway reference yet, so its callback cannot be checked against
    /// it. An ambiguous amount waits in every configuration; only a query can resolve it.
    private func waits(_ fact: Fact, _ payment: Payment) -> Bool {
        if payment.status == .created || hasNoAmount(fact) { return true }
        switch policy.confirmWithQuery {
        case .never: return false
        case .unproven: return !payment.isCorroborated
        case .always: return !payment.isCorroborated || fact.status == .success
        }
    }

    /// Whether a success or refund has an ambiguous amount.
    private func hasNoAmount(_ fact: Fact) -> Bool { fact.status.movesMoney && fact.amount == nil }

    /// The verdict of a decision that changes nothing now.
    ///
    /// All are acknowledged: the callback is stored, and a rejection would only cause retries.
    private func undecided(_ decision: StatusDecision) -> CallbackVerdict {
        switch decision {
        case .replay(let attention):
            CallbackVerdict(.successful, .replayed, attention: [attention])
        case .ignore(let attention):
            CallbackVerdict(.successful, .ignored, attention: [attention])
        case .queryDecides(let attention):
            CallbackVerdict(.successful, .awaitingQuery, attention: [attention], needsQuery: true)
        case .apply, .queryAgain:
            CallbackVerdict(.successful, .awaitingQuery, needsQuery: true)
        }
    }
}

extension SuccessMarks {
    /// Whether `other` has a mark that is missing here; present marks are never replaced.
    fileprivate func lacksMark(_ other: SuccessMarks) -> Bool {
        (time == nil && other.time != nil)
            || (originalExternalID == nil && other.originalExternalID != nil)
    }
}
