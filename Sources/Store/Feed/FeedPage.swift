package import Payments

/// A selection of the feed.
package struct FeedQuery: Equatable, Sendable {
    /// The offset: transitions with a higher sequence number are selected.
    package var after: Int64

    /// Selects only transitions to one of these statuses; nil selects all.
    package var statuses: Set<TransactionStatus>?

    package init(after: Int64, statuses: Set<TransactionStatus>? = nil) {
        self.after = after
        self.statuses = statuses
    }
}

/// Transitions, in sequence order.
package struct FeedPage: Equatable, Sendable {
    package let transitions: [TransitionRecord]

    /// The cursor: all matching transitions up to here were returned.
    package let next: Int64

    /// Whether there are transitions after ``next`` now; none of them may match.
    package let more: Bool

    /// The newest sequence number, 0 in an empty feed.
    package let head: Int64

    /// The oldest stored sequence number, 1 in an empty feed; older transitions were removed.
    package let oldest: Int64

    package init(
        transitions: [TransitionRecord],
        next: Int64,
        more: Bool,
        head: Int64,
        oldest: Int64
    ) {
        self.transitions = transitions
        self.next = next
        self.more = more
        self.head = head
        self.oldest = oldest
    }
}

/// The range of sequence numbers in the feed.
package struct FeedBounds: Equatable, Sendable {
    /// The oldest stored one, 1 in an empty feed.
    package let oldest: Int64

    /// The newest, 0 in an empty feed.
    package let head: Int64

    package init(oldest: Int64, head: Int64) {
        self.oldest = oldest
        self.head = head
    }
}
