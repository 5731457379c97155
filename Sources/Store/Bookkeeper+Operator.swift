import Payments
import SQLite

extension Bookkeeper {
    /// Closes an entry of the attention list, and writes the status that an operator accepts, if
    /// one.
    func resolve(
        _ id: Int64,
        note: String,
        accept: LatestTransactionStatus?,
        by name: String,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> AttentionResolution {
        guard let entry = try attention.entry(id) else { return .unknown }
        if entry.isResolved { return .alreadyResolved }
        var sequence: Int64?
        if let accept {
            let acceptance = try self.accept(accept, for: entry, policy, atMilliseconds: now)
            guard case .written(let number) = acceptance else {
                if case .refused(let resolution) = acceptance { return resolution }
                return .unknown
            }
            sequence = number
            if let number { try transitions.setOperator(name, of: number) }
        }
        try attention.resolve(id, by: name, note: note, atMilliseconds: now)
        return .resolved(sequence: sequence)
    }

    private enum Acceptance {
        /// The transition, or nil when the status stood already.
        case written(Int64?)
        case refused(AttentionResolution)
    }

    /// The status table holds for operators as it does for the gateway's answers.
    private func accept(
        _ status: LatestTransactionStatus,
        for entry: AttentionTable.Entry,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> Acceptance {
        let kept = try entry.callbackID.flatMap { id throws(SQLiteError) in
            try journal.claim(of: id)
        }
        let stored: StoredTransaction?
        if let id = entry.transactionID {
            stored = try transactions.transaction(id)
        } else if let pair = kept?.claim.fact.pair {
            switch try match(pair, policy) {
            case .unknown: stored = nil
            case .known(let state, _): stored = try transactions.transaction(state.id)
            case .contradiction(let state): return .refused(.notAllowed(from: state.status))
            }
        } else {
            return .refused(.nothingToAccept)
        }
        let decision = StatusTable.decide(
            from: stored?.state.status,
            applied: stored?.state.applied ?? [],
            reported: status,
            source: .operator
        )
        switch decision {
        case .replay: return .written(nil)
        case .ignore, .queryDecides, .askAgain:
            return .refused(.notAllowed(from: stored?.state.status))
        case .apply(let to, _):
            guard let stored else {
                return .written(try create(to, status, from: kept, policy, now))
            }
            var change = Change(
                to: to,
                status,
                of: stored.state.partnerReferenceNo,
                source: .operator,
                atMilliseconds: now
            )
            change.referenceNo = stored.state.referenceNo
            change.add(kept?.claim, expectedAmount: stored.state.expectedAmount)
            return .written(try advance(stored, by: change, policy))
        }
    }

    /// What a callback's references say about the transactions of now: since it came, there may be
    /// one for its payment.
    private func match(
        _ pair: ReferencePair,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> ReferenceMatch {
        let candidates = try surroundings(of: pair).transactions.map(\.state)
        return ReferenceMatch(pair, among: candidates, roles: policy.judging.referenceRoles)
    }

    /// A payment that only a callback speaks of, on the operator's word.
    private func create(
        _ to: TransactionStatus,
        _ status: LatestTransactionStatus,
        from kept: KeptClaim?,
        _ policy: StorePolicy,
        _ now: Int64
    ) throws(SQLiteError) -> Int64? {
        guard let kept else { return nil }
        let roles = policy.judging.referenceRoles
        let order = roles.order ?? provenOrder ?? .cashIn
        var change = Change(
            to: to,
            status,
            of: order.merchant(of: kept.claim.fact.pair),
            source: .operator,
            atMilliseconds: now
        )
        change.referenceNo = order.gateway(of: kept.claim.fact.pair)
        change.add(kept.claim, expectedAmount: nil)
        var place = kept.place
        place.transactionID = nextTransactionID
        place.sequence = try create(
            change,
            origin: .notify,
            rolesAssumed: roles == .auto,
            policy
        )
        try journal.promote(at: place)
        return place.sequence
    }
}

extension Change {
    /// Fills in what a callback says, where the operator has nothing better.
    fileprivate mutating func add(_ claim: Claim?, expectedAmount: Amount?) {
        amount = expectedAmount ?? claim?.fact.amount
        callbackID = claim?.callbackID
        externalID = claim?.externalID
        paidAt = claim?.finishedTime
    }
}
