import Payments
import SQLite

extension Bookkeeper {
    /// Judges what the gateway answered to an inquiry and writes everything that follows from it.
    func settle(
        _ inquiry: Inquiry,
        _ outcome: InquiryOutcome,
        _ exchanges: [ExchangeRecord],
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> InquirySettlement {
        let question = try inquiry.questionID.map { id throws(SQLiteError) in
            try questions.question(id)
        }
        var answer = InquiryAnswer(
            inquiry: inquiry,
            asked: outcome.asked ?? inquiry.partnerReferenceNo,
            question: question ?? nil,
            now: now
        )
        answer.stored = try transaction(of: answer)
        if let callbackID = answer.question?.callbackID {
            answer.claim = try journal.claim(of: callbackID)
        }
        if case .found(let report, _, let code) = outcome {
            try take(report, code: code, in: &answer, policy)
        } else if let code = outcome.responseCode, let id = answer.stored?.state.id {
            let isNotFound = if case .notFound = outcome { true } else { false }
            try transactions.noteQuery(
                id,
                code: code,
                status: isNotFound ? .notFound : nil,
                atMilliseconds: now
            )
        }
        for exchange in exchanges {
            try self.exchanges.insert(exchange, transactionID: answer.transactionID)
        }
        let next = try goOn(after: outcome, answer, policy)
        return InquirySettlement(
            partnerReferenceNo: answer.partnerReferenceNo,
            sequence: answer.sequence,
            isOutdated: answer.verdict.isOutdated,
            nextMilliseconds: next
        )
    }

    /// The transaction that an answer is about.
    private func transaction(
        of answer: InquiryAnswer
    ) throws(SQLiteError) -> StoredTransaction? {
        if let id = answer.question?.transactionID { return try transactions.transaction(id) }
        return try transaction(named: answer.asked)
    }

    /// The transaction of a merchant's number, else one whose other number it is, as long as that
    /// may be a wrong guess.
    func transaction(named reference: Reference) throws(SQLiteError) -> StoredTransaction? {
        let key = ReferenceIndex.key(reference)
        var second: StoredTransaction?
        let entries = try index.entries(key, in: lookups, beside: entriesBeingWritten)
        for case .transaction(let id) in entries {
            guard let stored = try transactions.transaction(id) else { continue }
            if stored.state.partnerReferenceNo == reference { return stored }
            if stored.state.referenceNo == reference, !stored.state.isProven { second = stored }
        }
        return second
    }

    // MARK: The gateway knows it

    private func take(
        _ report: GatewayReport,
        code: String,
        in answer: inout InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) {
        let waiting = answer.claim.flatMap { $0.isWaiting ? $0.claim : nil }
        answer.verdict = QueryJudge(policy: policy.judging).judge(
            report,
            QueryEvidence(
                asked: answer.asked,
                state: answer.stored?.state,
                claim: waiting?.fact,
                isCurrent: answer.isCurrent
            )
        )
        if answer.verdict.isOurs, !answer.verdict.isOutdated {
            try learn(report, in: &answer)
        }
        try takeEffect(report, waiting, in: &answer, policy)
        if let id = answer.transactionID {
            try transactions.noteQuery(
                id,
                code: code,
                status: report.status,
                atMilliseconds: answer.now
            )
        }
        try raise(report, in: answer)
        if answer.verdict.isBelieved {
            try settleWaiting(report, in: &answer)
        }
    }

    /// Notes what the answer says of the transaction's references.
    private func learn(_ report: GatewayReport, in answer: inout InquiryAnswer) throws(SQLiteError)
    {
        guard var state = answer.stored?.state else { return }
        let before = state
        if answer.verdict.correctsRoles {
            changed.insert(state.partnerReferenceNo.text)
            let reference = state.partnerReferenceNo
            state = TransactionState(
                id: state.id,
                partnerReferenceNo: report.partnerReferenceNo,
                referenceNo: reference,
                status: state.status,
                applied: state.applied,
                expectedAmount: state.expectedAmount,
                isProven: true
            )
            state.origin = before.origin
            state.roles = .corrected
        } else if let reference = report.referenceNo {
            state.referenceNo = state.referenceNo ?? reference
            state.isProven = true
            if state.roles == .assumed { state.roles = .known }
        }
        guard state != before else { return }
        try learn(
            state,
            isNewReference: before.referenceNo == nil && state.referenceNo != nil
        )
        answer.stored?.state = state
    }

    private func takeEffect(
        _ report: GatewayReport,
        _ waiting: Claim?,
        in answer: inout InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) {
        let status: TransactionStatus
        switch answer.verdict.effect {
        case .nothing: return
        case .advance(let to), .create(let to): status = to
        }
        let partner = answer.stored?.state.partnerReferenceNo ?? report.partnerReferenceNo
        var change = Change(
            to: status,
            report.status,
            of: partner,
            source: .query,
            atMilliseconds: answer.now
        )
        change.referenceNo = report.referenceNo ?? answer.stored?.state.referenceNo
        change.amount =
            report.amount ?? answer.stored?.state.expectedAmount ?? waiting?.fact.amount
        // The callback that asked, where the answer is that it was right.
        let confirmed = waiting.flatMap { claim in
            let isItsPair = change.referenceNo.map { claim.fact.pair.holds(partner, $0) } ?? false
            return isItsPair && claim.fact.status == report.status ? claim : nil
        }
        change.callbackID = confirmed?.callbackID
        change.externalID = confirmed?.externalID
        change.paidAt = report.paidAt ?? confirmed?.finishedTime
        try write(change, confirmed, waiting: waiting, in: &answer, policy)
    }

    private func write(
        _ change: Change,
        _ confirmed: Claim?,
        waiting: Claim?,
        in answer: inout InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) {
        var place = answer.claim?.place
        if let stored = answer.stored {
            if confirmed != nil, var attached = place {
                try attach(to: stored, at: &attached)
                place = attached
            }
            answer.sequence = try advance(stored, by: change, policy)
        } else {
            answer.createdID = nextTransactionID
            answer.createdReference = change.partnerReferenceNo
            place?.transactionID = nextTransactionID
            answer.sequence = try create(
                change,
                origin: waiting == nil ? .query : .notify,
                // Without the gateway's number there is no pair that was learnt.
                isProven: change.referenceNo != nil,
                policy
            )
        }
        guard confirmed != nil, var place, let kept = answer.claim else { return }
        place.sequence = answer.sequence
        try journal.promote(at: place)
        try journal.settle(place.id, atMilliseconds: answer.now)
        try close(callbackID: place.id, change.latestStatus, at: answer.now)
        try noteExternalID(
            ofPromoted: place.id,
            receivedMilliseconds: kept.receivedMilliseconds
        )
    }

    // MARK: Attention

    private func raise(_ report: GatewayReport, in answer: InquiryAnswer) throws(SQLiteError) {
        let subject = AttentionTable.Subject(
            transactionID: answer.transactionID,
            callbackID: answer.question?.callbackID,
            partnerReferenceNo: (answer.partnerReferenceNo ?? answer.inquiry.partnerReferenceNo)
                .text
        )
        for kind in answer.verdict.attention.sorted(by: { $0.rawValue < $1.rawValue }) {
            try attention.raise(
                kind,
                about: subject,
                detail: AttentionDetail.text(report, about: answer.stored?.state),
                atMilliseconds: answer.now
            )
        }
    }

    // MARK: What waited

    /// Callbacks of one payment that are looked at when an answer comes: more are of a gateway that
    /// repeats itself, and say the same.
    private static let waitingMax = 1_000

    /// Notes which callbacks have their answer now, and closes what the attention list holds of
    /// them.
    private func settleWaiting(
        _ report: GatewayReport,
        in answer: inout InquiryAnswer
    ) throws(SQLiteError) {
        for kept in try waiting(in: answer) {
            guard QueryJudge.settles(report.status, kept.claim.fact) else {
                answer.waitingCallbackID = kept.place.id
                continue
            }
            try journal.settle(kept.place.id, atMilliseconds: answer.now)
            try close(callbackID: kept.place.id, report.status, at: answer.now)
        }
        // Entries of a transaction may be about any of its callbacks: they stay while one waits.
        if let id = answer.transactionID, answer.waitingCallbackID == nil {
            try close(transactionID: id, report.status, at: answer.now)
        }
    }

    /// The callbacks that wait for an answer about the payment.
    private func waiting(in answer: InquiryAnswer) throws(SQLiteError) -> [KeptClaim] {
        var ids: Set<Int64> = []
        if let id = answer.question?.callbackID { ids.insert(id) }
        if let pair = answer.claim?.claim.fact.pair {
            for reference in [pair.originalPartnerReferenceNo, pair.originalReferenceNo] {
                let key = ReferenceIndex.key(reference)
                let entries = try index.entries(key, in: lookups, beside: entriesBeingWritten)
                for case .callback(let id) in entries { ids.insert(id) }
            }
        }
        var next = answer.stored?.lastCallbackID
        while let id = next, ids.count < Self.waitingMax {
            ids.insert(id)
            next = try journal.link(of: id)?.previousCallbackID
        }
        var waiting: [KeptClaim] = []
        for id in ids.sorted() {
            guard let kept = try journal.claim(of: id), kept.isWaiting else { continue }
            let isAbout =
                kept.place.transactionID != nil
                || kept.claim.fact.pair == answer.claim?.claim.fact.pair
            if isAbout || id == answer.question?.callbackID { waiting.append(kept) }
        }
        return waiting
    }

    private func close(
        callbackID: Int64? = nil,
        transactionID: Int64? = nil,
        _ status: LatestTransactionStatus,
        at now: Int64
    ) throws(SQLiteError) {
        let subject = AttentionTable.Subject(
            transactionID: transactionID,
            callbackID: callbackID,
            partnerReferenceNo: nil
        )
        for kind in AttentionKind.allCases where kind.isClosed(byAnswer: status) {
            try attention.close(
                kind,
                of: subject,
                note: "the gateway says \(status.code)",
                atMilliseconds: now
            )
        }
    }
}

extension InquiryOutcome {
    fileprivate var asked: Reference? {
        if case .found(_, let asked, _) = self { asked } else { nil }
    }
}
