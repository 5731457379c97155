/// A consumer: a named offset in the feed, which tells what one of the merchant's services has
/// processed.
package struct ConsumerRecord: Equatable, Sendable {
    package let name: String

    /// The offset: all transitions up to and including this sequence number are processed.
    package let offset: Int64

    /// The feed id that the offset belongs to; after a restore it may differ from the store's.
    package let feed: String

    /// Milliseconds since the epoch.
    package let updatedMilliseconds: Int64

    /// The name of the token that moved the offset last.
    package let updatedBy: String

    package init(
        name: String,
        offset: Int64,
        feed: String,
        updatedMilliseconds: Int64,
        updatedBy: String
    ) {
        self.name = name
        self.offset = offset
        self.feed = feed
        self.updatedMilliseconds = updatedMilliseconds
        self.updatedBy = updatedBy
    }
}

/// A request to move the offset of a consumer.
package struct ConsumerMove: Sendable {
    package let name: String
    package let offset: Int64

    /// The offset that the consumer must have now; nil for any. A missing consumer has offset 0.
    package let expected: Int64?

    /// Whether the offset may decrease.
    package let mayRewind: Bool

    /// The name of the token that moves the offset.
    package let movedBy: String

    /// Whether that token may move every consumer; then only the total number of consumers is
    /// limited.
    package let isMovedByAdmin: Bool

    package init(
        name: String,
        offset: Int64,
        expected: Int64?,
        mayRewind: Bool,
        movedBy: String,
        isMovedByAdmin: Bool
    ) {
        self.name = name
        self.offset = offset
        self.expected = expected
        self.mayRewind = mayRewind
        self.movedBy = movedBy
        self.isMovedByAdmin = isMovedByAdmin
    }

    /// The result of a move.
    package enum Outcome: Equatable, Sendable {
        /// The offset is stored; `isNew` says whether the consumer was added.
        case moved(ConsumerRecord, head: Int64, isNew: Bool)
        /// The present offset is not the expected one.
        case unexpected(current: Int64)
        /// The offset would have decreased.
        case backward(current: Int64)
        /// The offset is beyond the head of the feed.
        case ahead(current: Int64, head: Int64)
        /// The maximum number of consumers exists.
        case tooMany
        /// The token has the maximum number of consumers.
        case tooManyOfToken
    }
}
