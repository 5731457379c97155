import Payments
import SQLite

extension Bookkeeper {
    /// Writes what a verdict does beside the callback itself: the transaction, its transition, the
    /// attention list, the question to the gateway. Puts the callback into its transaction's chain
    /// and returns the transition's sequence number, if there is one.
    func apply(
        _ verdict: Verdict,
        of delivery: Delivery,
        at place: inout JournalTable.Place,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Int64? {
        let stored = surroundings.transactions.first { $0.state.id == verdict.transactionID }
        let now = delivery.receivedMilliseconds
        var sequence: Int64?
        if let claim = delivery.claim(callbackID: place.id) {
            sequence = try apply(
                verdict.effect,
                of: claim,
                to: stored,
                at: &place,
                policy,
                atMilliseconds: now
            )
            if let stored, let order = verdict.order {
                try noteOrder(order, provenBy: stored.state)
            }
        } else if let stored {
            try attach(to: stored, at: &place)
        }
        var held = verdict.attention
        if verdict.needsQuery {
            let isAsked = try ask(about: delivery, at: place, stored, surroundings, policy)
            // "Wherever this page says query decides and no query can be asked […], the attention
            // list holds it" (contract section 4).
            if !isAsked, held.isEmpty { held = [.unconfirmedCallback] }
        }
        try raise(held, delivery, place, surroundings)
        return sequence
    }

    /// Writes what a readable callback does to a transaction, now or after it has waited.
    func apply(
        _ effect: VerdictEffect,
        of claim: Claim,
        to stored: StoredTransaction?,
        at place: inout JournalTable.Place,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> Int64? {
        switch effect {
        case .nothing:
            if let stored { try attach(to: stored, at: &place) }
            return nil
        case .advance(_, let status, let order):
            guard let stored else { return nil }
            try attach(to: stored, at: &place)
            let change = Change(to: status, claim, order, atMilliseconds: now)
            return try advance(stored, by: change, policy)
        case .create(let order, let status, let rolesAssumed):
            let change = Change(to: status, claim, order, atMilliseconds: now)
            place.transactionID = nextTransactionID
            return try create(change, origin: .notify, rolesAssumed: rolesAssumed, policy)
        }
    }

    /// Makes the callback the newest in the transaction's chain, unless it stands in it already.
    func attach(
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

    /// Moves a transaction on and returns the transition's sequence number.
    func advance(
        _ stored: StoredTransaction,
        by change: Change,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Int64 {
        var state = stored.state
        if state.referenceNo == nil, let reference = change.referenceNo {
            state.referenceNo = reference
            try learn(state, isNewReference: true)
        }
        let record = transition(from: state.status, change, referenceNo: state.referenceNo)
        let applied = state.applied.union(StatusCodeSet(change.latestStatus))
        try transactions.advance(state.id, by: record, applied: applied)
        let isFirst = stored.lastSequence == 0
        try append(record, to: state.id, after: isFirst ? nil : stored.lastSequence)
        state.status = change.to
        var changed = stored
        changed.state = state
        changed.updatedMilliseconds = change.atMilliseconds
        try followUp(changed, isNew: false, policy)
        return record.sequence
    }

    /// Makes a transaction with its first transition, and returns that one's sequence number.
    func create(
        _ change: Change,
        origin: TransactionOrigin,
        isProven: Bool = false,
        rolesAssumed: Bool = false,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Int64 {
        let id = nextTransactionID
        nextTransactionID += 1
        let record = transition(from: nil, change, referenceNo: change.referenceNo)
        let isPaid = change.to == .success
        try transactions.insert(
            NewTransaction(
                id: id,
                partnerReferenceNo: change.partnerReferenceNo,
                referenceNo: change.referenceNo,
                status: change.to,
                latestStatus: change.latestStatus,
                applied: StatusCodeSet(change.latestStatus),
                amount: change.amount,
                paidAmount: isPaid ? change.amount : nil,
                origin: origin,
                isProven: isProven,
                rolesAssumed: rolesAssumed,
                paidAt: isPaid ? change.paidAt : nil,
                atMilliseconds: change.atMilliseconds,
                sequence: record.sequence,
                callbackID: change.callbackID
            )
        )
        try clockSteps.note(.transactions, id: id, milliseconds: change.atMilliseconds)
        index.add(.transaction(id), for: ReferenceIndex.key(change.partnerReferenceNo))
        if let reference = change.referenceNo {
            index.add(.transaction(id), for: ReferenceIndex.key(reference))
        }
        try append(record, to: id, after: nil)
        // Paid and not asked about again: the usual one, which costs no look at it.
        if isPaid, policy.schedule.recheckSuccessSeconds.isEmpty { return record.sequence }
        if let created = try transactions.transaction(id) {
            try followUp(created, isNew: true, policy)
        }
        return record.sequence
    }

    /// Writes the references of a transaction after one was learnt or both were put right.
    func learn(_ state: TransactionState, isNewReference: Bool) throws(SQLiteError) {
        try transactions.setReferences(state)
        guard isNewReference, let reference = state.referenceNo else { return }
        try addLate(.transaction(state.id), for: ReferenceIndex.key(reference))
    }

    /// Adds an entry to the index for a row that may lie below its watermark already.
    func addLate(_ entry: IndexEntry, for key: UInt64) throws(SQLiteError) {
        try lateEntries.insert(entry, for: key)
        newestLateEntryID += 1
        index.add(entry, for: key)
    }

    private func transition(
        from: TransactionStatus?,
        _ change: Change,
        referenceNo: Reference?
    ) -> TransitionRecord {
        TransitionRecord(
            sequence: head + 1,
            partnerReferenceNo: change.partnerReferenceNo.text,
            referenceNo: referenceNo?.text,
            from: from,
            to: change.to,
            latestStatus: change.latestStatus,
            amount: change.amount,
            source: change.source,
            externalID: change.externalID,
            callbackID: change.callbackID,
            paidAt: change.to == .success ? change.paidAt : nil,
            recordedMilliseconds: change.atMilliseconds
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
        let recorded = record.recordedMilliseconds
        try clockSteps.note(.transitions, id: record.sequence, milliseconds: recorded)
        head = record.sequence
        changed.insert(record.partnerReferenceNo)
    }

    /// Keeps a call of the gateway.
    func keep(_ exchange: ExchangeRecord, transactionID: Int64?) throws(SQLiteError) {
        let id = try exchanges.insert(exchange, transactionID: transactionID)
        try clockSteps.note(.exchanges, id: id, milliseconds: exchange.finishedMilliseconds)
    }

    private func raise(
        _ kinds: Set<AttentionKind>,
        _ delivery: Delivery,
        _ place: JournalTable.Place,
        _ surroundings: Surroundings
    ) throws(SQLiteError) {
        if kinds.isEmpty { return }
        let stored = surroundings.transactions.first { $0.state.id == place.transactionID }
        let subject = AttentionTable.Subject(
            transactionID: place.transactionID,
            callbackID: place.id,
            partnerReferenceNo: stored?.state.partnerReferenceNo.text
        )
        let detail = AttentionDetail.text(delivery, about: stored?.state)
        for kind in kinds.sorted(by: { $0.rawValue < $1.rawValue }) {
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
        return text + stored(state)
    }

    /// The same for the gateway's answer to a query.
    static func text(_ report: GatewayReport, about state: TransactionState?) -> String {
        var text = "query says \(report.status.code)"
        if let amount = report.amount { text += ", IDR \(amount)" }
        text += ", originalPartnerReferenceNo \(report.partnerReferenceNo)"
        if let reference = report.referenceNo { text += ", originalReferenceNo \(reference)" }
        return text + stored(state)
    }

    private static func stored(_ state: TransactionState?) -> String {
        guard let state else { return "" }
        var text = "; stored: \(state.status.word)"
        if let amount = state.expectedAmount { text += ", IDR \(amount)" }
        if let reference = state.referenceNo { text += ", referenceNo \(reference)" }
        return text
    }
}
