import Payments
import SQLite

extension Bookkeeper {
    // MARK: What a callback asks

    /// Has the gateway asked, at once, about a callback that cannot decide by itself; false when
    /// there is nothing to ask, or no schedule to ask by.
    func ask(
        about delivery: Delivery,
        at place: JournalTable.Place,
        _ stored: StoredTransaction?,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) throws(SQLiteError) -> Bool {
        let now = delivery.receivedMilliseconds
        var question: Question?
        if let stored {
            question =
                try questions.question(transactionID: stored.state.id)
                ?? Self.question(about: stored.state, atMilliseconds: now)
        } else if let pair = delivery.pair {
            question =
                try openQuestion(about: pair, raisedBy: place.id)
                ?? self.question(about: pair, among: surroundings, policy, atMilliseconds: now)
        }
        guard var question else { return false }
        question.callbackID = place.id
        question.begin(.scheduled, baseMilliseconds: now)
        guard let time = Self.time(of: question, policy) else { return false }
        question.nextMilliseconds = time
        try save(question)
        return true
    }

    /// A question that an earlier callback with the same references has raised already.
    private func openQuestion(
        about pair: ReferencePair,
        raisedBy callbackID: Int64
    ) throws(SQLiteError) -> Question? {
        if let own = try questions.question(callbackID: callbackID) { return own }
        for reference in [pair.originalPartnerReferenceNo, pair.originalReferenceNo] {
            for question in try questions.questions(about: reference) {
                guard let id = question.callbackID, let kept = try journal.claim(of: id),
                    kept.claim.fact.pair == pair
                else { continue }
                return question
            }
        }
        return nil
    }

    private static func question(
        about state: TransactionState,
        atMilliseconds now: Int64
    ) -> Question {
        Question(
            about: state.partnerReferenceNo,
            or: state.roles == .assumed ? state.referenceNo : nil,
            transactionID: state.id,
            atMilliseconds: now
        )
    }

    /// A question about a payment that no transaction stands for, or that contradicts one.
    private func question(
        about pair: ReferencePair,
        among surroundings: Surroundings,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) -> Question {
        let values = [pair.originalPartnerReferenceNo, pair.originalReferenceNo]
        let known = surroundings.transactions.map(\.state.partnerReferenceNo)
            .first { values.contains($0) }
        let roles = policy.judging.referenceRoles
        let order = roles.order ?? provenOrder ?? .cashIn
        let asked = known ?? order.merchant(of: pair)
        let other = order.gateway(of: pair)
        let isGuess = known == nil && roles == .auto && other != asked
        return Question(about: asked, or: isGuess ? other : nil, atMilliseconds: now)
    }

    // MARK: What a transaction's status asks

    /// Plans when the gateway is asked next about a transaction whose status has just changed.
    ///
    /// A question that a callback waits for stays as it is: its answer comes first.
    func followUp(
        _ changed: StoredTransaction,
        isNew: Bool,
        _ policy: StorePolicy
    ) throws(SQLiteError) {
        let existing = isNew ? nil : try questions.question(transactionID: changed.state.id)
        if existing?.callbackID != nil { return }
        let now = changed.updatedMilliseconds
        if !isNew, existing == nil, changed.state.origin == .generate {
            // Its schedule was over, and somebody was to look: that is over too.
            try closeUnsettled(changed.state, atMilliseconds: now)
        }
        // Of payments made elsewhere nothing is planned while nobody asks: that list would only
        // grow. Our own are asked about as soon as somebody does.
        guard policy.judging.canQuery || changed.state.origin == .generate,
            let planned = try plan(changed, existing, policy, atMilliseconds: now)
        else {
            if let id = existing?.id { try questions.remove(id) }
            return
        }
        try save(planned)
    }

    private func closeUnsettled(
        _ state: TransactionState,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        guard state.status.isFinal else { return }
        try attention.close(
            .unsettledPayment,
            of: AttentionTable.Subject(
                transactionID: state.id,
                callbackID: nil,
                partnerReferenceNo: nil
            ),
            by: "notify",
            note: "the payment is settled: \(state.status.word)",
            atMilliseconds: now
        )
    }

