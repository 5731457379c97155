import System
import Store

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
