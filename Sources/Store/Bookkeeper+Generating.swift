import Payments
import SQLite

extension Bookkeeper {
    /// Writes the intent to generate, unless that is not for the asking.
    func begin(
        _ request: GenerationRequest,
        isConfirmedUnknown: Bool,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> GenerationStart {
        let isOver = request.expiresMilliseconds <= now
        guard let stored = try transaction(named: request.partnerReferenceNo) else {
            if isOver { return .refused(.validityOver) }
            try begin(request, as: try makeTransaction(request, now), policy, now)
            return .begun
        }
        guard let generation = try generations.generation(stored.state.id) else {
            return .refused(.heardOfOtherwise)
        }
        let content = GenerationContent(
            amount: stored.state.expectedAmount ?? request.content.amount,
            feeAmount: generation.feeAmount,
            validity: generation.validity
        )
        let isSame = content == request.content
        switch generation.state {
        case .notAccepted where stored.state.status == .created: break
        case _ where !isSame: return .refused(.otherContent)
        case .accepted: return .stored
        // Nobody asks for what is being called for: the end of that call could not be written.
        case .unknown where stored.state.status == .created,
            .underWay where stored.state.status == .created:
            if !isConfirmedUnknown { return .unknown }
        case .codeLost, .unknown, .notAccepted, .underWay: return .refused(.codeLost)
        }
        if isOver { return .refused(.validityOver) }
        try transactions.renew(
            stored.state.id,
            amount: request.content.amount,
            atMilliseconds: now
        )
        try begin(request, as: stored.state.id, policy, now)
        return .begun
    }

    /// A transaction that nothing is known of but the wish; returns its number.
    private func makeTransaction(
        _ request: GenerationRequest,
        _ now: Int64
    ) throws(SQLiteError) -> Int64 {
        let id = nextTransactionID
        nextTransactionID += 1
        try transactions.insert(
            NewTransaction(
                id: id,
                partnerReferenceNo: request.partnerReferenceNo,
                status: .created,
                amount: request.content.amount,
                origin: .generate,
                atMilliseconds: now
            )
        )
        try clockSteps.note(.transactions, id: id, milliseconds: now)
        index.add(.transaction(id), for: ReferenceIndex.key(request.partnerReferenceNo))
        return id
    }

    private func begin(
        _ request: GenerationRequest,
        as id: Int64,
        _ policy: StorePolicy,
        _ now: Int64
    ) throws(SQLiteError) {
        try generations.begin(request, transactionID: id, atMilliseconds: now)
        changed.insert(request.partnerReferenceNo.text)
        // Should nobody live to write the answer, the gateway is asked all the same: for a callback
        // that waits, or later.
        if try questions.question(transactionID: id)?.callbackID != nil { return }
        var question = try openQuestion(
            transactionID: id,
            request.partnerReferenceNo,
            atMilliseconds: now
        )
        question.nextMilliseconds = now + Self.callMillisecondsMax
        try save(question)
    }

    /// Longer than any call lasts.
    private static let callMillisecondsMax: Int64 = 600_000

    private func openQuestion(
        transactionID: Int64,
        _ partnerReferenceNo: Reference,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> Question {
        var question =
            try questions.question(transactionID: transactionID)
            ?? Question(
                about: partnerReferenceNo,
                transactionID: transactionID,
                atMilliseconds: now
            )
        question.begin(.scheduled, baseMilliseconds: now)
        return question
    }

    /// Writes what a call has come to, and everything that waited for it.
    func end(
        _ partnerReferenceNo: Reference,
        _ result: GenerationResult,
        _ exchange: ExchangeRecord?,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        guard let stored = try transaction(named: partnerReferenceNo) else { return }
        let id = stored.state.id
        if let exchange { try keep(exchange, transactionID: id) }
        changed.insert(partnerReferenceNo.text)
        switch result {
        case .accepted(let reference, let qrContent):
            try generations.end(id, .accepted, qrContent: qrContent)
            try accept(stored, reference, policy, atMilliseconds: now)
        case .codeRefused(let reference, let problem):
            try generations.end(id, .codeLost, lastError: problem)
            try accept(stored, reference, policy, atMilliseconds: now)
            try raise(.qrRefused, about: stored.state, problem, atMilliseconds: now)
        case .notAccepted(let problem):
            try generations.end(id, .notAccepted, lastError: problem)
            // Nothing to reconcile, unless a callback waits for an answer, or the gateway has it
            // from an earlier call.
            if stored.state.status == .created,
                let question = try questions.question(transactionID: id),
                question.callbackID == nil, let id = question.id
            {
                try questions.remove(id)
            }
        case .unknown(let problem):
            try generations.end(id, .unknown, lastError: problem)
            try askWhetherAccepted(stored.state, policy, atMilliseconds: now)
        }
    }

    /// The gateway has the payment, under this number of its own.
    private func accept(
        _ stored: StoredTransaction,
        _ reference: Reference,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        var stored = stored
        let isNew = stored.state.referenceNo == nil
        if let known = stored.state.referenceNo, known != reference {
            // "The gateway's referenceNo, once learnt, never changes" (contract, Words).
            let problem = "generate answered referenceNo \(reference), but \(known) is stored"
            try raise(.referenceMismatch, about: stored.state, problem, atMilliseconds: now)
        }
        if isNew, let other = try transaction(numbered: reference) {
            let problem = "generate answered referenceNo \(reference), which \(other) has already"
            try raise(.referenceMismatch, about: stored.state, problem, atMilliseconds: now)
        }
        stored.state.referenceNo = stored.state.referenceNo ?? reference
        stored.state.isProven = true
        try learn(stored.state, isNewReference: isNew)
        // "A generate answer never lowers a status": a query may have been faster.
        if stored.state.status == .created {
            var change = Change(
                to: .pending,
                .initiated,
                of: stored.state.partnerReferenceNo,
                source: .generate,
                atMilliseconds: now
            )
            change.referenceNo = stored.state.referenceNo
            change.amount = stored.state.expectedAmount
            _ = try advance(stored, by: change, policy)
        }
        try applyWaiting(stored.state.id, policy, atMilliseconds: now)
    }

    /// The merchant's number of a transaction that has this gateway number.
    private func transaction(numbered reference: Reference) throws(SQLiteError) -> Reference? {
        for case .transaction(let id) in try entries(of: reference) {
            guard let state = try transactions.transaction(id)?.state else { continue }
            if state.referenceNo == reference { return state.partnerReferenceNo }
        }
        return nil
    }

    /// Judges the callbacks again that came before the generate answer, oldest first: what they say
    /// goes into the same commit.
    private func applyWaiting(
        _ transactionID: Int64,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        guard let accepted = try transactions.transaction(transactionID) else { return }
        var waiting: [KeptClaim] = []
        if let reference = accepted.state.referenceNo {
            // They came before the intent.
            let early = try unattached(accepted.state.partnerReferenceNo, reference)
            waiting += early.filter { $0.outcome == .awaitingQuery }
        }
        var next = accepted.lastCallbackID
        while let id = next {
            if let kept = try journal.claim(of: id), kept.outcome == .awaitingQuery {
                waiting.append(kept)
            }
            next = try journal.link(of: id)?.previousCallbackID
        }
        for kept in waiting.sorted(by: { $0.place.id < $1.place.id }) {
            guard let stored = try transactions.transaction(transactionID) else { return }
            let verdict = Judge(policy: policy.judging).judge(
                Evidence(
                    fact: kept.claim.fact,
                    receivedMilliseconds: kept.receivedMilliseconds,
                    signedMilliseconds: nil,
                    isSettled: kept.isSettled,
                    candidates: [stored.state],
                    provenOrder: provenOrder
                )
            )
            guard verdict.outcome == .awaitingQuery else {
                try takeEffect(kept, verdict, stored, policy, atMilliseconds: now)
                continue
            }
            // It goes on waiting. What contradicts the answer, or what came before it, did not when
            // it was received; the rest was raised then.
            let raised: Set<AttentionKind> = [.unconfirmedRefund, .unconfirmedCallback]
            try raise(verdict.attention.subtracting(raised), by: kept, stored.state, now)
        }
    }

    private func raise(
        _ kinds: Set<AttentionKind>,
        by kept: KeptClaim,
        _ state: TransactionState,
        _ now: Int64
    ) throws(SQLiteError) {
        let fact = kept.claim.fact
        let detail = "a callback says \(fact.status.code), IDR \(fact.amount)"
        for kind in kinds.sorted(by: { $0.rawValue < $1.rawValue }) {
            try raise(kind, about: state, detail, atMilliseconds: now)
        }
    }

    private func takeEffect(
        _ kept: KeptClaim,
        _ verdict: Verdict,
        _ stored: StoredTransaction,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        try release(stored.state.id, from: kept.claim.callbackID)
        var place = kept.place
        place.sequence = try apply(
            verdict.effect,
            of: kept.claim,
            to: stored,
            at: &place,
            policy,
            atMilliseconds: now
        )
        if let order = verdict.order { try noteOrder(order, provenBy: stored.state) }
        try raise(verdict.attention, by: kept, stored.state, now)
        try journal.settle(place.id, atMilliseconds: now)
        try close(callbackID: place.id, kept.claim.fact.status, at: now)
        try removeQuestion(of: kept, but: nil)
        if place.sequence != nil {
            try journal.promote(at: place)
        } else {
            // No transition has planned what is asked next.
            try followUp(stored, isNew: false, policy)
        }
    }

    /// The callback does not wait for a query any more, so its transaction's question is again what
    /// the status asks.
    private func release(_ transactionID: Int64, from callbackID: Int64) throws(SQLiteError) {
        guard var question = try questions.question(transactionID: transactionID),
            question.callbackID == callbackID
        else { return }
        question.callbackID = nil
        try questions.save(question)
    }

    /// The gateway may have the payment: it is asked at once, and by the schedule from then on.
    private func askWhetherAccepted(
        _ state: TransactionState,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        guard state.status == .created else { return }
        var question = try openQuestion(
            transactionID: state.id,
            state.partnerReferenceNo,
            atMilliseconds: now
        )
        question.nextMilliseconds = Self.time(of: question, policy) ?? now
        try save(question)
    }

    /// Calls that were under way when the program ended: nobody knows what became of them.
    func recoverGenerations(
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> Int {
        let interrupted = try generations.underWay()
        for id in interrupted {
            try generations.end(id, .unknown, lastError: "the program ended during the call")
            guard let stored = try transactions.transaction(id) else { continue }
            try askWhetherAccepted(stored.state, policy, atMilliseconds: now)
        }
        return interrupted.count
    }

    private func raise(
        _ kind: AttentionKind,
        about state: TransactionState,
        _ detail: String,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        try attention.raise(
            kind,
            about: AttentionTable.Subject(
                transactionID: state.id,
                callbackID: nil,
                partnerReferenceNo: state.partnerReferenceNo.text
            ),
            detail: detail,
            atMilliseconds: now
        )
    }
}
