import Payments
import SQLite

extension Bookkeeper {
    /// Callbacks of one payment that are looked at when an answer comes: more are of a gateway that
    /// repeats itself, and say the same.
    private static let waitingMax = 1_000

    /// Notes which callbacks have their answer now, and closes what the attention list holds of
    /// them.
    func settleWaiting(
        _ report: GatewayReport,
        in answer: inout InquiryAnswer
    ) throws(SQLiteError) {
        for kept in try waiting(in: answer) {
            let isContradicted =
                answer.verdict.claimContradiction != nil
                && kept.place.id == answer.claim?.place.id
            guard isContradicted || QueryJudge.settles(report.status, kept.claim.fact) else {
                answer.waitingCallbackID = kept.place.id
                continue
            }
            try journal.settle(kept.place.id, atMilliseconds: answer.now)
            try close(callbackID: kept.place.id, report.status, at: answer.now)
            try removeQuestion(of: kept, but: answer.question?.id)
        }
        // Entries of a transaction may be about any of its callbacks: they stay while one waits.
        if let id = answer.transactionID, answer.waitingCallbackID == nil {
            try close(transactionID: id, report.status, at: answer.now)
        }
    }

    /// The newest callback that waits for an answer about the payment and belongs to none, where
    /// the question came from somewhere else: it was received before that was asked.
    func unattachedClaim(
        _ report: GatewayReport,
        askedAtMilliseconds asked: Int64
    ) throws(SQLiteError) -> KeptClaim? {
        guard let reference = report.referenceNo else { return nil }
        return try unattached(report.partnerReferenceNo, reference)
            .last { $0.receivedMilliseconds < asked }
    }

    /// The callbacks with these two references that wait and belong to no transaction, the oldest
    /// first.
    func unattached(
        _ merchant: Reference,
        _ gateway: Reference
    ) throws(SQLiteError) -> [KeptClaim] {
        var ids: [Int64] = []
        for case .callback(let id) in try entries(of: merchant) { ids.append(id) }
        var found: [KeptClaim] = []
        for id in ids.sorted() {
            guard let kept = try journal.claim(of: id), kept.isWaiting,
                kept.place.transactionID == nil, kept.claim.fact.pair.holds(merchant, gateway)
            else { continue }
            found.append(kept)
        }
        return found
    }

    /// The callbacks that wait for an answer about the payment.
    func waiting(in answer: InquiryAnswer) throws(SQLiteError) -> [KeptClaim] {
        var ids: Set<Int64> = []
        if let id = answer.question?.callbackID { ids.insert(id) }
        if let pair = answer.claim?.claim.fact.pair {
            for case .callback(let id) in try entries(of: pair) { ids.insert(id) }
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

    /// What was asked because of a callback alone need not be asked any more.
    func removeQuestion(of kept: KeptClaim, but current: Int64?) throws(SQLiteError) {
        guard let id = try questions.question(callbackID: kept.place.id)?.id, id != current else {
            return
        }
        try questions.remove(id)
    }

    func close(
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
