import CashIn
import Payments
import Snap
import Text

/// Whether the gateway responds to our queries, by their last results, and when the next query may
/// be sent (article Statuses, "Fairness").
///
/// A pure state machine: the caller sends, logs and raises. An outage and rejected credentials
/// pause all queries; a reference that the gateway refuses pauses nothing. Times are of the
/// monotonic clock: a pause keeps its length when the wall clock is set.
struct GatewayHealth: Equatable, Sendable {
    /// What one query says about the gateway. Only a SNAP body makes a 4xx the gateway's own words;
    /// a proxy may have sent any other (article Protocol, row 51).
    enum Result: Equatable, Sendable {
        /// The gateway answered the query: found or not found. It resets everything here.
        case succeeded

        /// A 403, a 404 or another 4xx in the gateway's own words: concerns its reference alone.
        /// The description is that of the gateway, for the log and the attention list.
        case refused(description: String)

        /// A 401 in the gateway's own words.
        case unauthorized(description: String)

        /// A response that cannot be read: the gateway is up, and nothing else is known.
        case unreadable

        /// Timeout, transport error, 5xx, 408 or 429.
        case unavailable
    }

    /// A change that is logged, and raises or closes an entry (article Statuses, "Attention
    /// entries").
    enum News: Equatable, Sendable {
        /// The last `attempts` queries had no response, the first of them at `since`; repeated
        /// during an outage, at most once a minute.
        case unreachable(since: ContinuousClock.Instant, attempts: Int)

        /// The gateway rejects our credentials; once until it answers a query.
        case unauthorized(description: String)

        /// The gateway refused one reference three times; once until it answers a query.
        case refused(description: String)

        /// The gateway responds again; its response does not show whether it accepts our
        /// credentials.
        case reachable

        /// The gateway answers queries again, so that it also accepts our credentials.
        case recovered
    }

    private var outage = GatewayOutage()
    private var credentials = RejectedCredentials()
    private var refusals = RefusedReferences()

    /// The reference of the last query of a pause; nil while there is no pause. The next probe is
    /// about another one, if there is another: a payment whose queries always fail must not keep up
    /// the pause.
    private(set) var lastProbed: Reference?

    /// Whether the entry `gateway-unreachable` may be open. True at first, because an earlier run
    /// may have left it open: then the first response closes it.
    private var mayHaveOutageEntry = true

    /// The same of the entry `gateway-unauthorized`, which only an answered query closes.
    private var mayHaveCredentialsEntry = true

    /// Whether several queries may be sent at once. If not, one at a time probes the gateway. A
    /// pause that has ended still counts until a result ends it.
    var isUp: Bool { outage.pauseEnd == nil && credentials.pauseEnd == nil }

    /// When the next query may be sent; nil when it may be sent at `now`. The later of both pauses
    /// counts.
    func pauseEnd(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        [outage.pauseEnd, credentials.pauseEnd].compactMap { $0 }.max().flatMap { end in
            end > now ? end : nil
        }
    }

    /// Forgets what is known, which ends both pauses: the configuration changed, or an operator
    /// orders queries now.
    mutating func reset() { self = GatewayHealth() }

    /// Records the result of a query about `reference`, which may have been sent before a pause or
    /// by another caller; returns what changed, in the order in which it is to be reported.
    mutating func record(
        _ result: Result,
        about reference: Reference,
        at now: ContinuousClock.Instant
    ) -> [News] {
        let news = news(of: result, about: reference, at: now)
        lastProbed = isUp ? nil : reference
        return news
    }

    /// Changes the state by a result. Any response ends an outage; only an answered query ends a
    /// rejection of the credentials and the counts of refusals.
    private mutating func news(
        of result: Result,
        about reference: Reference,
        at now: ContinuousClock.Instant
    ) -> [News] {
        switch result {
        case .succeeded:
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
            // A 401 for one reference alone does not concern the credentials: it counts as a
            // refusal.
            guard credentials.pauseEnd == nil, refusals.record(reference) else {
                return endOutage()
            }
            mayHaveCredentialsEntry = true
            return endOutage() + [.refused(description: description)]
        }
    }

    /// Ends the outage and resets the count of failures.
    private mutating func endOutage() -> [News] {
        defer {
            outage = GatewayOutage()
            mayHaveOutageEntry = false
        }
        return mayHaveOutageEntry ? [.reachable] : []
    }
}

