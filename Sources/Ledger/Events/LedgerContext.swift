package import Payments

/// What a decision depends on besides the event and the stored state.
package struct LedgerContext: Sendable {
    package var policy: LedgerPolicy

    /// The time of the event, in milliseconds since the epoch.
    package var nowMilliseconds: Int64

    /// Spreads the status inquiries of payments that were created at the same time.
    package var jitter: Jitter

    package init(policy: LedgerPolicy, nowMilliseconds: Int64, jitter: Jitter) {
        self.policy = policy
        self.nowMilliseconds = nowMilliseconds
        self.jitter = jitter
    }
}

/// A reproducible deviation from planned times, so that payments created within one minute are not
/// all queried within one second.
package struct Jitter: Sendable {
    private let seed: UInt64

    /// - Parameter seed: any number; equal seeds give equal deviations.
    package init(seed: UInt64) { self.seed = seed }

    /// The deviation for one step of one payment's schedule, in thousandths: -100 to 100.
    package func permille(of paymentID: Payment.ID, step: Int) -> Int64 {
        var bits = seed ^ UInt64(bitPattern: paymentID) &* 0x9E37_79B9_7F4A_7C15
        bits ^= UInt64(truncatingIfNeeded: step) &* 0xBF58_476D_1CE4_E5B9
        // The finaliser of SplitMix64: payments with adjacent IDs get unrelated deviations.
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return Int64(bits % 201) - 100
    }
}
