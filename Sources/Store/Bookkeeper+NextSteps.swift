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
        // Somebody asked out of turn: the step that is planned is still owed.
        let isEarly = question.nextMilliseconds > answer.now
        switch outcome {
        case .unauthorized: return question.nextMilliseconds
        case .lost:
            if isEarly { return question.nextMilliseconds }
            if question.lose(at: answer.now) { return try saved(question) }
            return try nextStep(question, answer, policy)
        case .found, .notFound, .refused: break
        }
        let isSettled = answer.verdict.settlesClaim
        if !isSettled, !answer.isCurrent {
            // What it says was asked before what the question is about.
            if !isEarly { question.repeatSoon(at: answer.now) }
            return try saved(question)
        }
        question.failingSinceMilliseconds = nil
        question.failureCount = 0
        if isSettled { return try settled(question, answer, policy) }
        return isEarly ? try saved(question) : try nextStep(question, answer, policy)
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
        let isEarly = question.nextMilliseconds > answer.now
        if question.callbackID != nil, let left = answer.waitingCallbackID {
            // The newest callback has its answer. An older one speaks of money that this is not.
            var handedOver = question
            handedOver.callbackID = left
            return isEarly ? try saved(handedOver) : try nextStep(handedOver, answer, policy)
        }
        guard question.transactionID != nil, let id = answer.transactionID else {
            // The transaction, if there is one now, has a question of its own.
            if let id = question.id { try questions.remove(id) }
            guard let id = answer.transactionID else { return nil }
            return try questions.question(transactionID: id)?.nextMilliseconds
        }
        guard question.callbackID != nil else {
            // A transition has planned its follow-up already.
            if answer.sequence != nil { return question.nextMilliseconds }
            return isEarly ? try saved(question) : try nextStep(question, answer, policy)
        }
        var freed = question
        freed.callbackID = nil
        guard let stored = try transactions.transaction(id),
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
        let isWaiting = question.callbackID != nil && (answer.claim?.isWaiting ?? false)
        let open = try openTransaction(of: question)
        if let open, var planned = try plan(open, question, policy, atMilliseconds: answer.now) {
            // The schedule of the callback is over, that of its transaction is not.
            if isWaiting { try hold(.unconfirmedCallback, question, answer) }
            planned.callbackID = nil
            return try saved(planned)
        }
        if let id = question.id { try questions.remove(id) }
        // What is still open is for people to look at.
        if open != nil {
            try hold(.unsettledPayment, question, answer)
        } else if isWaiting {
            try hold(.unconfirmedCallback, question, answer)
        }
        return nil
    }

    /// The transaction that a question follows, read anew, as long as it is open.
    private func openTransaction(
        of question: Question
    ) throws(SQLiteError) -> StoredTransaction? {
        guard let id = question.transactionID, let stored = try transactions.transaction(id),
            !stored.state.status.isFinal
        else { return nil }
        return stored
    }

    /// The schedule is over, and the gateway has not settled it: the attention list holds it.
    private func hold(
        _ kind: AttentionKind,
        _ question: Question,
        _ answer: InquiryAnswer
    ) throws(SQLiteError) {
        try attention.raise(
            kind,
            about: AttentionTable.Subject(
                transactionID: answer.transactionID,
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
