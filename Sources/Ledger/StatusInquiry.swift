/// The running schedule by which the gateway is queried about one payment; a payment has one at
/// most.
///
/// A row: a property for each column.
package struct StatusInquiry: Equatable, Sendable {
    package internal(set) var paymentID: Payment.ID
    package var phase: InquirySchedule.Phase

    /// What the offsets of the phase count from, in milliseconds since the epoch.
    package var baseMilliseconds: Int64

    /// The step of the phase that comes next.
    package var step: Int

    /// When it is due, in milliseconds since the epoch.
    package var nextMilliseconds: Int64

    /// When ``nextMilliseconds`` was planned, in milliseconds since the epoch. A time in the future
    /// says that the clock was set back since: then it is due at once (contract section 4, "Time").
    package var plannedMilliseconds: Int64

    /// Whether the next query is the one at `expireAfterSeconds`, which uses up no step.
    package var isExpiryCheck = false

    /// Since when the gateway has not answered, in milliseconds since the epoch, and how often.
    package var failingSinceMilliseconds: Int64?
    package var failureCount: Int64 = 0

    /// Answers in a row that were refusals or could not be read.
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
}
