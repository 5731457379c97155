import CashIn
import Payments
import Snap
import Text

/// Whether the gateway responds to our queries, as far as the last results tell, and when the next
/// query may be sent (article Statuses, "Fairness").
///
/// Times are of the monotonic clock: a pause keeps its length when the wall clock is set.
struct GatewayHealth: Equatable, Sendable {
    /// What one query came to.
    enum Result: Equatable, Sendable {
        /// The gateway answered: found or not found.
        case answered

        /// A 403, a 404 or another 4xx in the gateway's own words: concerns its reference alone.
        case refused(description: String)

        /// A 401 in the gateway's own words.
        case unauthorized(description: String)

        /// A response that cannot be read: the gateway is up, and nothing else is known.
        case unreadable

        /// Timeout, 5xx or no connection.
        case unavailable
    }

    /// A change that is logged, and raises or closes an entry.
    enum News: Equatable, Sendable {
        /// The gateway has not responded since then; at most once a minute.
        case unreachable(since: ContinuousClock.Instant, attempts: Int)

        /// The gateway rejects our credentials; once, until it answers again.
        case unauthorized(description: String)

        /// The gateway refuses one reference again and again; once, until it answers again.
        case refused(description: String)

        /// The gateway responds again. Whether it accepts our credentials is open.
        case reachable

        /// The gateway answers again.
        case recovered
    }

    private var outage = GatewayOutage()
    private var credentials = RejectedCredentials()
    private var refusals = RefusedReferences()

    /// The reference of the last query of a pause. The next probe takes another one where there is
    /// another: one payment that the gateway cannot answer must not keep the pause alive.
    private(set) var lastProbed: Reference?

    /// An earlier run may have left entries open: the first response of all closes them.
    private var mayHaveOutageEntry = true
    private var mayHaveCredentialsEntry = true

    /// Whether queries may be sent side by side. If not, one at a time probes the gateway.
    var isUp: Bool { outage.pauseEnd == nil && credentials.pauseEnd == nil }

    /// When the next query may be sent; nil when it may be sent at `now`.
    func pauseEnd(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        [outage.pauseEnd, credentials.pauseEnd].compactMap { $0 }.max().flatMap { end in
            end > now ? end : nil
        }
    }

    /// Forgets what is known: the configuration changed, or an operator asks for queries now.
    mutating func reset() { self = GatewayHealth() }

    /// Records what a query about `reference` came to; returns what changed by it.
    mutating func record(
        _ result: Result,
        about reference: Reference,
        at now: ContinuousClock.Instant
    ) -> [News] {
        let news = news(of: result, about: reference, at: now)
        lastProbed = isUp ? nil : reference
        return news
    }

    private mutating func news(
        of result: Result,
        about reference: Reference,
        at now: ContinuousClock.Instant
    ) -> [News] {
        switch result {
        case .answered:
            let isNews = mayHaveOutageEntry || mayHaveCredentialsEntry
            self = GatewayHealth()
            (mayHaveOutageEntry, mayHaveCredentialsEntry) = (false, false)
            return isNews ? [.recovered] : []
        case .unavailable:
            credentials.recordOther(at: now)
            guard outage.recordFailure(at: now) else { return [] }
            mayHaveOutageEntry = true
            return [.unreachable(since: outage.since ?? now, attempts: outage.failureCount)]
        case .unreadable:
            credentials.recordOther(at: now)
            return endOutage()
        case .refused(let description):
            credentials.recordOther(at: now)
            guard refusals.record(reference) else { return endOutage() }
            mayHaveCredentialsEntry = true
            return endOutage() + [.refused(description: description)]
        case .unauthorized(let description):
            if credentials.recordRejection(about: reference, at: now) {
                mayHaveCredentialsEntry = true
                return endOutage() + [.unauthorized(description: description)]
            }
            // One reference alone says nothing about the credentials: a refusal like any other.
            guard credentials.pauseEnd == nil, refusals.record(reference) else {
                return endOutage()
            }
            mayHaveCredentialsEntry = true
            return endOutage() + [.refused(description: description)]
        }
    }

