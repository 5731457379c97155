/// The pace at which followers of the feed are woken.
///
/// A wake costs one response for each follower, so the pause between two wakes grows with their
/// number. Waking therefore takes a few hundredths of a processor at most, under any load. Unused
/// wakes are saved, up to ``savedMax``, so that an occasional commit is delivered at once.
struct WakePace {
    /// Under load a transition is delivered within 100 ms. The remaining 20 ms are for sending it
    /// to all followers.
    static let intervalMax = Duration.milliseconds(80)
    static let intervalMin = Duration.milliseconds(10)
    static let intervalPerFollower = Duration.microseconds(400)

    /// How many wakes may follow one another without a pause: ten commits a second at random times
    /// rarely use them up.
    static let savedMax = 10.0

    private var saved = savedMax
    private var updated: ContinuousClock.Instant

    /// How many followers the last wake resumed.
    private var followerCount = 0

    init(now: ContinuousClock.Instant) { updated = now }

    /// The pause between two wakes under load.
    func interval(waiting count: Int) -> Duration {
        let wanted = Self.intervalPerFollower * max(count, followerCount)
        return min(max(wanted, Self.intervalMin), Self.intervalMax)
    }

    /// The time until the next wake is allowed; zero when it is allowed now.
    ///
    /// - Parameter count: waiting followers.
    func delay(at now: ContinuousClock.Instant, waiting count: Int) -> Duration {
        let interval = interval(waiting: count)
        let saved = saved(at: now, interval)
        return saved >= 1 ? .zero : interval * (1 - saved)
    }

    /// Records that a wake resumed `count` followers.
    mutating func record(_ count: Int, at now: ContinuousClock.Instant) {
        saved = max(0, saved(at: now, interval(waiting: count)) - 1)
        updated = now
        followerCount = count
    }

    private func saved(at now: ContinuousClock.Instant, _ interval: Duration) -> Double {
        min(Self.savedMax, saved + (now - updated) / interval)
    }
}
