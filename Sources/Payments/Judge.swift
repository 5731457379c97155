/// What is known when one authentic callback is judged.
package struct Evidence: Sendable {
    /// Who used the callback's X-EXTERNAL-ID first on its day of receipt.
    package enum ExternalIDUse: Sendable { case free, sameFact, otherFact }

    /// What it says, or nil when it could not be read.
    package var fact: Fact?

    /// Milliseconds since the epoch, by our clock.
    package var receivedMilliseconds: Int64

    /// X-TIMESTAMP in milliseconds since the epoch, or nil when it could not be read.
    package var signedMilliseconds: Int64?
    package var externalIDUse: ExternalIDUse

    /// Whether a query has answered the question that this callback raised.
    package var isSettled: Bool

    /// Every stored transaction that carries either reference in either role.
    package var candidates: [TransactionState]

    /// The order of the pair that a generated transaction last proved.
    package var provenOrder: ReferenceOrder?

    package init(
        fact: Fact?,
        receivedMilliseconds: Int64,
        signedMilliseconds: Int64?,
        externalIDUse: ExternalIDUse = .free,
        isSettled: Bool = false,
        candidates: [TransactionState] = [],
        provenOrder: ReferenceOrder? = nil
    ) {
        self.fact = fact
        self.receivedMilliseconds = receivedMilliseconds
        self.signedMilliseconds = signedMilliseconds
        self.externalIDUse = externalIDUse
        self.isSettled = isSettled
        self.candidates = candidates
        self.provenOrder = provenOrder
    }
}