    private mutating func endOutage() -> [News] {
        defer {
            outage = GatewayOutage()
            mayHaveOutageEntry = false
        }
        return mayHaveOutageEntry ? [.reachable] : []
    }
}

/// Queries in a row that brought no response.
private struct GatewayOutage: Equatable {
    private(set) var failureCount = 0

    /// When the first of them failed.
    private(set) var since: ContinuousClock.Instant?
    private(set) var pauseEnd: ContinuousClock.Instant?
    private var lastReported: ContinuousClock.Instant?

    /// Failures in a row that are not yet taken for an outage.
    private static let toleratedFailures = 2

    /// The pauses between probes double up to this.
    private static let pauseSecondsMax = 60

    /// Records one more; returns whether it has to be reported now.
    mutating func recordFailure(at now: ContinuousClock.Instant) -> Bool {
        failureCount += 1
        if since == nil { since = now }
        guard failureCount > Self.toleratedFailures else { return false }
        let doublings = min(failureCount - Self.toleratedFailures - 1, 6)
        pauseEnd = now + .seconds(min(1 << doublings, Self.pauseSecondsMax))
        if let lastReported, now - lastReported < .seconds(60) { return false }
        lastReported = now
        return true
    }
}

/// Queries that the gateway answered with 401, with none answered otherwise in between.
private struct RejectedCredentials: Equatable {
    private(set) var pauseEnd: ContinuousClock.Instant?
    private var first: Reference?
    private var pauseSeconds = 1

    /// The pauses between probes double up to this.
    private static let pauseSecondsMax = 600

    /// Records one more; returns whether the credentials are taken for rejected from now on.
    mutating func recordRejection(
        about reference: Reference,
        at now: ContinuousClock.Instant
    ) -> Bool {
        if let pauseEnd {
            // What was under way when the pause began is no probe.
            guard now >= pauseEnd else { return false }
            pauseSeconds = min(pauseSeconds * 2, Self.pauseSecondsMax)
            self.pauseEnd = now + .seconds(pauseSeconds)
            return false
        }
        guard let first, first != reference else {
            first = reference
            return false
        }
        pauseEnd = now + .seconds(pauseSeconds)
        return true
    }

    /// A probe that says nothing about our credentials: the next one comes after a pause as long as
    /// the last.
    mutating func recordOther(at now: ContinuousClock.Instant) {
        guard let pauseEnd, now >= pauseEnd else { return }
        self.pauseEnd = now + .seconds(pauseSeconds)
    }
}

/// How often the gateway refused each reference, since it last answered for any.
private struct RefusedReferences: Equatable {
    private var counts: [Reference: Int] = [:]
    private var isReported = false

    /// Refusals of one reference that are reported.
    private static let reportedCount = 3

    /// References counted at a time. Those beyond are not counted: the ones that are will be
    /// reported soon.
    private static let referencesMax = 1_000

    /// Counts one more; returns whether it has to be reported.
    mutating func record(_ reference: Reference) -> Bool {
        guard !isReported, counts[reference] != nil || counts.count < Self.referencesMax else {
            return false
        }
        let count = counts[reference, default: 0] + 1
        counts[reference] = count
        guard count == Self.reportedCount else { return false }
        counts = [:]
        isReported = true
        return true
    }
}

extension GatewayHealth.Result {
    /// What `outcome` says about the gateway.
    init(_ outcome: QueryOutcome) {
        switch outcome {
        case .found, .notFound: self = .answered
        case .unauthorized(let failure):
            self = .unauthorized(description: failure.gatewayDescription)
        case .refused(let failure): self = .refused(description: failure.gatewayDescription)
        case .unreadable: self = .unreadable
        case .unavailable: self = .unavailable
        }
    }
}

extension GatewayFailure {
    /// Status, code and message as the gateway sent them, on one line.
    fileprivate var gatewayDescription: String {
        var parts: [String] = []
        if let status { parts.append("HTTP status \(status)") }
        if let responseCode { parts.append("responseCode \(responseCode)") }
        if let responseMessage { parts.append("responseMessage \(quoted(responseMessage))") }
        return parts.joined(separator: ", ")
    }
}
