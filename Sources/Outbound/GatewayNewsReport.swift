import Ledger
import Logging
import Payments
import Store

/// Reports changes of the gateway's health to operators: in the log, and on the attention list
/// (article Statuses, "Attention entries").
struct GatewayNewsReport: Sendable {
    let store: Store
    let log: Log

    /// The monotonic clock by which ``GatewayHealth`` measures outages.
    let now: @Sendable () -> ContinuousClock.Instant

    /// Logs a change for the worse and raises its entry, or closes the entries that a change for
    /// the better resolves; returns whether it closed one.
    ///
    /// Returns when the commit is durable or has failed. A failed commit is reported by
    /// `Store.Hooks` and not repeated here: an outage is reported again within minutes, but an
    /// entry about credentials is missing, and an entry that was not closed stays open, until the
    /// same change happens again.
    ///
    /// - Parameter reference: the payment whose query caused the change.
    func report(_ news: GatewayHealth.News, about reference: Reference) async -> Bool {
        do throws(StoreError) {
            switch news {
            case .unreachable(let since, let attempts):
                try await reportOutage(since: since, attempts: attempts)
                return false
            case .unauthorized(let description):
                log.error("the gateway rejects our credentials; queries are paused") {
                    $0.add("response", description)
                }
                let detail = "the gateway rejects our credentials: \(description)"
                try await store.raise(.gatewayUnauthorized, detail: detail)
                return false
            case .refused(let description):
                log.error("the gateway refuses queries about a payment") {
                    $0.add("partnerReferenceNo", reference.text)
                    $0.add("response", description)
                }
                let detail = "the gateway refuses queries about \(reference): \(description)"
                try await store.raise(.gatewayUnauthorized, detail: detail)
                return false
            case .reachable:
                return try await store.close(.gatewayUnreachable, note: "the gateway responds")
            case .recovered:
                let note = "the gateway answers"
                let wasUnreachable = try await store.close(.gatewayUnreachable, note: note)
                let wasUnauthorized = try await store.close(.gatewayUnauthorized, note: note)
                return wasUnreachable || wasUnauthorized
            }
        } catch {
            // `Store.Hooks` reports commits that fail; here are no reads.
            return false
        }
    }

    /// Logs an outage. Raises an entry only when the outage has lasted a second: an outage that
    /// lasts is reported again after a minute, one that does not needs no manual review.
    private func reportOutage(
        since start: ContinuousClock.Instant,
        attempts: Int
    ) async throws(StoreError) {
        let seconds = Int(start.duration(to: now()).components.seconds)
        log.warning("the gateway does not answer queries") {
            $0.add("attempts", attempts)
            $0.add("seconds", seconds)
        }
        guard seconds > 0 else { return }
        let detail = "\(attempts) queries in \(seconds) s brought no answer"
        try await store.raise(.gatewayUnreachable, detail: detail)
    }
}
