import Payments

/// Decides about money: which callbacks, answers and operators' decisions change a payment, what
/// the feed says of it, what a person has to look at, and when the gateway is asked.
///
/// A value without I/O or clock. An engine fills the view, one method is called for each event of a
/// group, in order, and the engine stores what ``takeChanges()`` returns.
package struct Ledger: Sendable {
    package private(set) var view: LedgerView

    /// Set for each event: events of one group have their own times.
    package var context: LedgerContext
    private var changes: [Change] = []

    package init(_ view: LedgerView, _ context: LedgerContext) {
        self.view = view
        self.context = context
    }

    /// The changes of the events since the last call, in the order in which they are to be applied.
    package mutating func takeChanges() -> [Change] {
        defer { changes.removeAll(keepingCapacity: true) }
        return changes
    }

    /// The transition that was appended last, if none has been taken since.
    var newestTransition: Transition? {
        for case .appendTransition(let transition) in changes.reversed() { return transition }
        return nil
    }

    var policy: LedgerPolicy { context.policy }
    var now: Int64 { context.nowMilliseconds }

    mutating func emit(_ change: Change) {
        view.apply(change)
        changes.append(change)
    }

    /// Stores a payment as it is now; whatever was handed out about it before is out of date.
    mutating func update(_ payment: Payment) {
        var payment = payment
        payment.revision += 1
        emit(.updatePayment(Shared(payment)))
    }

    /// Stores what was learnt about the gateway.
    mutating func learn(_ change: (inout GatewayKnowledge) -> Void) {
        var knowledge = view.knowledge
        change(&knowledge)
        if knowledge != view.knowledge { emit(.updateKnowledge(knowledge)) }
    }

    // MARK: Numbers

    mutating func takePaymentID() -> Payment.ID {
        defer { view.numbers.nextPaymentID += 1 }
        return view.numbers.nextPaymentID
    }

    mutating func takeCallbackID() -> KeptCallback.ID {
        defer { view.numbers.nextCallbackID += 1 }
        return view.numbers.nextCallbackID
    }

    mutating func takeEntryID() -> AttentionEntry.ID {
        defer { view.numbers.nextEntryID += 1 }
        return view.numbers.nextEntryID
    }
}
