import Ledger
package import Payments

// Work that one receiver does at a time.
extension Store {
    /// Whether other receivers may use the same database.
    package var isShared: Bool { storage.isShared }

    /// Claims pieces of work; returns the claims when they are durable.
    ///
    /// Work that another claim has is left out. It can be claimed when its claim was released, or
    /// was not renewed for as long as it was made for, since this receiver has first seen it. A
    /// claim of this process is made again: the caller has no such work under way.
    ///
    /// - Parameter seconds: how long the claims last.
    package func claim(
        _ work: [SharedWork],
        forSeconds seconds: Int
    ) async throws(StoreError) -> [WorkClaim] {
        if work.isEmpty { return [] }
        guard isShared else { return work.map { WorkClaim(work: $0, fence: 0, end: nil) } }
        let end = ContinuousClock.now + .seconds(seconds)
        return try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            let fences = try engine.claim(work, forSeconds: seconds, renewsOwn: true)
            return fences.map { WorkClaim(work: $0, fence: $1, end: end) }
        }
    }

    /// Claims inquiries that are due; returns the claims when they are durable.
    ///
    /// Inquiries that another receiver has recorded meanwhile are left out, and are no longer due.
    ///
    /// - Parameters:
    ///   - milliseconds: when they are due, in milliseconds since the epoch.
    ///   - seconds: how long the claims last.
    package func claimInquiries(
        _ ids: [Payment.ID],
        dueAt milliseconds: Int64,
        forSeconds seconds: Int
    ) async throws(StoreError) -> [Payment.ID: InquiryClaim] {
        guard isShared else {
            return ids.reduce(into: [:]) { claims, id in
                claims[id] = .claimed(WorkClaim(work: .inquiry(id), fence: 0, end: nil))
            }
        }
        var scope = LedgerScope()
        scope.paymentIDs = ids
        let end = ContinuousClock.now + .seconds(seconds)
        return try await commit(scope) { (ledger, engine) throws(StoreError) in
            let due = ids.filter { ledger.view.inquiries[$0]?.isDue(at: milliseconds) ?? false }
            let fences = try engine.claim(
                due.map { .inquiry($0) },
                forSeconds: seconds,
                renewsOwn: true
            )
            return due.reduce(into: [:]) { claims, id in
                let work = SharedWork.inquiry(id)
                claims[id] =
                    fences[work].map { .claimed(WorkClaim(work: work, fence: $0, end: end)) }
                    ?? .elsewhere
            }
        }
    }

    /// Renews a claim for as long as it was made for; nil if another receiver has the work.
    ///
    /// - Parameter seconds: as it was made.
    package func renew(
        _ claim: WorkClaim,
        forSeconds seconds: Int
    ) async throws(StoreError) -> WorkClaim? {
        if claim.end == nil { return claim }
        let end = ContinuousClock.now + .seconds(seconds)
        let isRenewed = try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.renew(claim)
        }
        return isRenewed ? WorkClaim(work: claim.work, fence: claim.fence, end: end) : nil
    }

    /// Lets others claim the work.
    package func release(_ claim: WorkClaim) async throws(StoreError) {
        if claim.end == nil { return }
        _ = try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.release(claim)
        }
    }
}