/// Queries in a row without a response. More than ``toleratedFailures`` are an outage, with a pause
/// after each further failure.
private struct GatewayOutage: Equatable {
    /// The failures in a row, including those that were under way when the pause began.
    private(set) var failureCount = 0

    /// When the first of them failed.
    private(set) var since: ContinuousClock.Instant?

    /// When the next probe may be sent; nil while there is no outage.
    private(set) var pauseEnd: ContinuousClock.Instant?

    /// When the outage was last reported; nil before the first report.
    private var lastReported: ContinuousClock.Instant?

    /// Failures in a row that are not yet an outage: single calls fail in normal operation.
    private static let toleratedFailures = 2

    /// The longest pause between probes; the first is 1 s, each next one twice as long. It bounds
    /// how late the end of an outage is noticed.
    private static let pauseSecondsMax = 60

    /// The least time between two reports of one outage.
    private static let reportSeconds = 60

    /// Records a failure; returns whether the outage has to be reported now.
    mutating func recordFailure(at now: ContinuousClock.Instant) -> Bool {
        failureCount += 1
        if since == nil { since = now }
        guard failureCount > Self.toleratedFailures else { return false }
        let doublings = min(failureCount - Self.toleratedFailures - 1, 6)
        pauseEnd = now + .seconds(min(1 << doublings, Self.pauseSecondsMax))
        if let lastReported, now - lastReported < .seconds(Self.reportSeconds) { return false }
        lastReported = now
        return true
    }
}

/// Queries that the gateway rejected with 401 since it last answered one.
///
/// Two references are needed for a pause: if the gateway rejects only one, that is about its
/// payment and not about the credentials.
private struct RejectedCredentials: Equatable {
    /// When the next probe may be sent; nil while the credentials do not count as rejected.
    private(set) var pauseEnd: ContinuousClock.Instant?

    /// The first reference with a 401.
    private var first: Reference?

    /// The length of the present pause, or of the first one.
    private var pauseSeconds = 1

    /// The longest pause between probes; the first is 1 s, each next one twice as long. Longer than
    /// that of an outage, because credentials are usually fixed by hand, and a reload or an order
    /// ends the pause.
    private static let pauseSecondsMax = 600

    /// Records a 401; returns whether the credentials count as rejected from now on.
    mutating func recordRejection(
        about reference: Reference,
        at now: ContinuousClock.Instant
    ) -> Bool {
        if let pauseEnd {
            // A query that was under way when the pause began is not a probe.
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

    /// Records another result that does not show whether the credentials are accepted: if it is of
    /// a probe, the next one follows after a pause of the same length.
    mutating func recordOther(at now: ContinuousClock.Instant) {
        guard let pauseEnd, now >= pauseEnd else { return }
        self.pauseEnd = now + .seconds(pauseSeconds)
    }
}

/// How often the gateway refused each reference, since it last answered a query.
private struct RefusedReferences: Equatable {
    private var counts: [Reference: Int] = [:]

    /// Whether one was reported. Then nothing is counted until the gateway answers a query.
    private var isReported = false

    /// The count at which a reference is reported (article Statuses, "Attention entries").
    private static let reportedCount = 3

    /// The maximum of counted references, which bounds memory. References beyond it are not
    /// counted: one of the others reaches ``reportedCount`` soon.
    private static let referencesMax = 1_000

    /// Counts a refusal; returns whether it has to be reported.
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
    /// Reduces an outcome to what it says about the gateway.
    init(_ outcome: QueryOutcome) {
        switch outcome {
        case .found, .notFound: self = .succeeded
        case .unauthorized(let failure):
            self = .unauthorized(description: failure.gatewayDescription)
        case .refused(let failure): self = .refused(description: failure.gatewayDescription)
        case .unreadable: self = .unreadable
        case .unavailable: self = .unavailable
        }
    }
}

extension GatewayFailure {
    /// Status, code and message as the gateway sent them, on one line; the message is quoted, so
    /// that control characters are escaped.
    fileprivate var gatewayDescription: String {
        var parts: [String] = []
        if let status { parts.append("HTTP status \(status)") }
        if let responseCode { parts.append("responseCode \(responseCode)") }
        if let responseMessage { parts.append("responseMessage \(quoted(responseMessage))") }
        return parts.joined(separator: ", ")
    }
}
