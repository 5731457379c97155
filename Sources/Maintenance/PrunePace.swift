/// The size of the steps of a prune, and the pauses between them.
///
/// A callback waits for the step that is being written. Therefore a step occupies the writer for
/// about as long as a commit takes, and the pause after it is four times as long.
struct PrunePace {
    /// Whether callbacks use the database at the same time; if not, there are no pauses.
    let isShared: Bool

    /// The number of rows in the next step.
    private(set) var count = 16

    /// The maximum time for which one step should occupy the writer.
    private static let busyMax = Duration.milliseconds(2)
    private static let pauseFactor = 4
    private static let pauseMin = Duration.milliseconds(1)
    private let countMax: Int

    /// Starts with small steps if the database is shared, else with the largest ones.
    ///
    /// - Parameter countMax: the maximum number of rows in a step, which bounds the memory.
    init(isShared: Bool, countMax: Int) {
        self.isShared = isShared
        self.countMax = countMax
        if !isShared { count = countMax }
    }

    /// Adapts the size of the next step to the duration of the last one.
    ///
    /// - Returns: the pause before the next step; nil for none.
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
