/// When the gateway is queried about a payment automatically: the `reconcile` keys of the
/// configuration (article Statuses).
package struct InquirySchedule: Equatable, Sendable {
    /// The list of offsets that an inquiry follows.
    package enum Phase: UInt8, CaseIterable, Sendable {
        /// After generate, while the code can be paid.
        case whileOpen = 0
        /// After a base that depends on the reason: the end of the validity plus grace, or the
        /// event that needs a query.
        case scheduled = 1
        /// Cancelled or failed: money may still come.
        case recheckUnpaid = 2
        /// Success: the money may be refunded.
        case recheckPaid = 3
        /// No query: at the base, the payment goes on the attention list.
        case deadline = 4
    }

    /// Seconds after generate, while the code is valid.
    package var whileOpenSeconds = [60, 300]
    /// Seconds after the base.
    package var scheduleSeconds = [0, 60, 300, 900, 3_600, 21_600, 86_400]
    /// Seconds after a cancellation or failure.
    package var recheckCancelledSeconds = [3_600, 86_400]
    /// Seconds after a success.
    package var recheckSuccessSeconds: [Int] = []
    /// Seconds after the end of the validity at which an unpaid code is closed; nil = never.
    package var expireAfterSeconds: Int? = 3_600
    /// Seconds after the end of the validity in which the gateway's callback may still arrive.
    package var graceSeconds = 60
    /// Seconds for which a payment that was not generated here is assumed to be payable.
    package var defaultValiditySeconds = 900

    package init() {}

    /// The offsets of a phase, in seconds.
    package func offsets(_ phase: Phase) -> [Int] {
        switch phase {
        case .whileOpen: whileOpenSeconds
        case .scheduled: scheduleSeconds
        case .recheckUnpaid: recheckCancelledSeconds
        case .recheckPaid: recheckSuccessSeconds
        case .deadline: [0]
        }
    }

    /// When a step of a phase is due, in milliseconds since the epoch; nil past the last step.
    ///
    /// - Parameters:
    ///   - base: milliseconds since the epoch.
    ///   - jitterPermille: the deviation of the offset in thousandths, -100 to 100.
    package func time(
        _ phase: Phase,
        step: Int,
        base: Int64,
        jitterPermille: Int64
    ) -> Int64? {
        let offsets = offsets(phase)
        guard offsets.indices.contains(step) else { return nil }
        return base + Int64(offsets[step]) * (1_000 + jitterPermille)
    }

    /// The first step of a phase that is due after `now`, without jitter; nil when all are past.
    ///
    /// `base` and `now` are in milliseconds since the epoch. Steps missed during a stop are
    /// skipped, so that a restart does not send them in a burst.
    package func step(_ phase: Phase, base: Int64, after now: Int64) -> Int? {
        offsets(phase).firstIndex { base + Int64($0) * 1_000 > now }
    }
}
