import Payments

/// Writes one transition in the form in which clients get it.
package typealias TransitionRendering = @Sendable (TransitionRecord, inout [UInt8]) -> Void

/// A part of the feed, in its order, as the bytes that clients get.
package struct FeedText: Sendable {
    /// One transition.
    package struct Item: Equatable, Sendable {
        package let sequence: Int64

        /// What ``TransitionRendering`` wrote of it.
        package let bytes: ArraySlice<UInt8>
    }

    package var items: [Item] = []

    /// Where to go on: nothing wanted is left out up to here.
    package var next: Int64

    /// The newest sequence number, 0 in an empty feed.
    package let head: Int64

    /// The oldest sequence number that is kept: what is older was not looked at. Nil for what came
    /// from memory, where nothing behind the position was missing.
    package var oldest: Int64?

    /// Whether there may be more behind ``next``, now.
    package var more: Bool { next < head }
}

/// Transitions that follow one another, rendered.
struct RenderedTransitions: Sendable {
    private let first: Int64
    private var bytes: [UInt8] = []

    /// Where each ends in ``bytes``.
    private var ends: [Int] = []
    private var statuses: [TransactionStatus] = []

    init(_ transitions: [TransitionRecord], _ render: TransitionRendering) {
        first = transitions.first?.sequence ?? 0
        for transition in transitions {
            render(transition, &bytes)
            ends.append(bytes.count)
            statuses.append(transition.to)
        }
    }

    /// Adds to `text` what `query` selects; returns false when it has `limit` transitions and
    /// there would be more.
    func append(to text: inout FeedText, _ query: FeedQuery, limit: Int) -> Bool {
        let start = min(max(0, Int(query.after - first + 1)), ends.count)
        for index in start..<ends.count {
            if let wanted = query.statuses, !wanted.contains(statuses[index]) { continue }
            let sequence = first + Int64(index)
            if text.items.count == limit {
                text.next = sequence - 1
                return false
            }
            let begin = index == 0 ? 0 : ends[index - 1]
            text.items.append(FeedText.Item(sequence: sequence, bytes: bytes[begin..<ends[index]]))
        }
        return true
    }
}

extension FeedText {
    /// A page that was read from the database.
    package init(_ page: FeedPage, _ render: TransitionRendering) {
        next = page.next
        head = page.head
        oldest = page.oldest
        items = page.transitions.map { transition in
            var bytes: [UInt8] = []
            render(transition, &bytes)
            return Item(sequence: transition.sequence, bytes: bytes[...])
        }
    }
}
