package import Payments

/// Which part of the feed is wanted.
package struct FeedQuery: Equatable, Sendable {
    /// Transitions behind this sequence number.
    package var after: Int64

    /// Only those to one of these statuses; nil for all.
    package var statuses: Set<TransactionStatus>?

    package init(after: Int64, statuses: Set<TransactionStatus>? = nil) {
        self.after = after
        self.statuses = statuses
    }
}

/// Transitions in the order of the feed.
package struct FeedPage: Equatable, Sendable {
    package let transitions: [TransitionRecord]

    /// Where to go on: nothing wanted is left out up to here.
    package let next: Int64

    /// Whether there may be more behind ``next``, now.
    package let more: Bool

    /// The newest sequence number, 0 in an empty feed.
    package let head: Int64

    /// The oldest sequence number that is kept, 1 in an empty feed: what is older was not looked
    /// at.
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

/// The sequence numbers that the feed has.
package struct FeedBounds: Equatable, Sendable {
    /// The oldest that is kept, 1 in an empty feed.
    package let oldest: Int64

    /// The newest, 0 in an empty feed.
    package let head: Int64

    package init(oldest: Int64, head: Int64) {
        self.oldest = oldest
        self.head = head
    }
}
