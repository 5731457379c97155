package import Payments

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
}