    /// The next question that a transaction's status asks by itself; nil when there is none, or
    /// when all of it is over.
    func plan(
        _ stored: StoredTransaction,
        _ existing: Question?,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> Question? {
        let state = stored.state
        var question = existing ?? Self.question(about: state, atMilliseconds: now)
        switch state.status {
        case .created, .refunded: return nil
        case .success: question.begin(.recheckPaid, baseMilliseconds: now)
        case .cancelled, .failed: question.begin(.recheckUnpaid, baseMilliseconds: now)
        case .pending:
            guard
                let (phase, base, step) = try openPlace(
                    stored,
                    existing,
                    policy.schedule,
                    after: now
                )
            else { return nil }
            question.begin(phase, baseMilliseconds: base, step: step)
        }
        guard let time = Self.time(of: question, policy) else { return nil }
        question.nextMilliseconds = time
        return question
    }

    /// Where in which phase a payment is that can still be paid, or could until just now.
    private func openPlace(
        _ stored: StoredTransaction,
        _ existing: Question?,
        _ schedule: QuerySchedule,
        after now: Int64
    ) throws(SQLiteError) -> (phase: QuerySchedule.Phase, base: Int64, step: Int)? {
        // Jitter may have brought a step forward: one that was asked is not owed again.
        let first = { (phase: QuerySchedule.Phase, base: Int64) in
            let isSame = existing?.phase == phase && existing?.baseMilliseconds == base
            return isSame ? existing?.step ?? 0 : 0
        }
        let state = stored.state
        let generation =
            state.origin == .generate ? try generations.generation(state.id) : nil
        if let generation {
            let base = generation.startedMilliseconds
            let asked = first(.whileOpen, base)
            if let step = Self.openStep(of: generation, schedule, from: asked, after: now) {
                return (.whileOpen, base, step)
            }
        }
        let validity = Int64(schedule.defaultValiditySeconds) * 1_000
        let end = generation?.expiresMilliseconds ?? stored.updatedMilliseconds + validity
        let base = end + Int64(schedule.graceSeconds) * 1_000
        return schedule.step(.scheduled, base: base, after: now).map { step in
            (.scheduled, base, max(step, first(.scheduled, base)))
        }
    }

    /// The next step while a code can be paid; nil when it runs out before.
    private static func openStep(
        of generation: GenerationRecord,
        _ schedule: QuerySchedule,
        from first: Int,
        after now: Int64
    ) -> Int? {
        let base = generation.startedMilliseconds
        guard let next = schedule.step(.whileOpen, base: base, after: now) else { return nil }
        let step = max(next, first)
        guard let time = schedule.time(.whileOpen, step: step, base: base, jitterPermille: 0),
            time < generation.expiresMilliseconds
        else { return nil }
        return step
    }

    // MARK: Helpers

    /// When a question's step is due, off by up to a tenth of its offset: payments of one minute
    /// must not all be asked about in one second.
    static func time(of question: Question, _ policy: StorePolicy) -> Int64? {
        policy.schedule.time(
            question.phase,
            step: question.step,
            base: question.baseMilliseconds,
            jitterPermille: Int64.random(in: -100...100)
        )
    }

    /// Stores a question and has whoever asks look at it.
    func save(_ question: Question) throws(SQLiteError) {
        try questions.save(question)
        hasNewQuestions = true
    }

    /// Remembers the order of references that a callback of a generated transaction has proved.
    func noteOrder(
        _ order: ReferenceOrder,
        provenBy state: TransactionState
    ) throws(SQLiteError) {
        guard state.origin == .generate, state.isProven, order != provenOrder else { return }
        provenOrder = order
        try meta.setProvenOrder(order)
    }
}

extension Question {
    /// Starts a phase from its first step, or a later one.
    mutating func begin(
        _ phase: QuerySchedule.Phase,
        baseMilliseconds: Int64,
        step: Int = 0
    ) {
        self.phase = phase
        self.baseMilliseconds = baseMilliseconds
        self.step = step
        failingSinceMilliseconds = nil
        failureCount = 0
    }
}
