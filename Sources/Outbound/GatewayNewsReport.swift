import Alarms
import Ledger
import Logging
import Payments
import Store

/// Reports changes of the gateway's health to operators: in the log, and on the attention list
/// (article Statuses, "Attention entries").
actor GatewayNewsReport {
    private let log: Log

    /// The monotonic clock by which ``GatewayHealth`` measures outages.
    private let now: @Sendable () -> ContinuousClock.Instant

    private let entries: EntryWriter

    init(store: Store, log: Log, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        entries = EntryWriter(store: store, name: "query")
        self.log = log
        self.now = now
    }

    /// Logs a change for the worse and raises its entry, or closes the entries that a change for
    /// the better resolves; returns whether it closed one.
    ///
    /// Returns when the commit is durable or has failed. `Store.Hooks` reports a failed commit, and
    /// ``writeAgain()`` repeats it.
    ///
    /// - Parameter reference: the payment whose query caused the change.
    func report(_ news: GatewayHealth.News, about reference: Reference) async -> Bool {
        let seconds = secondsOfOutage(news)
        log(news, about: reference, seconds: seconds)
        entries.add(Self.changes(by: news, about: reference, seconds: seconds))
        do throws(StoreError) { return try await writeAgain() } catch { return false }
    }

    /// Writes the entries whose last change could not be committed; returns whether it closed one.
    ///
    /// - Throws: when a commit fails. Its change is kept.
    func writeAgain() async throws(StoreError) -> Bool { try await entries.write() }

    private static func changes(
        by news: GatewayHealth.News,
        about reference: Reference,
        seconds: Int
    ) -> [AttentionKind: EntryChange] {
        switch news {
        case .unreachable(_, let attempts):
            // An outage that lasts is reported again after a minute, one that does not needs no
            // manual review.
            if seconds == 0 { return [:] }
            let detail = "\(attempts) queries in \(seconds) s brought no answer"
            return [.gatewayUnreachable: .raise(detail: detail)]
        case .unauthorized(let description):
            let detail = "the gateway rejects our credentials: \(description)"
            return [.gatewayUnauthorized: .raise(detail: detail)]
        case .refused(let description):
            let detail = "the gateway refuses queries about \(reference): \(description)"
            return [.gatewayUnauthorized: .raise(detail: detail)]
        case .reachable: return [.gatewayUnreachable: .close(note: "the gateway responds")]
        case .recovered:
            let change = EntryChange.close(note: "the gateway answers")
            return [.gatewayUnreachable: change, .gatewayUnauthorized: change]
        }
    }

    /// The whole seconds that an outage has lasted; 0 for other news.
    private func secondsOfOutage(_ news: GatewayHealth.News) -> Int {
        guard case .unreachable(let start, _) = news else { return 0 }
        return Int(start.duration(to: now()).components.seconds)
    }

    private func log(_ news: GatewayHealth.News, about reference: Reference, seconds: Int) {
        switch news {
        case .unreachable(_, let attempts):
            log.warning("the gateway does not answer queries") {
                $0.add("attempts", attempts)
                $0.add("seconds", seconds)
            }
        case .unauthorized(let description):
            log.error("the gateway rejects our credentials; queries are paused") {
                $0.add("response", description)
            }
        case .refused(let description):
            log.error("the gateway refuses queries about a payment") {
                $0.add("partnerReferenceNo", reference.text)
                $0.add("response", description)
            }
        case .reachable, .recovered: break
        }
    }
}
