import Payments

/// Appends one transition in the form that clients receive.
package typealias TransitionRendering = @Sendable (TransitionRecord, inout [UInt8]) -> Void

/// A part of the feed, in sequence order, as the bytes that clients receive.
package struct FeedText: Sendable {
    /// One rendered transition.
    package struct Item: Equatable, Sendable {
        package let sequence: Int64

        /// The output of ``TransitionRendering``.
        package let bytes: ArraySlice<UInt8>
    }

    package var items: [Item] = []

    /// The cursor: all matching transitions up to here were returned.
    package var next: Int64

    /// The newest sequence number, 0 in an empty feed.
    package let head: Int64

    /// The oldest stored sequence number; older transitions were removed. Nil for a page from
    /// memory, which lacks nothing after its offset.
    package var oldest: Int64?

    /// Whether there are transitions after ``next`` now; none of them may match.
    package var more: Bool { next < head }
}

/// Consecutive transitions, rendered.
struct RenderedTransitions: Sendable {
    private let first: Int64
    private var bytes: [UInt8] = []

    /// The end of each transition in ``bytes``.
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

    /// Appends the transitions that `query` selects; returns false when `text` holds `limit`
    /// transitions and another one matches.
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
    /// Renders a page that was read from the database.
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
