import Synchronization

/// Differences between the gateway's clock and this machine's, for the attention entry
/// `clock-difference` (article Statuses, "Attention entries"). Thread-safe.
///
/// A sample is a time by the gateway's clock minus the time by this machine's clock, in
/// milliseconds: negative when this machine is ahead. X-TIMESTAMP of an authentic callback is the
/// time of signing, so a late delivery looks like a clock that is ahead. Therefore one sample shows
/// nothing; ``verdict`` needs several that agree.
package final class ClockSamples: Sendable {
    /// What the samples show.
    package enum Verdict: Equatable, Sendable {
        /// No sample, or samples that do not agree.
        case unclear
        /// The newest sample is within the tolerance.
        case agrees
        /// The last samples are outside of the tolerance by about the same difference, in
        /// milliseconds.
        case differs(milliseconds: Int64)
    }

    private struct State {
        /// The last samples, at most ``ClockSamples/count``, without one within the tolerance.
        var differences: [Int64] = []
        var hasAgreed = false
    }

    /// How many samples in a row must agree.
    static let count = 3

    /// The largest distance between samples that agree, in milliseconds: a clock differs by a
    /// constant, a delay varies.
    static let spreadMax: Int64 = 60_000

    private let toleranceMilliseconds: Atomic<Int64>
    private let state = Mutex(State())

    /// The newest sample; ``none`` before the first one.
    private let latest = Atomic(ClockSamples.none)
    private static let none = Int64.min

    /// Whether a sample within the tolerance changes anything.
    private let isOff = Atomic(true)

    package init(toleranceSeconds: Int) {
        toleranceMilliseconds = Atomic(Self.tolerance(toleranceSeconds))
    }

    /// Uses this tolerance from now on: `notify.timestampToleranceSeconds`.
    package func setTolerance(seconds: Int) {
        toleranceMilliseconds.store(Self.tolerance(seconds), ordering: .relaxed)
    }

    /// Without a check of timestamps, the default tolerance applies: signatures of gateway calls
    /// carry a time as well.
    private static func tolerance(_ seconds: Int) -> Int64 {
        Int64(seconds == 0 ? 300 : seconds) * 1_000
    }

    /// Adds a sample.
    ///
    /// - Parameters:
    ///   - theirs: the time by the gateway's clock, in milliseconds since the epoch.
    ///   - ours: the time by this machine's clock, in milliseconds since the epoch.
    package func add(theirs: Int64, ours: Int64) {
        let difference = theirs &- ours
        latest.store(difference, ordering: .relaxed)
        let isWithin =
            difference.magnitude <= toleranceMilliseconds.load(ordering: .relaxed).magnitude
        if isWithin, !isOff.load(ordering: .relaxed) { return }
        state.withLock { state in
            if isWithin {
                state.differences = []
                state.hasAgreed = true
            } else {
                if state.differences.count == Self.count { state.differences.removeFirst() }
                state.differences.append(difference)
            }
        }
        isOff.store(!isWithin, ordering: .relaxed)
    }

    /// The newest sample, in milliseconds; nil before the first one.
    package var latestMilliseconds: Int64? {
        let difference = latest.load(ordering: .relaxed)
        return difference == Self.none ? nil : difference
    }

    /// What the samples show now.
    package var verdict: Verdict {
        state.withLock { state in
            guard let least = state.differences.min(), let greatest = state.differences.max() else {
                return state.hasAgreed ? .agrees : .unclear
            }
            guard state.differences.count == Self.count, greatest - least <= Self.spreadMax else {
                return .unclear
            }
            return .differs(milliseconds: state.differences.sorted()[Self.count / 2])
        }
    }
}
