/// How soon after one another followers of the feed are woken, and how many at once.
///
/// A wake costs a response for each follower, so that each of many is woken more rarely, with more
/// to send: waking takes a few hundredths of a processor, whatever the load. Under load they are
/// woken in groups, one after the other, so that no callback waits behind hundreds of responses.
/// Wakes of all that were not used are saved, up to a few, so that a commit now and then is
/// delivered to all at once.
struct WakePace {
    /// From one wake of a follower to its next under load: "within 100 ms" (contract section 5),
    /// the time for the response included.
    static let intervalMax = Duration.milliseconds(80)
    static let intervalPerFollower = Duration.microseconds(400)

    /// From one group to the next, and so the shortest interval.
    static let groupPause = Duration.milliseconds(10)

    /// Wakes of all that can follow one another without a pause: commits that come ten a second, at
    /// random times, hardly ever use them up.
    static let savedMax = 10.0

    private var saved = savedMax
    private var updated: ContinuousClock.Instant

    init(now: ContinuousClock.Instant) { updated = now }

    /// From one wake of each to the next, when `count` wait.
    static func interval(waiting count: Int) -> Duration {
        min(max(intervalPerFollower * count, groupPause), intervalMax)
    }

    /// How long the next wake has to wait; zero when all can be woken.
    func pause(at now: ContinuousClock.Instant, waiting count: Int) -> Duration {
        saved(at: now, waiting: count) >= 1 ? .zero : Self.groupPause
    }

    /// Takes the next wake: returns how many of `count` that wait it is for, one at least.
    mutating func take(at now: ContinuousClock.Instant, waiting count: Int) -> Int {
        let saved = saved(at: now, waiting: count)
        let share = saved >= 1 ? 1 : Self.groupPause / Self.interval(waiting: count)
        self.saved = max(0, saved - share)
        updated = now
        return max(1, Int((Double(count) * share).rounded(.up)))
    }

    private func saved(at now: ContinuousClock.Instant, waiting count: Int) -> Double {
        min(Self.savedMax, saved + (now - updated) / Self.interval(waiting: count))
    }
}
