import CashIn
import Ledger
package import Payments
import Snap
package import Store

/// Generates QR codes: at most one generate call at a time for a merchant reference, and no second
/// one as long as the first may have been accepted.
///
/// Two codes for one order could both be paid. The ledger decides whether a call may be sent, and
/// its intent is durable before the call; the actor only joins requests that arrive during a call.
/// Of several receivers, the one that has claimed the reference decides and calls; the others wait
/// for it.
package actor QRGenerator {
    /// What became of a request to generate, with or without a call.
    package enum Outcome: Equatable, Sendable {
        /// The gateway was called for this request; the result is stored.
        case called(GenerationResult)
        /// The code was generated before, or by a call that this request joined, and is stored.
        case stored
        /// The result of an earlier call is unknown, and the query about it did not resolve it: it
        /// failed, or its response is about another payment. It was not generated again.
        case unanswered(GatewayFailure)
        /// The ledger refuses the reference; it was not generated again. A query may have shown
        /// that the gateway has the payment, whose code a query does not return.
        case refused(GenerationStart.Refusal)
        /// Outbound is not configured, or the program is stopping; nothing is stored.
        case receiveOnly
        /// The database failed: before the call, or in all attempts to store its result. In the
        /// second case the reference is under reconciliation, and a repeat queries first.
        case storeFailed(StoreError)

        /// Whether this request caused the call, and a payable code was generated.
        package var isGenerated: Bool {
            if case .called(.accepted) = self { true } else { false }
        }
    }

    /// A request under way, which requests with the same content join.
    private struct Running {
        let content: GenerationContent
        let task: Task<Outcome, Never>
    }

    private let gateway: OutboundGateway
    private let store: Store
    private let report: OutboundReport
    private let onInquiry: @Sendable (QueryAttempt, Reference) async -> Void

    /// The requests under way, by partnerReferenceNo.
    private var running: [Reference: Running] = [:]

    /// - Parameter onInquiry: called after the result of a query about an earlier call is stored,
    ///   with what it says about the gateway's health.
    init(
        gateway: OutboundGateway,
        store: Store,
        report: OutboundReport,
        onInquiry: @escaping @Sendable (QueryAttempt, Reference) async -> Void
    ) {
        self.onInquiry = onInquiry
        self.gateway = gateway
        self.store = store
        self.report = report
    }

    /// Generates a code, or waits for the request that is under way for the same reference.
    ///
    /// A request with the same content gets its outcome, or ``Outcome/stored`` for a new code. One
    /// with other content is checked by the ledger afterwards, because it may be sent only after a
    /// definite rejection of the first.
    ///
    /// Takes up to three gateway calls, each of `cashIn.requestTimeoutSeconds` at most, and the
    /// attempts to store the result. The request runs in a task of its own: when the caller's task
    /// is cancelled, the call continues, its result is stored, and the caller still waits for it.
    package func generate(_ request: GenerationRequest) async -> Outcome {
        let key = request.partnerReferenceNo
        while let current = running[key] {
            let outcome = await current.task.value
            if current.content == request.content {
                return outcome.isGenerated ? .stored : outcome
            }
            // Other content: the ledger decides by the result of the call.
        }
        precondition(running[key] == nil, "one call at a time for a reference")
        let task = Task {
            let outcome = await start(request)
            running[key] = nil
            return outcome
        }
        running[key] = Running(content: request.content, task: task)
        return await task.value
    }

    /// Returns when no request is under way.
    ///
    /// It interrupts nothing, so the gateway must be closed before: then new requests find no
    /// client, and calls fail at once. While commits fail, the attempts to store a result delay it
    /// by 9 s (``recordAttempts``).
    func finish() async {
        while let current = running.values.first { _ = await current.task.value }
    }

    /// Records the intent and calls the gateway, if the ledger allows it. The settings of the
    /// gateway at the start hold for all calls of the request.
    private func start(_ request: GenerationRequest) async -> Outcome {
        guard let access = gateway.access else { return .receiveOnly }
        do throws(StoreError) {
            let claim = try await claim(request.partnerReferenceNo, access)
            let outcome = await decide(request, Permit(access: access, claim: claim))
            // A claim that could not be released is over after its time.
            try? await store.release(claim)
            return outcome
        } catch {
            return .storeFailed(error)
        }
    }

    /// Claims a reference; while another receiver has it, waits for changes of the payment.
    ///
    /// It ends: the other one releases the claim, or it is over after its time.
    private func claim(
        _ reference: Reference,
        _ access: OutboundGateway.Access
    ) async throws(StoreError) -> WorkClaim {
        while true {
            let mark = store.signal.mark
            let claims = try await store.claim(
                [.generation(reference)],
                forSeconds: access.generateClaimSeconds
            )
            if let claim = claims.first { return claim }
            await store.signal.wait(
                for: reference.text,
                beyond: mark,
                seconds: Self.claimPauseSeconds
            )
        }
    }

    /// How long a claim of another receiver is waited for before it is looked at again.
    private static let claimPauseSeconds = 1

    /// What one request may do: with which settings, and for how long.
    private struct Permit {
        let access: OutboundGateway.Access
        let claim: WorkClaim

        /// Whether a call that starts now ends while the reference is this receiver's. It does not
        /// after the process was stopped for a while: then another one may have called.
        var allowsCall: Bool { claim.lasts(.seconds(access.requestSeconds + 5)) }
    }

    /// Calls the gateway, if the ledger allows it.
    private func decide(_ request: GenerationRequest, _ permit: Permit) async -> Outcome {
        do throws(StoreError) {
            switch try await store.startGeneration(request) {
            case .started: return await call(request, permit)
            case .stored: return .stored
            case .refused(let refusal): return .refused(refusal)
            case .unknown: return try await queryFirst(request, permit)
            }
        } catch {
            return .storeFailed(error)
        }
    }

    /// Queries the gateway about an earlier call that may have been accepted, and calls again only
    /// if the gateway does not know the reference.
    ///
    /// The result of the query is stored and counts for the payment's schedule like any other.
    ///
    /// - Throws: when the inquiry cannot be read, or its result or the intent cannot be stored; no
    ///   generate call was sent then.
    private func queryFirst(
        _ request: GenerationRequest,
        _ permit: Permit
    ) async throws(StoreError) -> Outcome {
        let inquiry = try await store.reader.inquiry(request.partnerReferenceNo)
        let attempt = await permit.access.cashIn.query(inquiry)
        report.query(inquiry, attempt)
        let receipt = try await store.record(inquiry, attempt.outcome, attempt.calls)
        await onInquiry(attempt, request.partnerReferenceNo)
        switch attempt.query {
        case .found:
            if receipt.isOurs { return .refused(.codeMissing) }
            return .unanswered(GatewayFailure(.failed, "the response is about another payment"))
        case .unauthorized(let failure), .refused(let failure), .unreadable(let failure),
            .unavailable(let failure):
            return .unanswered(failure)
        case .notFound: break
        }
        // The query may have taken longer than the claim lasts.
        let seconds = permit.access.generateClaimSeconds
        guard let claim = try await store.renew(permit.claim, forSeconds: seconds) else {
            return .storeFailed(Self.claimOver)
        }
        let permit = Permit(access: permit.access, claim: claim)
        switch try await store.startGeneration(request, isConfirmedUnknown: true) {
        case .started: return await call(request, permit)
        case .stored: return .stored
        case .refused(let refusal): return .refused(refusal)
        case .unknown: return .refused(.codeMissing)
        }
    }

    /// Sends the generate call, once, and stores its result. A failed call is not retried, because
    /// the gateway may have received it (article Gateway, "Response codes, retries, times").
    private func call(_ request: GenerationRequest, _ permit: Permit) async -> Outcome {
        guard permit.allowsCall else { return .storeFailed(Self.claimOver) }
        let intent = GenerateIntent(
            partnerReferenceNo: request.partnerReferenceNo,
            validityPeriod: request.validityPeriod,
            amount: request.content.amount,
            feeAmount: request.content.feeAmount
        )
        let (result, call) = await permit.access.cashIn.generate(intent)
        report.generate(request.partnerReferenceNo, result, call)
        do throws(StoreError) {
            try await record(request.partnerReferenceNo, result, call)
            return .called(result)
        } catch {
            return .storeFailed(error)
        }
    }

    /// The process was stopped, or the store was slow; the next request queries first.
    private static let claimOver = StoreError(
        .locked,
        "the time in which no other receiver may call is over",
        context: "generate"
    )

    /// Stores the result; retries each second, because the gateway sends a code only once, and a
    /// full disk may have space again.
    ///
    /// - Throws: the error of the last of ``recordAttempts`` attempts. The code cannot be shown
    ///   then; the inquiry that was planned with the intent finds out whether it was paid.
    private func record(
        _ reference: Reference,
        _ result: GenerationResult,
        _ call: GatewayCall
    ) async throws(StoreError) {
        for _ in 1..<Self.recordAttempts {
            do throws(StoreError) {
                return try await store.finishGeneration(reference, result, call)
            } catch {
                try? await Task.sleep(for: .seconds(1))
            }
        }
        try await store.finishGeneration(reference, result, call)
    }

    /// The maximum of attempts to store a result, a second apart. The client waits meanwhile, and a
    /// stop of the program as well.
    private static let recordAttempts = 10
}
