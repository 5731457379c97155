import Payments
import SQLite

extension Bookkeeper {
    /// Writes what a verdict does beside the callback itself: the transaction, its transition, the
    /// attention list. Puts the callback into its transaction's chain and returns the transition's
    /// sequence number, if there is one.
    func apply(
        _ verdict: Verdict,
        of delivery: Delivery,
        at place: inout JournalTable.Place,
        _ surroundings: Surroundings
    ) throws(SQLiteError) -> Int64? {
        var sequence: Int64?
        switch verdict.effect {
        case .nothing:
            let known = surroundings.transactions.first { $0.state.id == verdict.transactionID }
            if let known { try attach(to: known, at: &place) }
        case .advance(let state, let status, let order):
            guard let stored = surroundings.transactions.first(where: { $0.state.id == state.id })
            else { break }
            try attach(to: stored, at: &place)
            sequence = try advance(stored, to: status, order, delivery, callbackID: place.id)
        case .create(let order, let status, let rolesAssumed):
            place.transactionID = nextTransactionID
            sequence = try create(status, order, delivery, place.id, rolesAssumed: rolesAssumed)
        }
        try raise(verdict, delivery, place, surroundings)
        return sequence
    }

    /// Makes the callback the newest in the transaction's chain, unless it stands in it already.
    private func attach(
        to stored: StoredTransaction,
        at place: inout JournalTable.Place
    ) throws(SQLiteError) {
        if place.transactionID == stored.state.id { return }
        place.transactionID = stored.state.id
        place.previousCallbackID = stored.lastCallbackID
        if stored.callbackCount >= Self.searchedMax { place.isCrowded = true }
        try transactions.link(
            callbackID: place.id,
            isCrowded: place.isCrowded,
            to: stored.state.id
        )
    }

    private func advance(
        _ stored: StoredTransaction,
        to status: TransactionStatus,
        _ order: ReferenceOrder,
        _ delivery: Delivery,
        callbackID: Int64
    ) throws(SQLiteError) -> Int64? {
        guard let fact = delivery.fact else { return nil }
        let record = transition(
            from: stored.state.status,
            to: status,
            order,
            fact,
            delivery,
            callbackID: callbackID
        )
        let applied = stored.state.applied.union(StatusCodeSet(fact.status))
        try transactions.advance(stored.state.id, by: record, applied: applied)
        if stored.state.referenceNo == nil {
            let key = ReferenceIndex.key(order.gateway(of: fact.pair))
            index.add(.transaction(stored.state.id), for: key)
        }
        try append(record, to: stored.state.id, after: stored.lastSequence)
        return record.sequence
    }

    private func create(
        _ status: TransactionStatus,
        _ order: ReferenceOrder,
        _ delivery: Delivery,
        _ callbackID: Int64,
        rolesAssumed: Bool
    ) throws(SQLiteError) -> Int64? {
        guard let fact = delivery.fact else { return nil }
        let id = nextTransactionID
        nextTransactionID += 1
        let record = transition(
            from: nil,
            to: status,
            order,
            fact,
            delivery,
            callbackID: callbackID
        )
        try transactions.insert(
            record,
            id: id,
            applied: StatusCodeSet(fact.status),
            rolesAssumed: rolesAssumed
        )
        index.add(.transaction(id), for: ReferenceIndex.key(fact.pair.originalPartnerReferenceNo))
        index.add(.transaction(id), for: ReferenceIndex.key(fact.pair.originalReferenceNo))
        try append(record, to: id, after: nil)
        return record.sequence
    }

    private func transition(
        from: TransactionStatus?,
        to: TransactionStatus,
        _ order: ReferenceOrder,
        _ fact: Fact,
        _ delivery: Delivery,
        callbackID: Int64
    ) -> TransitionRecord {
        var paidAt: String?
        if to == .success, case .fact(_, let finishedTime) = delivery.content {
            paidAt = finishedTime
        }
        return TransitionRecord(
            sequence: head + 1,
            partnerReferenceNo: order.merchant(of: fact.pair).text,
            referenceNo: order.gateway(of: fact.pair).text,
            from: from,
            to: to,
            latestStatus: fact.status,
            amount: fact.amount,
            source: .notify,
            externalID: delivery.externalID,
            callbackID: callbackID,
            paidAt: paidAt,
            recordedMilliseconds: delivery.receivedMilliseconds
        )
    }

    private func append(
        _ record: TransitionRecord,
        to transactionID: Int64,
        after previousSequence: Int64?
    ) throws(SQLiteError) {
        try transitions.insert(
            record,
            transactionID: transactionID,
            previousSequence: previousSequence
        )
        head = record.sequence
        changed.insert(record.partnerReferenceNo)
    }

    private func raise(
        _ verdict: Verdict,
        _ delivery: Delivery,
        _ place: JournalTable.Place,
        _ surroundings: Surroundings
    ) throws(SQLiteError) {
        if verdict.attention.isEmpty { return }
        let stored = surroundings.transactions.first { $0.state.id == place.transactionID }
        let subject = AttentionTable.Subject(
            transactionID: place.transactionID,
            callbackID: place.id,
            partnerReferenceNo: stored?.state.partnerReferenceNo.text
        )
        let detail = AttentionDetail.text(delivery, about: stored?.state)
        for kind in verdict.attention.sorted(by: { $0.rawValue < $1.rawValue }) {
            try attention.raise(
                kind,
                about: subject,
                detail: detail,
                atMilliseconds: delivery.receivedMilliseconds
            )
        }
    }
}

/// What an attention entry says beside its kind.
enum AttentionDetail {
    /// One sentence: what the callback says, and what is stored.
    static func text(_ delivery: Delivery, about state: TransactionState?) -> String {
        var text: String
        switch delivery.content {
        case .fact(let fact, _):
            let pair = fact.pair
            text = "callback says \(fact.status.code), IDR \(fact.amount), "
            text += "originalPartnerReferenceNo \(pair.originalPartnerReferenceNo), "
            text += "originalReferenceNo \(pair.originalReferenceNo)"
        case .failure(_, let code, let problem, _):
            text = "\(code) \(problem)"
        }
        guard let state else { return text }
        text += "; stored: \(state.status.word)"
        if let amount = state.expectedAmount { text += ", IDR \(amount)" }
        if let reference = state.referenceNo { text += ", referenceNo \(reference)" }
        return text
    }
}
