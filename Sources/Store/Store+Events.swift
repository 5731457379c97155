package import Ledger
package import Payments

extension Store {
    // MARK: Generating

    /// Records the intent to generate, or says why this reference cannot be generated.
    ///
    /// - Parameter isConfirmedUnknown: the gateway has just said that it does not know the
    ///   reference.
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

    /// Records how the call ended, with everything that waited for it.
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

    /// Has the gateway asked about calls that were under way when the program ended last.
    func recoverGenerations() async throws(StoreError) {
        var scope = LedgerScope()
        scope.paymentIDs = try await reader.interruptedGenerations()
        if scope.paymentIDs.isEmpty { return }
        let ids = scope.paymentIDs
        try await commit(scope) { (ledger, _) throws(StoreError) in ledger.recoverGenerations(ids) }
    }

    // MARK: Inquiries

    /// Records how an inquiry ended, and what follows from it.
    package func record(
        _ inquiry: Inquiry,
        _ outcome: InquiryOutcome,
        _ calls: [GatewayCall]
    ) async throws(StoreError) -> InquiryReceipt {
        var scope = LedgerScope()
        scope.add(inquiry, outcome)
        return try await commit(scope) { (ledger, _) throws(StoreError) in
            ledger.record(inquiry, outcome, calls)
        }
    }

    /// Gives open payments and held callbacks whose schedule has ended one new query each.
    ///
    /// - Returns: how many got one.
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

    /// Gives these payments one new query each, where their schedule has ended and they are open.
    ///
    /// - Returns: how many got one.
    package func resumeInquiries(_ ids: [Payment.ID]) async throws(StoreError) -> Int {
        var scope = LedgerScope()
        scope.paymentIDs = ids
        return try await commit(scope) { (ledger, _) throws(StoreError) in ledger.resume(ids) }
    }

    /// Ends inquiries that are due and cannot be sent: the attention list holds what they were
    /// about.
    package func hold(_ ids: [Payment.ID], reason: String) async throws(StoreError) {
        if ids.isEmpty { return }
        var scope = LedgerScope()
        scope.paymentIDs = ids
        try await commit(scope) { (ledger, _) throws(StoreError) in
            ledger.hold(ids, reason: reason)
        }
    }

    /// Payments or entries that one commit of a long order changes at most.
    package static let pageMax = 200

    // MARK: Operators

    /// Resolves an entry of the attention list, and writes the status that is accepted, if one.
    ///
    /// - Parameter isDryRun: nothing is written.
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

    /// Writes a status for a payment that has no entry, or is not known yet.
    ///
    /// - Parameter isDryRun: nothing is written.
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

    private static func scope(of decision: OperatorDecision) -> LedgerScope {
        var scope = LedgerScope()
        scope.callbackIDs = decision.callbackID.map { [$0] } ?? []
        scope.needsEntryCallbacks = true
        return scope
    }

    /// Resolves the open entries of a kind that were opened before a point in time, accepting
    /// nothing.
    ///
    /// - Parameter milliseconds: since the epoch.
    /// - Returns: how many.
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

    /// Judges kept callbacks again, in the order given, in one commit.
    ///
    /// - Parameter isDryRun: nothing is written; each is judged as if it were the only one.
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

    /// Opens an attention entry about the gateway itself, or counts it.
    package func raise(_ kind: AttentionKind, detail: String) async throws(StoreError) {
        try await commit(Self.looseEntries) { (ledger, _) throws(StoreError) in
            ledger.raiseGatewayEntry(kind, detail: detail)
        }
    }

    /// Closes an attention entry about the gateway itself; returns whether one was open.
    package func close(_ kind: AttentionKind, note: String) async throws(StoreError) -> Bool {
        try await commit(Self.looseEntries) { (ledger, _) throws(StoreError) in
            ledger.closeGatewayEntry(kind, note: note)
        }
    }

    private static var looseEntries: LedgerScope {
        var scope = LedgerScope()
        scope.needsLooseEntries = true
        return scope
    }

    // MARK: Consumers

    /// How many consumers may be: far more than a merchant has services.
    package static let consumersMax = 1_000

    /// How many consumers one token may make (contract section 5): their names are its own, or
    /// begin with it and a dot.
    package static let consumersOfTokenMax = 100

    /// Moves a consumer, or adds it; returns when that is on disk.
    package func move(_ move: ConsumerMove) async throws(StoreError) -> ConsumerMove.Outcome {
        let (feed, now) = (feed, now)
        return try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.moveConsumer(move, feed: feed, atMilliseconds: now())
        }
    }

    /// Removes a consumer; returns, when that is on disk, whether there was one.
    package func removeConsumer(_ name: String) async throws(StoreError) -> Bool {
        try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.removeConsumer(name)
        }
    }
}
