import CashIn
import Ledger
package import Payments
import Snap
package import Store

/// Generates QR codes: one call of the gateway for each merchant reference, however many ask.
package actor QRGenerator {
    /// What a request to generate has come to.
    package enum Outcome: Equatable, Sendable {
        /// The gateway was called just now; the result is stored.
        case called(GenerationResult)
        /// The code was generated before, and is stored.
        case stored
        /// A query about an earlier call has to come first, and had no usable response.
        case unanswered(GatewayFailure)
        /// The ledger refuses the reference; no call was made.
        case refused(GenerationStart.Refusal)
        /// The receiver has no key to call the gateway with.
        case receiveOnly
        /// The database failed before or after the call.
        case storeFailed(StoreError)

        /// Whether a new code was generated.
        package var isGenerated: Bool {
            if case .called(.accepted) = self { true } else { false }
        }
    }

    private struct Running {
        let content: GenerationContent
        let task: Task<Outcome, Never>
    }

    private let gateway: OutboundGateway
    private let store: Store
    private let report: OutboundReport
    private let onInquiry: @Sendable (QueryAttempt, Reference) async -> Void
    private var running: [Reference: Running] = [:]

    /// - Parameter onInquiry: told what the gateway answered when it was asked about a payment.
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

    /// Generates, or waits for the call that is under way for the same reference.
    ///
    /// The call continues when the caller's task is cancelled.
    package func generate(_ request: GenerationRequest) async -> Outcome {
        let key = request.partnerReferenceNo
        while let current = running[key] {
            let outcome = await current.task.value
            if current.content == request.content {
                return outcome.isGenerated ? .stored : outcome
            }
            // Of other content: the result of the call decides, so it is checked again.
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

    /// Returns when no call is under way any more.
    func finish() async {
        while let current = running.values.first { _ = await current.task.value }
    }

    private func start(_ request: GenerationRequest) async -> Outcome {
        guard let cashIn = gateway.access?.cashIn else { return .receiveOnly }
        do throws(StoreError) {
            switch try await store.startGeneration(request) {
            case .started: return await call(cashIn, request)
            case .stored: return .stored
            case .refused(let refusal): return .refused(refusal)
            case .unknown: return try await queryFirst(cashIn, request)
            }
        } catch {
            return .storeFailed(error)
        }
    }

    /// An earlier call may have been accepted: only when the gateway says that it knows nothing of
    /// it is it called again.
    private func queryFirst(
        _ cashIn: CashInClient,
        _ request: GenerationRequest
    ) async throws(StoreError) -> Outcome {
        let inquiry = try await store.reader.inquiry(request.partnerReferenceNo)
        let attempt = await cashIn.ask(inquiry)
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
        switch try await store.startGeneration(request, isConfirmedUnknown: true) {
        case .started: return await call(cashIn, request)
        case .stored: return .stored
        case .refused(let refusal): return .refused(refusal)
        case .unknown: return .refused(.codeMissing)
        }
    }

    private func call(_ cashIn: CashInClient, _ request: GenerationRequest) async -> Outcome {
        let intent = GenerateIntent(
            partnerReferenceNo: request.partnerReferenceNo,
            validityPeriod: request.validityPeriod,
            amount: request.content.amount,
            feeAmount: request.content.feeAmount
        )
        let (result, call) = await cashIn.generate(intent)
        report.generate(request.partnerReferenceNo, result, call)
        do throws(StoreError) {
            try await record(request.partnerReferenceNo, result, call)
            return .called(result)
        } catch {
            return .storeFailed(error)
        }
    }

    /// Stores the result. The gateway sends a code only once, so a disk that is full for a moment
    /// is waited for.
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

    /// Attempts to store a result, a second apart.
    private static let recordAttempts = 10
}