/// Rows 6 to 13 of the checks table of contract section 4, in its order, as one pure function.
package struct Judge: Sendable {
    private let policy: JudgePolicy

    package init(policy: JudgePolicy) { self.policy = policy }

    /// Judges one authentic callback.
    package func judge(_ evidence: Evidence) -> Verdict {
        var verdict = decide(evidence)
        // "Wherever this page says query decides and no query can be asked […], the attention list
        // holds it" (contract section 4).
        let isHeld = !verdict.attention.isEmpty
        if verdict.needsQuery, !policy.canQuery, !isHeld {
            verdict.attention.insert(.unconfirmedCallback)
        }
        return verdict
    }

    /// The verdict on an authentic callback whose headers failed rows 3 or 4.
    package func unreadable() -> Verdict {
        var verdict = Verdict(.invalid, .invalid)
        verdict.attention = [.invalidCallback]
        verdict.needsQuery = true
        return verdict
    }

    private func decide(_ evidence: Evidence) -> Verdict {
        let match = evidence.fact.map {
            ReferenceMatch($0.pair, among: evidence.candidates, roles: policy.referenceRoles)
        }
        if isStale(evidence), !stands(evidence.fact, match) { return stale(evidence, match) }
        guard let fact = evidence.fact, let match else { return unreadable() }

        var flagged: Set<AttentionKind> = []
        if evidence.externalIDUse == .otherFact, !evidence.isSettled {
            guard policy.externalIDConflict == .flag else { return conflict(match) }
            flagged.insert(.externalIDConflict)
        }
        var verdict =
            switch match {
            case .unknown: unknown(fact, evidence)
            case .contradiction(let state): contradiction(fact, state)
            case .known(let state, let order): known(fact, state, order)
            }
        verdict.attention.formUnion(flagged)
        if evidence.externalIDUse == .sameFact, verdict.outcome == .replayed {
            verdict.outcome = .duplicate
        }
        return verdict
    }

    // MARK: Row 6

    private func isStale(_ evidence: Evidence) -> Bool {
        guard policy.timestampToleranceSeconds > 0, let signed = evidence.signedMilliseconds else {
            return false
        }
        let tolerance = Int64(policy.timestampToleranceSeconds) * 1_000
        return (evidence.receivedMilliseconds - signed).magnitude > tolerance.magnitude
    }

    /// Whether the fact was applied before: then a late repetition of it says nothing new.
    private func stands(_ fact: Fact?, _ match: ReferenceMatch?) -> Bool {
        guard let fact, case .known(let state, _) = match else { return false }
        return state.applied.contains(fact.status) && state.expectedAmount == fact.amount
    }

    private func stale(_ evidence: Evidence, _ match: ReferenceMatch?) -> Verdict {
        let isRejected = policy.staleTimestamp == .reject && !evidence.isSettled
        var verdict = Verdict(isRejected ? .unauthorized : .successful, .stale)
        verdict.needsQuery = true
        verdict.transactionID = match?.transactionID
        if isRejected || !policy.canQuery { verdict.attention.insert(.staleCallback) }
        if evidence.fact == nil { verdict.attention.insert(.invalidCallback) }
        return verdict
    }

    // MARK: Rows 7 to 10

    private func conflict(_ match: ReferenceMatch) -> Verdict {
        var verdict = Verdict(.conflict, .conflict)
        verdict.attention = [.externalIDConflict]
        verdict.needsQuery = true
        verdict.transactionID = match.transactionID
        return verdict
    }

    // MARK: Rows 11 to 13

    private func unknown(_ fact: Fact, _ evidence: Evidence) -> Verdict {
        if policy.unknownTransactions == .reject {
            var verdict = Verdict(.transactionNotFound, .awaitingQuery)
            verdict.attention = [.unknownTransaction]
            verdict.needsQuery = true
            return verdict
        }
        let decision = StatusTable.decide(
            from: nil,
            applied: [],
            reported: fact.status,
            source: .notify
        )
        guard case .apply(let status, let attention) = decision,
            policy.confirmWithQuery == .never
        else { return undecided(decision) }
        var verdict = Verdict(.successful, .applied)
        verdict.attention = attention.map { [$0] } ?? []
        verdict.effect = .create(
            order: policy.referenceRoles.order ?? evidence.provenOrder ?? .cashIn,
            to: status,
            rolesAssumed: policy.referenceRoles == .auto
        )
        return verdict
    }

    private func contradiction(_ fact: Fact, _ state: TransactionState) -> Verdict {
        var verdict = Verdict(.successful, .awaitingQuery)
        let isSecondSuccess = state.status == .success && fact.status == .success
        verdict.attention = [isSecondSuccess ? .possibleSecondPayment : .referenceMismatch]
        verdict.needsQuery = true
        return verdict
    }

    private func known(
        _ fact: Fact,
        _ state: TransactionState,
        _ order: ReferenceOrder
    ) -> Verdict {
        var flagged: Set<AttentionKind> = []
        if isMismatch(fact, state) {
            let isSecondSuccess = state.status == .success && fact.status == .success
            flagged = [isSecondSuccess ? .possibleSecondPayment : .amountMismatch]
            if policy.amountMismatch == .reject {
                var verdict = Verdict(.invalidAmount, .mismatch)
                verdict.attention = flagged
                verdict.transactionID = state.id
                verdict.order = order
                return verdict
            }
        }
        let decision = StatusTable.decide(
            from: state.status,
            applied: state.applied,
            reported: fact.status,
            source: .notify
        )
        var verdict = undecided(decision)
        if case .apply(let status, let attention) = decision, !waits(fact, state) {
            verdict = Verdict(.successful, .applied)
            verdict.attention = attention.map { [$0] } ?? []
            verdict.effect = .advance(state, to: status, order: order)
        }
        verdict.attention.formUnion(flagged)
        verdict.transactionID = state.id
        verdict.order = order
        return verdict
    }

    /// Row 12: only a success or a refund moves money, so only they are held to the amount.
    private func isMismatch(_ fact: Fact, _ state: TransactionState) -> Bool {
        guard fact.status == .success || fact.status == .refunded else { return false }
        return state.expectedAmount.map { $0 != fact.amount } ?? false
    }

    /// Whether a change has to wait for a query or for the answer to our own generate.
    private func waits(_ fact: Fact, _ state: TransactionState) -> Bool {
        if state.status == .created { return true }
        switch policy.confirmWithQuery {
        case .never: return false
        case .unproven: return !state.isProven
        case .always: return !state.isProven || fact.status == .success
        }
    }

    /// The verdict of a decision that changes nothing now.
    private func undecided(_ decision: StatusDecision) -> Verdict {
        switch decision {
        case .replay: return Verdict(.successful, .replayed)
        case .ignore(let attention):
            var verdict = Verdict(.successful, .ignored)
            verdict.attention = attention.map { [$0] } ?? []
            return verdict
        case .queryDecides(let attention):
            var verdict = Verdict(.successful, .awaitingQuery)
            verdict.attention = attention.map { [$0] } ?? []
            verdict.needsQuery = true
            return verdict
        case .apply, .askAgain:
            var verdict = Verdict(.successful, .awaitingQuery)
            verdict.needsQuery = true
            return verdict
        }
    }
}

extension ReferenceMatch {
    /// The transaction that both references agree on, if there is one.
    package var transactionID: Int64? {
        if case .known(let state, _) = self { state.id } else { nil }
    }
}
