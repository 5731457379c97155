import Payments

/// Decides about money: which callbacks, query reports and operator decisions change a payment,
/// what the feed says of it, what needs manual review, and when the gateway is queried.
///
/// A value without I/O or clock. An engine fills the view and calls one method for each event of a
/// group, in order; then it stores what ``removeChanges()`` returns, all of it or nothing.
package struct Ledger: Sendable {
    package private(set) var view: LedgerView

    /// Set before each event, because the events of one group have their own times.
    package var context: LedgerContext
    private var changes: [Change] = []

    package init(_ view: LedgerView, _ context: LedgerContext) {
        self.view = view
        self.context = context
    }

    /// Removes and returns the changes, in the order in which the engine must apply them.
    package mutating func removeChanges() -> [Change] {
        defer { changes.removeAll(keepingCapacity: true) }
        return changes
    }

    /// The newest transition among the changes not yet removed; nil when there is none.
    var newestTransition: Transition? {
        for case .appendTransition(let transition) in changes.reversed() { return transition }
        return nil
    }

    var policy: LedgerPolicy { context.policy }
    var now: Int64 { context.nowMilliseconds }

    /// Applies a change to the view and queues it for the engine.
    ///
    /// The view changes at once, so that later events of the same commit decide on the new state.
    mutating func emit(_ change: Change) {
        view.apply(change)
        changes.append(change)
    }

    /// Stores a payment and increments its revision.
    ///
    /// A report to a query that was handed out under an earlier revision is outdated from now on.
    /// Notes that change no decision are emitted as `updatePayment` directly, without a new one.
    mutating func update(_ payment: Payment) {
        var payment = payment
        payment.revision += 1
        emit(.updatePayment(Shared(payment)))
    }

    /// Stores new knowledge about the gateway; emits nothing when nothing changes.
    mutating func updateKnowledge(_ change: (inout GatewayKnowledge) -> Void) {
        var knowledge = view.knowledge
        change(&knowledge)
        if knowledge != view.knowledge { emit(.updateKnowledge(knowledge)) }
    }

    // MARK: Numbers

    mutating func assignPaymentID() -> Payment.ID {
        defer { view.numbers.nextPaymentID += 1 }
        return view.numbers.nextPaymentID
    }

    mutating func assignCallbackID() -> CallbackID {
        defer { view.numbers.nextCallbackID += 1 }
        return view.numbers.nextCallbackID
    }

    mutating func assignEntryID() -> AttentionEntry.ID {
        defer { view.numbers.nextEntryID += 1 }
        return view.numbers.nextEntryID
    }
}
