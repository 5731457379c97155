/// A named position in the feed: what one of the merchant's services has dealt with.
package struct ConsumerRecord: Equatable, Sendable {
    package let name: String

    /// The sequence number up to which, and with which, it has dealt with everything.
    package let position: Int64

    /// The feed that the position belongs to: another one than the store's after a restore.
    package let feed: String

    /// Milliseconds since the epoch.
    package let updatedMilliseconds: Int64

    /// The name of the token that moved it last.
    package let updatedBy: String

    package init(
        name: String,
        position: Int64,
        feed: String,
        updatedMilliseconds: Int64,
        updatedBy: String
    ) {
        self.name = name
        self.position = position
        self.feed = feed
        self.updatedMilliseconds = updatedMilliseconds
        self.updatedBy = updatedBy
    }
}

/// What a consumer's position is to become.
package struct ConsumerMove: Sendable {
    package let name: String
    package let position: Int64

    /// The position it must have now; nil for any. One that is absent has 0.
    package let expected: Int64?

    /// Whether it may go back.
    package let mayRewind: Bool

    /// The name of the token that moves it.
    package let movedBy: String

    /// Whether that token may move every consumer: then only their number in all is bounded.
    package let isMovedByAdmin: Bool

    package init(
        name: String,
        position: Int64,
        expected: Int64?,
        mayRewind: Bool,
        movedBy: String,
        isMovedByAdmin: Bool
    ) {
        self.name = name
        self.position = position
        self.expected = expected
        self.mayRewind = mayRewind
        self.movedBy = movedBy
        self.isMovedByAdmin = isMovedByAdmin
    }

    /// What became of it.
    package enum Outcome: Equatable, Sendable {
        /// It stands there now; `isNew` when it was not there before.
        case moved(ConsumerRecord, head: Int64, isNew: Bool)
        /// The position is another one than expected.
        case unexpected(current: Int64)
        /// It would have gone back.
        case backward(current: Int64)
        /// The position is beyond the feed's head.
        case ahead(current: Int64, head: Int64)
        /// There are as many consumers as may be.
        case tooMany
        /// The token that moves it has as many as it may have.
        case tooManyOfToken
    }
}
