package import Payments

/// Which callbacks a list shows; all conditions must hold.
///
/// It has one of its properties for each condition of a list.
package struct CallbackFilter: Sendable {
    /// One of the two references, in either role.
    package var reference: String?
    package var outcome: CallbackOutcome?
    package var externalID: String?

    /// The amount of its fact. Callbacks without a readable amount, and rejected requests, match
    /// any.
    package var amount: Amount?

    /// Whether only authentic callbacks are shown, without rejected requests.
    package var isAuthentic = false

    /// Received at or after this time, in milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Received before this time, in milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Only callbacks with a lower ID: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    /// Only callbacks with this ID or a higher one.
    package var sinceID: Int64?

    package init() {}

    /// Whether rows must be scanned, because neither the ID order nor an index leads to them.
    package var isSearch: Bool {
        reference == nil && (outcome != nil || externalID != nil || amount != nil)
    }
}

/// Stored callbacks, newest first.
package struct CallbackPage: Sendable {
    package let callbacks: [CallbackRecord]

    /// The cursor: ``CallbackFilter/beforeID`` of the next page.
    package let next: Int64

    /// Whether there may be more callbacks. A search ends its page early after a fixed number of
    /// rows.
    package let more: Bool

    package init(callbacks: [CallbackRecord], next: Int64, more: Bool) {
        self.callbacks = callbacks
        self.next = next
        self.more = more
    }
}

/// The time by which a list of transactions is ordered and bounded.
package enum TransactionTime: String, CaseIterable, Sendable {
    /// When the payment was created in the database.
    case created
    /// When its newest transition was recorded. A transaction without transitions has no such time.
    case updated
    /// When its transition to success was recorded.
    case paid
}

/// Which transactions a list shows; all conditions must hold.
package struct TransactionFilter: Equatable, Sendable {
    /// The time that the order and the bounds refer to.
    package var by = TransactionTime.created

    /// Present status is one of these; nil for any.
    package var statuses: Set<TransactionStatus>?

    /// The gateway's reference.
    package var referenceNo: Reference?

    /// The amount to be paid, or the paid one.
    package var amount: Amount?

    /// At or after this time, in milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Before this time, in milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// The cursor of the previous page: ``TransactionPage/next``.
    package var before: Int64?

    package init() {}
}

/// Transactions, newest first, without their transitions.
package struct TransactionPage: Equatable, Sendable {
    package let transactions: [TransactionRecord]

    /// The cursor: all matching transactions down to here were returned.
    package let next: Int64

    /// Whether there may be transactions beyond ``next``, even when the page is short.
    package let more: Bool

    package init(transactions: [TransactionRecord], next: Int64, more: Bool) {
        self.transactions = transactions
        self.next = next
        self.more = more
    }
}

/// Which attention entries a list shows; all conditions must hold.
package struct AttentionFilter: Sendable {
    /// Open entries only (true), resolved entries only (false), or both (nil).
    package var isOpen: Bool?
    package var kind: String?

    /// Only the entry with this ID.
    package var id: Int64?

    /// Only entries with a lower ID: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    package init() {}
}

/// Which gateway calls a list shows; all conditions must hold.
package struct GatewayCallFilter: Sendable {
    /// Ended at or after this time, in milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Ended before this time, in milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Only calls with a lower ID: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    package init() {}
}

/// A stored gateway call.
package struct StoredGatewayCall: Equatable, Sendable {
    package let id: Int64

    /// Its heads and bodies are empty when they were erased.
    package let call: GatewayCall

    /// What remains of erased heads and bodies; nil while they are stored.
    package let erased: ErasedGatewayCall?

    package init(id: Int64, call: GatewayCall, erased: ErasedGatewayCall?) {
        self.id = id
        self.call = call
        self.erased = erased
    }
}
