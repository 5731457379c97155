import Store
import System

/// An order to erase old data (article Storage).
package struct PruneOrder: Equatable, Sendable {
    /// The end of the erased period, in milliseconds since the epoch: callbacks by receipt, gateway
    /// calls by their end.
    package let beforeMilliseconds: Int64

    /// Whether old transitions are removed from the start of the feed, too.
    package var removesTransitions = false

    /// Whether the data is only counted.
    package var isDryRun = false

    /// Whether the order comes from `storage.bodyDays`; an operator's order replaces it.
    var isAutomatic = false

    package init(
        beforeMilliseconds: Int64,
        removesTransitions: Bool = false,
        isDryRun: Bool = false,
        isAutomatic: Bool = false
    ) {
        self.beforeMilliseconds = beforeMilliseconds
        self.removesTransitions = removesTransitions
        self.isDryRun = isDryRun
        self.isAutomatic = isAutomatic
    }

    /// The minimum age in days of removed transitions, whatever the order is.
    static let transitionDays: Int64 = 400

    static let dayMilliseconds: Int64 = 86_400_000
}

/// The progress of an order.
package struct PruneProgress: Sendable {
    /// The state of an order.
    package enum State: String, CaseIterable, Sendable {
        /// There was no order since the start.
        case idle
        case running
        case done
        /// Interrupted: the program stops, or another order has replaced it.
        case stopped
        case failed
    }

    package var state = State.idle
    package var order: PruneOrder?

    /// The number of callbacks whose head and body were erased.
    package var callbackCount = 0

    /// The number of gateway calls whose heads and bodies were erased.
    package var gatewayCallCount = 0

    /// The number of rejected requests that were removed.
    package var refusalCount = 0

    /// The number of transitions that were removed.
    package var transitionCount = 0

    /// The size of the erased heads and bodies.
    package var byteCount = 0

    /// The ids of callbacks and gateway calls to examine, and those examined so far.
    var numbersToSee: Int64 = 0
    var numbersSeen: Int64 = 0

    /// The oldest sequence number in the feed; nil before transitions were examined.
    package var oldestSequence: Int64?

    /// The consumer that has not passed the next transition to be removed; nil if there is none.
    package var heldBy: String?

    /// Start and end, in milliseconds since the epoch.
    package var startedMilliseconds: Int64?
    package var finishedMilliseconds: Int64?

    /// The reason of a failure.
    package var error: String?

    /// The examined part of the ids in percent; 100 only when the order is done.
    package var percent: Int {
        if state == .done { return 100 }
        if numbersToSee == 0 { return 0 }
        return Int(min(numbersSeen * 100 / numbersToSee, 99))
    }

    /// Whether anything was erased or removed.
    var hasErased: Bool {
        callbackCount + gatewayCallCount + refusalCount + transitionCount > 0
    }
}

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
