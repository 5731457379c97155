/// How much one step of an erasure takes, and how long it pauses behind it.
///
/// A callback may have to wait for the step that is being written: so each keeps the writer busy
/// for a time that goes unnoticed beside a commit, and four times as long goes to callbacks.
struct PrunePace {
    /// Whether others use the database at the same time.
    let isShared: Bool

    /// Rows of the next step.
    private(set) var count = 16

    /// How long one step may keep the writer busy.
    private static let busyMax = Duration.milliseconds(2)
    private static let pauseFactor = 4
    private static let pauseMin = Duration.milliseconds(1)
    private let countMax: Int

    /// - Parameter countMax: bounds what is in memory at a time.
    init(isShared: Bool, countMax: Int) {
        self.isShared = isShared
        self.countMax = countMax
        if !isShared { count = countMax }
    }

    /// Notes how long the writer was busy with the last step; returns how long to pause.
    mutating func pause(afterBusy duration: Duration) -> Duration? {
        guard isShared else { return nil }
        if duration > Self.busyMax {
            count = max(count / 2, 1)
        } else if duration < Self.busyMax / 2 {
            count = min(count * 2, countMax)
        }
        return max(duration * Self.pauseFactor, Self.pauseMin)
    }
}
