package import Ledger
package import Payments

extension Store {
    // MARK: Generating

    /// Records the intent to generate, or says why this reference cannot be generated.
    ///
    /// - Parameter isConfirmedUnknown: whether a query has just said that the gateway does not know
    ///   the reference.
    package func startGeneration(
        _ request: GenerationRequest,
        isConfirmedUnknown: Bool = false
    ) async throws(StoreError) -> GenerationStart {
        var scope = LedgerScope()
        scope.references = [request.partnerReferenceNo]
        return try await commit(scope) { (ledger, _) throws(StoreError) in
            ledger.startGeneration(request, isConfirmedUnknown: isConfirmedUnknown)
        }
    }

    /// Records the result of the generate call, and decides the callbacks that waited for it.
    package func finishGeneration(
        _ partnerReferenceNo: Reference,
        _ result: GenerationResult,
        _ call: GatewayCall?
    ) async throws(StoreError) {
        var scope = LedgerScope()
        scope.references = [partnerReferenceNo]
        scope.judgesWaiting = true
        switch result {
        case .accepted(let reference, _, _), .codeRefused(let reference, _):
            scope.references.append(reference)
        case .notAccepted, .unknown: break
        }
        try await commit(scope) { (ledger, _) throws(StoreError) in
            ledger.finishGeneration(partnerReferenceNo, result, call)
        }
    }

    /// Schedules a query about each generate call that a run of the program did not finish: before
    /// others are made, or of another receiver that has ended.
    package func recoverGenerations() async throws(StoreError) {
        var scope = LedgerScope()
        scope.paymentIDs = try await reader.interruptedGenerations()
        if scope.paymentIDs.isEmpty { return }
        let ids = scope.paymentIDs
        try await commit(scope) { (ledger, engine) throws(StoreError) in
            let works = ids.map { id in
                ledger.view.payments[id].map { SharedWork.generation($0.partnerReferenceNo) }
            }
            // Calls of this process are under way.
            let fences = try engine.claim(
                works.compactMap(\.self),
                forSeconds: 0,
                renewsOwn: false
            )
            ledger.recoverGenerations(
                zip(ids, works).filter { $0.1.map { fences[$0] != nil } ?? false }.map(\.0)
            )
            for (work, fence) in fences {
                _ = try engine.release(WorkClaim(work: work, fence: fence, end: nil))
            }
        }
    }

    // MARK: Inquiries

    /// Records the result of a query that was not planned, and everything that follows from it.
    package func record(
        _ inquiry: Inquiry,
        _ outcome: QueryResult,
        _ calls: [GatewayCall]
    ) async throws(StoreError) -> QueryReceipt {
        var scope = LedgerScope()
        scope.add(inquiry, outcome)
        return try await commit(scope) { (ledger, _) throws(StoreError) in
            ledger.record(inquiry, outcome, calls)
        }
    }

    /// Records the result of a claimed query, and everything that follows from it.
    ///
    /// - Returns: false if another receiver has claimed the inquiry meanwhile; then nothing is
    ///   recorded, because that one has a later result.
    package func record(
        _ inquiry: Inquiry,
        _ outcome: QueryResult,
        _ calls: [GatewayCall],
        ending claim: WorkClaim
    ) async throws(StoreError) -> Bool {
        var scope = LedgerScope()
        scope.add(inquiry, outcome)
        return try await commit(scope) { (ledger, engine) throws(StoreError) in
            guard try engine.release(claim) else { return false }
            _ = ledger.record(inquiry, outcome, calls)
            return true
        }
    }

    /// Schedules one query about every open payment and every payment with waiting callbacks whose
    /// schedule has ended.
    ///
    /// Commits ``pageMax`` payments at a time; after an error the earlier ones stay scheduled.
    ///
    /// - Returns: how many queries were scheduled.
    package func resumeInquiries() async throws(StoreError) -> Int {
        var count = 0
        var after: Payment.ID = 0
        while true {
            let ids = try await reader.unscheduledPayments(after: after, limit: Self.pageMax)
            guard let last = ids.last else { return count }
            count += try await resumeInquiries(ids)
            after = last
        }
    }

    /// Schedules one query about each of these payments that is open, or has waiting callbacks, and
    /// whose schedule has ended.
    ///
    /// - Returns: how many queries were scheduled.
    package func resumeInquiries(_ ids: [Payment.ID]) async throws(StoreError) -> Int {
        var scope = LedgerScope()
        scope.paymentIDs = ids
        return try await commit(scope) { (ledger, _) throws(StoreError) in ledger.resume(ids) }
    }

    /// Ends inquiries that are due but cannot be sent; the attention list takes their payments.
    package func endUnsentInquiries(_ ids: [Payment.ID], reason: String) async throws(StoreError) {
        if ids.isEmpty { return }
        var scope = LedgerScope()
        scope.paymentIDs = ids
        try await commit(scope) { (ledger, _) throws(StoreError) in
            ledger.endUnsentInquiries(ids, reason: reason)
        }
    }

    /// The maximum of payments or entries in one commit of a long operation: it bounds how long
    /// callbacks wait for that commit.
    package static let pageMax = 200

