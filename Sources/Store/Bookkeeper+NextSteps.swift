import Payments
import SQLite

extension Bookkeeper {
    /// Plans the question's next attempt, or ends it; returns when it is asked next.
    func goOn(
        after outcome: InquiryOutcome,
        _ answer: InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Int64? {
        // Read anew: what the answer did may have changed it.
        guard let id = answer.question?.id, var question = try questions.question(id) else {
            return nil
        }
        let isSuperseded = question.callbackID != answer.question?.callbackID
        switch outcome {
        case .unauthorized: return question.nextMilliseconds
        case .lost:
            if question.lose(at: answer.now) { return try saved(question) }
            return try nextStep(question, answer, policy)
        case .found where answer.verdict.isOutdated || isSuperseded:
            question.repeatSoon(at: answer.now)
            return try saved(question)
        case .found, .notFound, .refused: break
        }
        question.failingSinceMilliseconds = nil
        question.failureCount = 0
        let isSettled = answer.verdict.isOurs && answer.verdict.settlesClaim
        return isSettled
            ? try settled(question, answer, policy) : try nextStep(question, answer, policy)
    }

    private func saved(_ question: Question) throws(SQLiteError) -> Int64 {
        try save(question)
        return question.nextMilliseconds
    }

    /// The question has its answer: what is asked next is what the transaction's status asks.
    private func settled(
        _ question: Question,
        _ answer: InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Int64? {
        guard question.transactionID != nil, let id = answer.transactionID else {
            // The transaction, if there is one now, has a question of its own.
            if let id = question.id { try questions.remove(id) }
            guard let id = answer.transactionID else { return nil }
            return try questions.question(transactionID: id)?.nextMilliseconds
        }
        guard question.callbackID != nil else {
            // A transition has planned its follow-up already.
            return answer.sequence == nil
                ? try nextStep(question, answer, policy) : question.nextMilliseconds
        }
        var freed = question
        freed.callbackID = nil
        guard policy.judging.canQuery, let stored = try transactions.transaction(id),
            let planned = try plan(stored, freed, policy, atMilliseconds: answer.now)
        else {
            if let id = question.id { try questions.remove(id) }
            return nil
        }
        return try saved(planned)
    }

    private func nextStep(
        _ question: Question,
        _ answer: InquiryAnswer,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Int64? {
        var question = question
        question.step += 1
        if question.phase != .whileOpen, let time = Self.time(of: question, policy) {
            // A long outage may have carried it past later steps: none of them is owed any more.
            question.nextMilliseconds = max(time, answer.now)
            return try saved(question)
        }
        if let stored = answer.stored, !stored.state.status.isFinal,
            var planned = try plan(stored, question, policy, atMilliseconds: answer.now)
        {
            planned.callbackID = nil
            return try saved(planned)
        }
        if let id = question.id { try questions.remove(id) }
        try giveUp(question, answer)
        return nil
    }

    /// The schedule is over: what is still open is for people to look at.
    private func giveUp(_ question: Question, _ answer: InquiryAnswer) throws(SQLiteError) {
        let isOpen = answer.stored.map { !$0.state.status.isFinal } ?? false
        let isWaiting = answer.claim?.isWaiting ?? false
        guard isOpen || isWaiting else { return }
        let kind: AttentionKind = isOpen ? .unsettledPayment : .unconfirmedCallback
        try attention.raise(
            kind,
            about: AttentionTable.Subject(
                transactionID: answer.stored?.state.id,
                callbackID: question.callbackID,
                partnerReferenceNo: (answer.partnerReferenceNo ?? question.partnerReferenceNo).text
            ),
            detail: "the gateway was asked as often as reconcile.scheduleSeconds says, "
                + "and has not settled it",
            atMilliseconds: answer.now
        )
    }
}

extension Question {
    /// Attempts that are lost to a gateway that is down use up no steps for so long (contract
    /// section 6).
    private static let patienceMilliseconds: Int64 = 86_400_000

    /// The pauses after lost attempts double up to this.
    private static let pauseMillisecondsMax: Int64 = 300_000

    /// Notes a lost attempt and plans it again; false when it has to use up its step.
    fileprivate mutating func lose(at now: Int64) -> Bool {
        let since = failingSinceMilliseconds ?? now
        guard now - since < Self.patienceMilliseconds else { return false }
        failingSinceMilliseconds = since
        failureCount += 1
        pause(at: now)
        return true
    }

    /// Plans an attempt again whose answer came too late to count: at once, and more slowly when
    /// that happens over and over.
    fileprivate mutating func repeatSoon(at now: Int64) {
        failureCount += 1
        if failureCount > 1 { pause(at: now) } else { nextMilliseconds = now }
    }

    private mutating func pause(at now: Int64) {
        let pause = min(2_500 << min(failureCount, 20), Self.pauseMillisecondsMax)
        nextMilliseconds = now + pause * Int64.random(in: 900...1_100) / 1_000
    }
}
