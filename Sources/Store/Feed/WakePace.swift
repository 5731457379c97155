/// How soon after one another followers of the feed are woken.
///
/// A wake costs a response for each follower, so that the pause between two of them grows with
/// their number: waking takes a few hundredths of a processor at most, whatever the load. Wakes
/// that were not used are saved, up to a few, so that a commit now and then is delivered at once.
struct WakePace {
    /// "Under load within 100 ms" (contract section 5), the time for sending to all included.
    static let intervalMax = Duration.milliseconds(80)
    static let intervalMin = Duration.milliseconds(10)
    static let intervalPerFollower = Duration.microseconds(400)

    /// Wakes that can follow one another without a pause: commits that come ten a second, at random
    /// times, hardly ever use them up.
    static let savedMax = 10.0

    private var saved = savedMax
    private var updated: ContinuousClock.Instant

    /// How many were woken last.
    private var followerCount = 0

    init(now: ContinuousClock.Instant) { updated = now }

    /// The pause between two wakes under load.
    func interval(waiting count: Int) -> Duration {
        let wanted = Self.intervalPerFollower * max(count, followerCount)
        return min(max(wanted, Self.intervalMin), Self.intervalMax)
    }

    /// How long the next wake has to wait; zero when it need not.
    ///
    /// - Parameter count: followers that wait.
    func delay(at now: ContinuousClock.Instant, waiting count: Int) -> Duration {
        let interval = interval(waiting: count)
        let saved = saved(at: now, interval)
        return saved >= 1 ? .zero : interval * (1 - saved)
    }

    /// Notes that `count` followers were woken.
    mutating func note(_ count: Int, at now: ContinuousClock.Instant) {
        saved = max(0, saved(at: now, interval(waiting: count)) - 1)
        updated = now
        followerCount = count
    }

    private func saved(at now: ContinuousClock.Instant, _ interval: Duration) -> Double {
        min(Self.savedMax, saved + (now - updated) / interval)
    }
}