    // MARK: Operators

    /// Resolves an entry of the attention list and, if the decision accepts a status, writes it.
    ///
    /// - Parameter isDryRun: whether nothing is written.
    package func resolve(
        _ id: AttentionEntry.ID,
        _ decision: OperatorDecision,
        isDryRun: Bool = false
    ) async throws(StoreError) -> DecisionOutcome {
        var scope = Self.scope(of: decision)
        scope.entryIDs = [id]
        return try await commit(scope, isDryRun: isDryRun) { (ledger, _) throws(StoreError) in
            ledger.resolve(id, decision)
        }
    }

    /// Writes a status for a payment without an entry, or one that is not known yet.
    ///
    /// - Parameter isDryRun: whether nothing is written.
    package func accept(
        _ reference: Reference,
        _ decision: OperatorDecision,
        isDryRun: Bool = false
    ) async throws(StoreError) -> DecisionOutcome {
        var scope = Self.scope(of: decision)
        scope.references = [reference]
        return try await commit(scope, isDryRun: isDryRun) { (ledger, _) throws(StoreError) in
            ledger.accept(reference, decision)
        }
    }

    /// The scope of an operator's decision.
    private static func scope(of decision: OperatorDecision) -> LedgerScope {
        var scope = LedgerScope()
        scope.callbackIDs = decision.callbackID.map { [$0] } ?? []
        scope.needsEntryCallbacks = true
        return scope
    }

    /// Resolves the open entries of a kind that were opened before a time, without accepting a
    /// status.
    ///
    /// Commits ``pageMax`` entries at a time; after an error the earlier ones stay resolved.
    ///
    /// - Parameter milliseconds: the time, in milliseconds since the epoch.
    /// - Returns: how many entries were resolved.
    package func resolveAll(
        _ kind: AttentionKind,
        openedBefore milliseconds: Int64,
        _ decision: OperatorDecision
    ) async throws(StoreError) -> Int {
        var count = 0
        var after: AttentionEntry.ID = 0
        while true {
            let ids = try await reader.openEntries(
                kind,
                openedBefore: milliseconds,
                after: after,
                limit: Self.pageMax
            )
            guard let last = ids.last else { return count }
            var scope = LedgerScope()
            scope.entryIDs = ids
            count += try await commit(scope) { (ledger, _) throws(StoreError) in
                ledger.resolve(ids, decision)
            }
            after = last
        }
    }

    /// Judges stored callbacks again, in the given order, in one commit.
    ///
    /// Rejected requests that moved to the journal are removed from the rejected-request store
    /// after the commit. A crash between the two leaves such a request in both; lists show it once.
    ///
    /// - Parameter isDryRun: whether nothing is written; then each is judged as if it were the only
    ///   one.
    package func replay(
        _ requests: [ReplayRequest],
        isDryRun: Bool
    ) async throws(StoreError) -> [ReplayResult] {
        var scope = LedgerScope()
        for request in requests { scope.add(request) }
        let results = try await commit(scope) { (ledger, _) throws(StoreError) in
            requests.map { request in
                guard isDryRun else { return ledger.replay(request) }
                var trial = ledger
                return trial.replay(request)
            }
        }
        if !isDryRun {
            await refusals.remove(results.filter { $0.before == .refused }.map(\.callbackID))
        }
        return results
    }

    // MARK: The gateway itself

    /// Opens an attention entry about the gateway or the disk, or adds to the open one.
    package func raise(_ kind: AttentionKind, detail: String) async throws(StoreError) {
        try await commit(Self.looseEntries) { (ledger, _) throws(StoreError) in
            ledger.raiseGatewayEntry(kind, detail: detail)
        }
    }

    /// Closes an attention entry that belongs to no payment; returns whether one was open.
    ///
    /// - Parameter name: what closes it, as `resolvedBy` shows it.
    package func close(
        _ kind: AttentionKind,
        by name: String,
        note: String
    ) async throws(StoreError) -> Bool {
        try await commit(Self.looseEntries) { (ledger, _) throws(StoreError) in
            ledger.closeGatewayEntry(kind, by: name, note: note)
        }
    }

    /// The scope of entries that belong to no payment.
    private static var looseEntries: LedgerScope {
        var scope = LedgerScope()
        scope.needsLooseEntries = true
        return scope
    }

    // MARK: Consumers

    /// The maximum of consumers; far more than a merchant has services.
    package static let consumersMax = 1_000

    /// The maximum of consumers for one token: those with its name, and those whose names begin
    /// with it and a dot.
    package static let consumersOfTokenMax = 100

    /// Moves the offset of a consumer, or adds the consumer; returns when that is durable.
    package func move(_ move: ConsumerMove) async throws(StoreError) -> ConsumerMove.Outcome {
        let (feed, now) = (feed, now)
        return try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.moveConsumer(move, feed: feed, atMilliseconds: now())
        }
    }

    /// Removes a consumer; returns whether it existed, when the removal is durable.
    package func removeConsumer(_ name: String) async throws(StoreError) -> Bool {
        try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.removeConsumer(name)
        }
    }
}
