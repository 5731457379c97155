import Payments

/// Rows 6 to 13 of the checks table of contract section 4, in its order, as one pure function.
struct CallbackJudge {
    let policy: LedgerPolicy

    /// Judges one authentic callback.
    func judge(_ evidence: CallbackEvidence) -> CallbackVerdict {
        var verdict = decide(evidence)
        // "Wherever this page says query decides and no query can be asked […], the attention list
        // holds it" (contract section 4).
        if verdict.asks, !policy.canQuery, verdict.attention.isEmpty {
            verdict.attention = [.unconfirmedCallback]
        }
        return verdict
    }

    private func decide(_ evidence: CallbackEvidence) -> CallbackVerdict {
        switch evidence.content.failure {
        case .headers: return unreadable()
        case .partner: return CallbackVerdict(.unauthorized, .refused)
        case .body, nil: break
        }
        let stands = evidence.content.fact.map { self.stands($0, evidence) } ?? false
        if isStale(evidence), !stands { return stale(evidence) }
        guard let fact = evidence.content.fact else { return unreadable() }

        var isFlagged = false
        if case .otherFact(let other) = evidence.externalIDUse, !stands, !isAnswered(evidence) {
            if policy.rejectsExternalIDConflicts { return conflict() }
            isFlagged = other?.pair != fact.pair || other?.amount != fact.amount
        }
        var verdict = judge(fact, stands: stands, evidence)
        // Another status of the same pair and amount under one id is not odd as such.
        if case .otherFact = evidence.externalIDUse, isFlagged || !isQuiet(verdict), !stands {
            verdict.attention.append(.externalIDConflict)
        }
        if evidence.externalIDUse == .sameFact, verdict.outcome == .replayed {
            verdict.outcome = .duplicate
        }
        return verdict
    }

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
                asks: true
            )
        case .known(let payment, let order):
            return known(fact, payment, order, stands: stands, evidence)
        }
    }

    /// Whether a verdict needs no review.
    private func isQuiet(_ verdict: CallbackVerdict) -> Bool {
        switch verdict.outcome {
        case .applied, .duplicate, .replayed, .ignored: verdict.attention.isEmpty
        case .awaitingQuery, .conflict, .invalid, .mismatch, .stale, .refused: false
        }
    }

    // MARK: What stands

    private func stands(_ fact: Fact, _ evidence: CallbackEvidence) -> Bool {
        if evidence.target.payment?.stands(fact) == true { return true }
        return evidence.decisions.contains { $0.decision == .accepted && $0.fact == fact }
    }

    /// Whether a query has answered what the fact asks.
    private func isAnswered(_ evidence: CallbackEvidence) -> Bool {
        evidence.decisions.contains {
            $0.decision == .answered && $0.fact == evidence.content.fact
        }
    }

    // MARK: Rows 6 to 10

    private func isStale(_ evidence: CallbackEvidence) -> Bool {
        guard policy.timestampToleranceSeconds > 0, let signed = evidence.signedMilliseconds else {
            return false
        }
        let tolerance = Int64(policy.timestampToleranceSeconds) * 1_000
        return (evidence.receivedMilliseconds - signed).magnitude > tolerance.magnitude
    }

    private func stale(_ evidence: CallbackEvidence) -> CallbackVerdict {
        let isRejected = policy.staleTimestamp == .reject && !isAnswered(evidence)
        return CallbackVerdict(
            isRejected ? .unauthorized : .successful,
            .stale,
            attention: [
                isRejected || !policy.canQuery ? .staleCallback : nil,
                evidence.content.fact == nil ? .invalidCallback : nil,
            ],
            asks: true
        )
    }

    private func unreadable() -> CallbackVerdict {
        CallbackVerdict(.invalid, .invalid, attention: [.invalidCallback], asks: true)
    }

    private func conflict() -> CallbackVerdict {
        CallbackVerdict(.conflict, .conflict, attention: [.externalIDConflict], asks: true)
    }

    // MARK: Row 11

    private func unknown(_ fact: Fact, _ evidence: CallbackEvidence) -> CallbackVerdict {
        if policy.unknownTransactions == .reject {
            return CallbackVerdict(
                .transactionNotFound,
                .awaitingQuery,
                attention: [.unknownTransaction],
                asks: true
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
            policy.referenceRoles.order ?? evidence.provenOrder ?? .cashIn,
            isGuess: policy.referenceRoles == .auto
        )
        return verdict
    }

    // MARK: Rows 12 and 13

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
        } else if fact.status == .success, payment.paid.canLearn(marks),
            decision == .replay() || Self.isFirstOfRefunded(payment, stands: stands)
        {
            verdict.effect = .learnMarks
        }
        if isMismatch { verdict.attention.append(.amountMismatch) }
        return verdict
    }

    /// Row 12: only a success or a refund moves money. A success of what is paid already goes by
    /// the status table alone.
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

    /// How a success compares with the one that stands.
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

    /// Whether a success is the first callback of one that a query alone told of, and that is
    /// refunded by now.
    private static func isFirstOfRefunded(_ payment: Payment, stands: Bool) -> Bool {
        stands && payment.status == .refunded && payment.paid == SuccessMarks()
    }

    /// Whether a change has to wait for a query or for the answer to our own generate.
    private func waits(_ fact: Fact, _ payment: Payment) -> Bool {
        if payment.status == .created || hasNoAmount(fact) { return true }
        switch policy.confirmWithQuery {
        case .never: return false
        case .unproven: return !payment.isCorroborated
        case .always: return !payment.isCorroborated || fact.status == .success
        }
    }

    /// Whether it speaks of money and does not say of how much.
    private func hasNoAmount(_ fact: Fact) -> Bool { fact.status.movesMoney && fact.amount == nil }

    /// The verdict of a decision that changes nothing now.
    private func undecided(_ decision: StatusDecision) -> CallbackVerdict {
        switch decision {
        case .replay(let attention):
            CallbackVerdict(.successful, .replayed, attention: [attention])
        case .ignore(let attention):
            CallbackVerdict(.successful, .ignored, attention: [attention])
        case .queryDecides(let attention):
            CallbackVerdict(.successful, .awaitingQuery, attention: [attention], asks: true)
        case .apply, .askAgain:
            CallbackVerdict(.successful, .awaitingQuery, asks: true)
        }
    }
}

extension SuccessMarks {
    /// Whether `other` has a mark that is missing here.
    fileprivate func canLearn(_ other: SuccessMarks) -> Bool {
        (time == nil && other.time != nil)
            || (originalExternalID == nil && other.originalExternalID != nil)
    }
}
