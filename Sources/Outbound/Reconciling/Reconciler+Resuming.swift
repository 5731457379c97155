import Logging
import Payments
import Store

// What other runs have left.
extension Reconciler {
    /// Schedules queries about generate calls of receivers that have ended during them. Those of
    /// earlier runs were recovered at the start, unless their claims still lasted.
    func recoverGenerations() async throws(StoreError) {
        let instant = clocks.monotonic()
        guard store.isShared, nextRecovery.map({ $0 <= instant }) ?? true else { return }
        nextRecovery = instant + .seconds(10)
        try await store.recoverGenerations()
    }

    /// Whether schedules may have ended without a response before the start: in an outage whose
    /// entry is still open, or before outbound was configured, which may be the case as long as no
    /// query has found a payment of the merchant.
    private func mayHaveEndedInOutage() async throws(StoreError) -> Bool {
        guard gateway.access != nil, isEnabled else { return false }
        let kinds = try await store.reader.openAttentionCounts().keys
        let outageKinds: [AttentionKind] = [.gatewayUnreachable, .gatewayUnauthorized]
        if outageKinds.contains(where: { kinds.contains($0.rawValue) }) { return true }
        return try await !store.reader.isGatewayKnown()
    }

    /// Resumes ended schedules, if that is due (``Store/resumeInquiries()``).
    ///
    /// Only the loop does this, so that no caller of ``record(_:about:)`` waits for as many
    /// commits as it takes.
    ///
    /// - Throws: when the store cannot be used. What is scheduled by then stays scheduled; the next
    ///   pass resumes the rest.
    func resumeIfDue() async throws(StoreError) {
        if isStartCheckDue {
            if try await mayHaveEndedInOutage() { isResumeDue = true }
            isStartCheckDue = false
        }
        guard isResumeDue else { return }
        isResumeDue = false
        let count: Int
        do throws(StoreError) {
            count = try await store.resumeInquiries()
        } catch {
            isResumeDue = true
            throw error
        }
        if count > 0 { log.info("payments are queried again") { $0.add("count", count) } }
    }
}
