/// Whether the gateway answers our queries, as far as the last ones tell: what keeps a gateway that
/// is down from being stormed.
///
/// Times are milliseconds since the epoch.
struct GatewayHealth: Equatable, Sendable {
    /// What has to be told about a change.
    enum News: Equatable, Sendable {
        /// It has not answered since then; told once a minute.
        case unreachable(sinceMilliseconds: Int64, attempts: Int)
        /// It does not accept who we are; told once.
        case unauthorized
        /// It answers again.
        case recovered
    }

    /// When the next query may be sent, while the last ones failed.
    private(set) var pausedUntilMilliseconds: Int64?
    private var failureCount = 0
    private var sinceMilliseconds: Int64 = 0
    private var lastToldMilliseconds: Int64?
    private var isUnauthorized = false

    /// Nothing is known before the first answer: an entry of the attention list may be left over.
    private var isUnknown = true

    /// Failures in a row that are not yet taken for an outage.
    private static let toleratedFailures = 2

    /// The pauses between probes double up to this.
    private static let pauseMillisecondsMax: Int64 = 60_000

    /// How often it is tried whether our credentials are accepted again.
    private static let unauthorizedPauseMilliseconds: Int64 = 600_000

    /// Whether queries may be sent side by side. Else one at a time shows whether it answers.
    var isUp: Bool { pausedUntilMilliseconds == nil }

    /// Forgets what was learnt: somebody has changed something, or wants to know.
    mutating func reset() { self = GatewayHealth() }

    /// The gateway answered.
    mutating func noteAnswer() -> News? {
        let isNews = isUnknown || lastToldMilliseconds != nil || isUnauthorized
        self = GatewayHealth()
        isUnknown = false
        return isNews ? .recovered : nil
    }

    /// No answer came, or none of a gateway that is well.
    mutating func noteLoss(at now: Int64) -> News? {
        failureCount += 1
        if failureCount == 1 { sinceMilliseconds = now }
        guard failureCount > Self.toleratedFailures else { return nil }
        let exponent = min(failureCount - Self.toleratedFailures - 1, 6)
        let pauseEnd = now + min(1_000 << exponent, Self.pauseMillisecondsMax)
        // Queries that were under way when the credentials were refused do not end that pause.
        let refusalEnd = isUnauthorized ? pausedUntilMilliseconds ?? 0 : 0
        pausedUntilMilliseconds = max(pauseEnd, refusalEnd)
        if let told = lastToldMilliseconds, now - told < 60_000 { return nil }
        lastToldMilliseconds = now
        return .unreachable(sinceMilliseconds: sinceMilliseconds, attempts: failureCount)
    }

    /// The gateway refused our credentials.
    mutating func noteRefusal(at now: Int64) -> News? {
        pausedUntilMilliseconds = now + Self.unauthorizedPauseMilliseconds
        defer { isUnauthorized = true }
        return isUnauthorized ? nil : .unauthorized
    }
}
