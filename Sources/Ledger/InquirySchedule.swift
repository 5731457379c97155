/// When the gateway is queried about a payment without being told to (contract sections 3, 4
/// "Abandoned codes" and "Time", and 6).
package struct InquirySchedule: Equatable, Sendable {
    /// Which list of offsets an inquiry follows.
    package enum Phase: UInt8, CaseIterable, Sendable {
        /// After generate, while the code can be paid.
        case whileOpen = 0
        /// From the base that the reason of the inquiry gives.
        case scheduled = 1
        /// Cancelled or failed: money may still come.
        case recheckUnpaid = 2
        /// Paid: it may be refunded.
        case recheckPaid = 3
        /// No query: the attention list holds the payment at the base.
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
    /// Seconds after the validity at which an unpaid code is closed; nil = never.
    package var expireAfterSeconds: Int? = 3_600
    /// Seconds that the gateway is given to call back after a code has run out.
    package var graceSeconds = 60
    /// Seconds that a payment is taken to be payable where the gateway does not say.
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

    /// When step `step` of a phase is due, or nil past its last one.
    ///
    /// - Parameters:
    ///   - base: milliseconds since the epoch.
    ///   - jitterPermille: what the offset is stretched by, -100 to 100.
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

    /// The first step of a phase that lies beyond `now`, both in milliseconds since the epoch; nil
    /// when all are over.
    package func step(_ phase: Phase, base: Int64, after now: Int64) -> Int? {
        offsets(phase).firstIndex { base + Int64($0) * 1_000 > now }
    }
}
