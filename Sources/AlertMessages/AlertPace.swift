package import Payments

/// When an alert may send its next message: at most one a minute and kind, and after failures with
/// growing pauses.
///
/// A message that does not arrive delays all messages of the alert, because its receiver is down. A
/// message that the receiver rejects delays only those of its kind, because the receiver may accept
/// others. Times are of a monotonic clock, in milliseconds.
package struct AlertPace: Sendable {
    /// What to do next.
    package enum Step: Equatable, Sendable {
        case send(AttentionKind)
        case wait(untilMilliseconds: Int64)
        /// Nothing waits for a message.
        case idle
    }

    /// The pause after a message before the next one about the same kind, in milliseconds.
    package static let kindPauseMilliseconds: Int64 = 60_000

    /// The first pause after a message that did not arrive; it doubles with each further one.
    static let failurePauseMilliseconds: Int64 = 5_000
    static let failurePauseMillisecondsMax: Int64 = 600_000

    /// The first pause after a message that was rejected; it doubles with each further one.
    static let rejectionPauseMilliseconds: Int64 = 300_000
    static let rejectionPauseMillisecondsMax: Int64 = 3_600_000

    /// The longest pause that a receiver may ask for with Retry-After, in milliseconds.
    static let retryAfterMillisecondsMax: Int64 = 3_600_000

    /// When the next message about a kind may be sent; kinds without an entry may send at once.
    private var nextByKind: [AttentionKind: Int64] = [:]

    /// Rejected messages in a row, by kind.
    private var rejections: [AttentionKind: Int] = [:]

    /// When the next message about any kind may be sent, after messages that did not arrive.
    private var nextOfAll = Int64.min

    /// Messages in a row that did not arrive.
    private var failures = 0

    package init() {}

    /// What to do at `now`, when messages about these kinds wait.
    ///
    /// Among several kinds, the one that could be sent for the longest time comes first.
    package func step(
        waiting kinds: some Collection<AttentionKind>,
        atMilliseconds now: Int64
    ) -> Step {
        let times = kinds.map { (kind: $0, next: max(nextByKind[$0] ?? .min, nextOfAll)) }
        let first = times.min { ($0.next, $0.kind.rawValue) < ($1.next, $1.kind.rawValue) }
        guard let first else { return .idle }
        return first.next <= now ? .send(first.kind) : .wait(untilMilliseconds: first.next)
    }

    /// Records a message that arrived.
    package mutating func recordSent(_ kind: AttentionKind, atMilliseconds now: Int64) {
        (failures, nextOfAll) = (0, .min)
        rejections[kind] = nil
        nextByKind[kind] = now + Self.kindPauseMilliseconds
    }

    /// Records a message that may not have arrived: the receiver did not respond, or it responded
    /// that it could not accept any.
    ///
    /// - Parameter retryAfterSeconds: the pause that the receiver asks for; nil for none.
    package mutating func recordFailure(retryAfterSeconds: Int?, atMilliseconds now: Int64) {
        let pause = Self.pause(
            failures,
            first: Self.failurePauseMilliseconds,
            max: Self.failurePauseMillisecondsMax
        )
        failures += 1
        let requested = retryAfterSeconds.map {
            min(Int64(clamping: $0), Self.retryAfterMillisecondsMax / 1_000) * 1_000
        }
        nextOfAll = now + max(pause, requested ?? 0)
    }

    /// Records a message that the receiver rejected.
    package mutating func recordRejection(_ kind: AttentionKind, atMilliseconds now: Int64) {
        (failures, nextOfAll) = (0, .min)
        let count = rejections[kind] ?? 0
        rejections[kind] = count + 1
        nextByKind[kind] =
            now
            + Self.pause(
                count,
                first: Self.rejectionPauseMilliseconds,
                max: Self.rejectionPauseMillisecondsMax
            )
    }

    /// Ends the pauses after failures and rejections, because the cause may be fixed; those between
    /// the messages of a kind stay.
    package mutating func endFailurePauses() {
        (failures, nextOfAll) = (0, .min)
        for kind in rejections.keys { nextByKind[kind] = nil }
        rejections = [:]
    }

    /// Continues the pause after a message of an earlier run of the program.
    ///
    /// - Parameters:
    ///   - elapsedMilliseconds: the time since then by the wall clock; it is negative when the
    ///     clock was set back, and then nothing is known about the pause.
    package mutating func restore(
        _ kind: AttentionKind,
        elapsedMilliseconds: Int64,
        atMilliseconds now: Int64
    ) {
        guard (0..<Self.kindPauseMilliseconds).contains(elapsedMilliseconds) else { return }
        nextByKind[kind] = now + Self.kindPauseMilliseconds - elapsedMilliseconds
    }

    private static func pause(_ count: Int, first: Int64, max: Int64) -> Int64 {
        min(first << Int64(min(count, 16)), max)
    }
}
