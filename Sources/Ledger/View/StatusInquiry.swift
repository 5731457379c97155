package import Payments

/// The running schedule of queries about one payment; a payment has at most one.
///
/// A row: one property for each column.
package struct StatusInquiry: Equatable, Sendable {
    package internal(set) var paymentID: Payment.ID
    package var phase: InquirySchedule.Phase

    /// The point that the offsets of the phase count from, in milliseconds since the epoch.
    package var baseMilliseconds: Int64

    /// The index of the next offset of the phase.
    package var step: Int

    /// When the next query is due, in milliseconds since the epoch.
    package var nextMilliseconds: Int64

    /// When ``nextMilliseconds`` was planned, in milliseconds since the epoch.
    ///
    /// A time in the future means that the clock was set back since; then the query is due at once,
    /// since it could otherwise be delayed for as long as the clock was wrong (article Statuses).
    package var plannedMilliseconds: Int64

    /// Whether the next query is the one at `expireAfterSeconds`, which uses up no step.
    package var isExpiryCheck = false

    /// When the first of the present series of failed queries ended, in milliseconds since the
    /// epoch; nil while the gateway responds.
    package var failingSinceMilliseconds: Int64?
    /// Consecutive queries that must be repeated, because no response came or the report was
    /// outdated; the pause between them grows with it.
    package var failureCount: Int64 = 0

    /// Consecutive responses that were rejections or unreadable.
    package var unusableCount: Int64 = 0

    package init(
        paymentID: Payment.ID,
        phase: InquirySchedule.Phase,
        baseMilliseconds: Int64,
        step: Int,
        nextMilliseconds: Int64,
        plannedMilliseconds: Int64
    ) {
        self.paymentID = paymentID
        self.phase = phase
        self.baseMilliseconds = baseMilliseconds
        self.step = step
        self.nextMilliseconds = nextMilliseconds
        self.plannedMilliseconds = plannedMilliseconds
    }

    /// How far the clock may be set back without making plans due, in milliseconds: a clock that is
    /// only adjusted goes back by less.
    package static let clockToleranceMilliseconds: Int64 = 1_000

    /// Whether it is due: its time has come, or the clock was set back since it was planned.
    package func isDue(at now: Int64) -> Bool {
        nextMilliseconds <= now || plannedMilliseconds > now + Self.clockToleranceMilliseconds
    }
}
