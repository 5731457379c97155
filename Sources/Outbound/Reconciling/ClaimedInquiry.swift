import Ledger
import Payments
import Store

/// A due inquiry that this receiver queries, and no other one.
struct ClaimedInquiry: Sendable {
    let inquiry: Inquiry
    let paymentID: Payment.ID
    let claim: WorkClaim

    /// Nil if the inquiry was not claimed.
    init?(_ inquiry: Inquiry, _ claims: [Payment.ID: InquiryClaim]) {
        guard let id = inquiry.paymentID, case .claimed(let claim) = claims[id] else { return nil }
        (self.inquiry, paymentID, self.claim) = (inquiry, id, claim)
    }
}

extension Store {
    /// Records the result of a claimed query (``record(_:_:_:ending:)``).
    func record(
        _ claimed: ClaimedInquiry,
        _ attempt: QueryAttempt
    ) async throws(StoreError) -> Bool {
        try await record(
            claimed.inquiry,
            attempt.outcome,
            attempt.calls,
            ending: claimed.claim
        )
    }
}

/// Inquiries that another receiver has claimed; they are passed over for a while.
struct ForeignInquiries {
    private var until: [Payment.ID: ContinuousClock.Instant] = [:]

    /// How long one is passed over: then its receiver has mostly recorded a result.
    private static let pause = Duration.seconds(5)

    var count: Int { until.count }

    func contains(_ id: Payment.ID) -> Bool { until[id] != nil }

    mutating func add(_ ids: some Sequence<Payment.ID>, at now: ContinuousClock.Instant) {
        for id in ids { until[id] = now + Self.pause }
    }

    mutating func forget(before now: ContinuousClock.Instant) {
        until = until.filter { $0.value > now }
    }
}
