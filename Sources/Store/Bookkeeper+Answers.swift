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
            if answer.claim == nil {
                answer.claim = try unattachedClaim(
                    report,
                    askedAtMilliseconds: exchanges.first?.startedMilliseconds ?? now
                )
            }
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
            try keep(exchange, transactionID: answer.transactionID)
        }
        let next = try goOn(after: outcome, answer, policy)
        return InquirySettlement(
            partnerReferenceNo: answer.partnerReferenceNo,
            sequence: answer.sequence,
            isOurs: answer.verdict.isOurs,
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
        var second: StoredTransaction?
        for case .transaction(let id) in try entries(of: reference) {
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
                // What another payment's status is, nobody asked.
                status: answer.verdict.isOurs || answer.verdict.isOutdated ? report.status : nil,
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
        let confirmed = try confirmed(by: report, of: partner, change.referenceNo, in: answer)
        change.callbackID = confirmed?.claim.callbackID
        change.externalID = confirmed?.claim.externalID
        change.paidAt = report.paidAt ?? confirmed?.claim.finishedTime
        try write(change, confirmed, isHeardOf: waiting != nil, in: &answer, policy)
    }

    /// The callback that the answer proves right: the one that asked, else the newest that waits.
    private func confirmed(
        by report: GatewayReport,
        of partner: Reference,
        _ reference: Reference?,
        in answer: InquiryAnswer
    ) throws(SQLiteError) -> KeptClaim? {
        guard let reference else { return nil }
        let isRight = { (kept: KeptClaim) in
            kept.isWaiting && kept.claim.fact.status == report.status
                && kept.claim.fact.pair.holds(partner, reference)
        }
        if let claim = answer.claim, isRight(claim) { return claim }
        return try waiting(in: answer).last(where: isRight)
    }

    /// - Parameter isHeardOf: whether a callback spoke of the payment before the query did.
    private func write(
        _ change: Change,
        _ confirmed: KeptClaim?,
        isHeardOf: Bool,
        in answer: inout InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) {
        var place = confirmed?.place
        if let stored = answer.stored {
            if var attached = place {
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
                origin: isHeardOf ? .notify : .query,
                // Without the gateway's number there is no pair that was learnt.
                isProven: change.referenceNo != nil,
                policy
            )
        }
        guard var place, let confirmed else { return }
        place.sequence = answer.sequence
        try journal.promote(at: place)
        try journal.settle(place.id, atMilliseconds: answer.now)
        try close(callbackID: place.id, change.latestStatus, at: answer.now)
        try removeQuestion(of: confirmed, but: answer.question?.id)
        try noteExternalID(
            ofPromoted: place.id,
            receivedMilliseconds: confirmed.receivedMilliseconds
        )
    }

    // MARK: Attention

    private func raise(_ report: GatewayReport, in answer: InquiryAnswer) throws(SQLiteError) {
        let detail = AttentionDetail.text(report, about: answer.stored?.state)
        if let kind = answer.verdict.claimContradiction, let claim = answer.claim {
            let subject = AttentionTable.Subject(
                transactionID: claim.place.transactionID,
                callbackID: claim.place.id,
                partnerReferenceNo: answer.partnerReferenceNo?.text
            )
            try attention.raise(kind, about: subject, detail: detail, atMilliseconds: answer.now)
        }
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
                detail: detail,
                atMilliseconds: answer.now
            )
        }
    }
}

extension InquiryOutcome {
    fileprivate var asked: Reference? {
        if case .found(_, let asked, _) = self { asked } else { nil }
    }
}
