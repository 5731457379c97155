/// What a decision depends on beside the event and the stored state.
package struct LedgerContext: Sendable {
    package var policy: LedgerPolicy

    /// The present, in milliseconds since the epoch.
    package var nowMilliseconds: Int64

    /// Spreads the inquiries of payments that were made at the same time.
    package var jitter: Jitter

    package init(policy: LedgerPolicy, nowMilliseconds: Int64, jitter: Jitter) {
        self.policy = policy
        self.nowMilliseconds = nowMilliseconds
        self.jitter = jitter
    }
}

/// A reproducible deviation from a planned time: payments of one minute must not all be asked about
/// in one second.
package struct Jitter: Sendable {
    private let seed: UInt64

    /// - Parameter seed: any number; equal seeds give equal deviations.
    package init(seed: UInt64) { self.seed = seed }

    /// -100 to 100 thousandths for one step of one payment's schedule.
    package func permille(of paymentID: Payment.ID, step: Int) -> Int64 {
        var bits = seed ^ UInt64(bitPattern: paymentID) &* 0x9E37_79B9_7F4A_7C15
        bits ^= UInt64(truncatingIfNeeded: step) &* 0xBF58_476D_1CE4_E5B9
        // The finaliser of SplitMix64: neighbouring payments get unrelated deviations.
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return Int64(bits % 201) - 100
    }
}
