import System
import Store

/// What is to be erased.
package struct PruneOrder: Equatable, Sendable {
    /// What was received or sent before it, in milliseconds since the epoch.
    package let beforeMilliseconds: Int64

    /// Whether old transitions are removed from the start of the feed.
    package var removesTransitions = false

    /// Whether nothing is written, only counted.
    package var isDryRun = false

    /// Whether `storage.bodyDays` says so, and nobody at the moment.
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

    /// How long transitions are kept at least, whatever is asked for (contract section 5).
    static let transitionDays: Int64 = 400

    static let dayMilliseconds: Int64 = 86_400_000
}

/// How far an erasure has got.
package struct PruneProgress: Sendable {
    /// What becomes of an order.
    package enum State: String, CaseIterable, Sendable {
        /// None was ordered since the start.
        case idle
        case running
        case done
        /// It was given up: the program stops, or another order took its place.
        case stopped
        case failed
    }

    package var state = State.idle
    package var order: PruneOrder?

    /// Callbacks whose head and body were erased.
    package var callbackCount = 0

    /// Calls of the gateway whose heads and bodies were erased.
    package var gatewayCallCount = 0

    /// Refused requests that were removed.
    package var refusalCount = 0

    /// Transitions that were removed.
    package var transitionCount = 0

    /// Heads and bodies that were erased, in bytes.
    package var byteCount = 0

    /// Numbers of callbacks and calls to look at, and looked at so far.
    var numbersToSee: Int64 = 0
    var numbersSeen: Int64 = 0

    /// The oldest sequence number that is kept, once transitions were looked at.
    package var oldestSequence: Int64?

    /// The consumer whose offset keeps the next old transition.
    package var heldBy: String?

    /// Milliseconds since the epoch.
    package var startedMilliseconds: Int64?
    package var finishedMilliseconds: Int64?

    /// Why it failed.
    package var error: String?

    /// How much of it is done, in hundredths.
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
