package import Payments

/// Which callbacks a list shows; all conditions have to hold.
package struct CallbackFilter: Sendable {
    /// One of the two references, in either role.
    package var reference: String?
    package var outcome: CallbackOutcome?
    package var externalID: String?

    /// Only those whose signature verified: not the refused ones that are kept for diagnosis.
    package var isAuthentic = false

    /// Received at or after, milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Received before, milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Only those with a smaller number: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    /// Only those with this number or a greater one.
    package var sinceID: Int64?

    package init() {}

    /// Whether it asks for what neither the order of the numbers nor an index leads to.
    package var isSearch: Bool { reference == nil && (outcome != nil || externalID != nil) }
}

/// Kept callbacks, the newest first.
package struct CallbackPage: Sendable {
    package let callbacks: [CallbackRecord]

    /// Where the list goes on: ``CallbackFilter/beforeID`` of the next page.
    package let next: Int64

    /// Whether there may be more; a search ends a page early when it has looked at many.
    package let more: Bool

    package init(callbacks: [CallbackRecord], next: Int64, more: Bool) {
        self.callbacks = callbacks
        self.next = next
        self.more = more
    }
}

/// Which time of a transaction a list goes by.
package enum TransactionTime: String, CaseIterable, Sendable {
    /// When it was first heard of.
    case created
    /// When its newest transition was recorded. One without transitions has no such time.
    case updated
    /// When its transition to success was recorded.
    case paid
}

/// Which transactions a list shows; all conditions have to hold.
package struct TransactionFilter: Equatable, Sendable {
    /// What the order and the bounds of time go by.
    package var by = TransactionTime.created

    /// Those that now have one of these statuses; nil for all.
    package var statuses: Set<TransactionStatus>?

    /// The gateway's reference.
    package var referenceNo: Reference?

    /// At or after, milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Before, milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Where the page before ended: ``TransactionPage/next``.
    package var before: Int64?

    package init() {}
}

/// Transactions, the newest first, without their transitions.
package struct TransactionPage: Equatable, Sendable {
    package let transactions: [TransactionRecord]

    /// Where to go on: nothing wanted is left out down to here.
    package let next: Int64

    /// Whether there may be more behind ``next``. The page may be short all the same.
    package let more: Bool

    package init(transactions: [TransactionRecord], next: Int64, more: Bool) {
        self.transactions = transactions
        self.next = next
        self.more = more
    }
}

/// Which attention entries a list shows; all conditions have to hold.
package struct AttentionFilter: Sendable {
    /// Open entries only (true), resolved ones only (false), or both (nil).
    package var isOpen: Bool?
    package var kind: String?

    /// The one entry of this number.
    package var id: Int64?

    /// Only those with a smaller number: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    package init() {}
}

/// Which calls of the gateway a list shows; all conditions have to hold.
package struct GatewayCallFilter: Sendable {
    /// Ended at or after, milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Ended before, milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Only those with a smaller number: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    package init() {}
}

/// A kept call of the gateway.
package struct KeptGatewayCall: Equatable, Sendable {
    package let id: Int64

    /// Without heads and bodies, when they were erased.
    package let call: GatewayCall

    /// What stays of heads and bodies that were erased; nil while they are there.
    package let erased: ErasedGatewayCall?

    package init(id: Int64, call: GatewayCall, erased: ErasedGatewayCall?) {
        self.id = id
        self.call = call
        self.erased = erased
    }
}
