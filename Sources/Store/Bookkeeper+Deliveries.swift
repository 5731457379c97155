import Payments
import SQLite

extension Bookkeeper {
    /// Counts a repetition and answers it as the kept callback would be judged now (row 5a).
    func repeated(
        _ delivery: Delivery,
        of kept: KeptCallback,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Judgement {
        try journal.countRepetition(
            of: kept.id,
            receivedMilliseconds: delivery.receivedMilliseconds
        )
        let verdict = verdict(on: delivery, of: kept, surroundings, policy)
        var place = kept.place
        let takesEffect = verdict.outcome == .applied && kept.outcome != .applied
        if takesEffect {
            place.sequence = try apply(verdict, of: delivery, at: &place, surroundings, policy)
            try journal.promote(at: place)
            try addLate(delivery, at: place)
            try noteExternalID(ofPromoted: kept.id, receivedMilliseconds: kept.receivedMilliseconds)
        }
        return Judgement(
            callbackID: kept.id,
            answer: verdict.answer,
            outcome: takesEffect ? .applied : kept.outcome,
            sequence: place.sequence,
            isRepetition: true
        )
    }

    /// How a kept callback would be judged now, the clock being its time of receipt.
    func verdict(
        on delivery: Delivery,
        of kept: KeptCallback,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) -> Verdict {
        let isConflict = kept.outcome == .conflict && !kept.isSettled
        return verdict(
            on: delivery,
            receivedMilliseconds: kept.receivedMilliseconds,
            externalIDUse: isConflict ? .otherFact : .free,
            isSettled: kept.isSettled,
            surroundings,
            policy
        )
    }

    /// Judges and keeps a callback that was never received before.
    func fresh(
        _ delivery: Delivery,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Judgement {
        let owner = try externalIDOwner(of: delivery)
        let isConflict = owner.map { $0.fact != delivery.fact } ?? false
        let verdict = verdict(
            on: delivery,
            receivedMilliseconds: delivery.receivedMilliseconds,
            externalIDUse: owner == nil ? .free : isConflict ? .otherFact : .sameFact,
            isSettled: isConflict ? try isSettled(delivery, among: surroundings) : false,
            surroundings,
            policy
        )
        let verification = try verifications.id(of: delivery.verification)
        var place = JournalTable.Place(
            id: callbackIDs.next(),
            transactionID: nil,
            previousCallbackID: nil,
            sequence: nil
        )
        newestCallbackID = place.id
        place.sequence = try apply(verdict, of: delivery, at: &place, surroundings, policy)
        if place.transactionID == nil {
            place.isCrowded = surroundings.callbackIDs.count >= Self.searchedMax
        }
        try journal.insert(delivery, verdict: verdict, verification: verification, at: place)
        try clockSteps.note(.callbacks, id: place.id, milliseconds: delivery.receivedMilliseconds)
        addToIndex(delivery, at: place)
        if verdict.answer == .successful, owner == nil, let externalID = delivery.externalID {
            externalIDs.add(
                externalID,
                callbackID: place.id,
                atMilliseconds: delivery.receivedMilliseconds
            )
        }
        return Judgement(
            callbackID: place.id,
            answer: verdict.answer,
            outcome: verdict.outcome,
            sequence: place.sequence,
            isRepetition: false
        )
    }

    /// Whether a query has settled a conflict of which this is the retry, signed anew.
    private func isSettled(
        _ delivery: Delivery,
        among surroundings: Surroundings
    ) throws(SQLiteError) -> Bool {
        let isSame = { (id: Int64) throws(SQLiteError) in
            guard let kept = try self.journal.claim(of: id) else { return false }
            return kept.isSettled && kept.claim.fact == delivery.fact
                && kept.claim.externalID == delivery.externalID
        }
        for id in surroundings.callbackIDs where try isSame(id) { return true }
        for transaction in surroundings.transactions {
            var next = transaction.lastSearchedCallbackID
            while let id = next {
                if try isSame(id) { return true }
                next = try journal.link(of: id)?.previousCallbackID
            }
        }
        return false
    }

    func verdict(
        on delivery: Delivery,
        receivedMilliseconds: Int64,
        externalIDUse: Evidence.ExternalIDUse,
        isSettled: Bool,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) -> Verdict {
        let judge = Judge(policy: policy.judging)
        switch delivery.failure {
        case .headers: return judge.unreadable()
        case .partner: return Verdict(.unauthorized, .refused)
        case .body, nil: break
        }
        return judge.judge(
            Evidence(
                fact: delivery.fact,
                receivedMilliseconds: receivedMilliseconds,
                signedMilliseconds: delivery.signedMilliseconds,
                externalIDUse: externalIDUse,
                isSettled: isSettled,
                candidates: surroundings.transactions.map(\.state),
                provenOrder: provenOrder
            )
        )
    }

    /// A promoted callback is answered 2005600, so its X-EXTERNAL-ID is its own from now on, unless
    /// it has an owner or its day has passed.
    func noteExternalID(
        ofPromoted callbackID: Int64,
        receivedMilliseconds received: Int64
    ) throws(SQLiteError) {
        guard externalIDs.covers(received),
            let id = try journal.externalID(of: callbackID)?.externalID,
            try externalIDs.owner(of: id, atMilliseconds: received, journal: journal) == nil
        else { return }
        externalIDs.add(id, callbackID: callbackID, atMilliseconds: received)
    }

    func externalIDOwner(
        of delivery: Delivery
    ) throws(SQLiteError) -> (id: Int64, fact: Fact?)? {
        guard let externalID = delivery.externalID else { return nil }
        return try externalIDs.owner(
            of: externalID,
            atMilliseconds: delivery.receivedMilliseconds,
            journal: journal
        )
    }

    private func addToIndex(_ delivery: Delivery, at place: JournalTable.Place) {
        for key in indexKeys(of: delivery, at: place) { index.add(.callback(place.id), for: key) }
    }

    /// The same for a callback whose row may lie below the index's watermark already.
    func addLate(_ delivery: Delivery, at place: JournalTable.Place) throws(SQLiteError) {
        for key in indexKeys(of: delivery, at: place) { try addLate(.callback(place.id), for: key) }
    }

    /// The keys under which the index leads to a callback.
    private func indexKeys(of delivery: Delivery, at place: JournalTable.Place) -> [UInt64] {
        let isAttached = place.transactionID != nil
        // The usual one: nothing to do, and nothing to allocate.
        if isAttached, !place.isCrowded { return [] }
        let pair = delivery.pair.map { pair in
            [pair.originalPartnerReferenceNo.text, pair.originalReferenceNo.text]
        }
        return IndexEntry.keys(
            references: pair ?? [],
            signatureKey: delivery.signatureKey,
            isAttached: isAttached,
            isCrowded: place.isCrowded
        )
    }
}
