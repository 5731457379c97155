import Ledger
import Payments
import Synchronization

/// The newest part of the feed, in memory: it serves followers at the head without a database read.
///
/// It holds the transitions committed since the start, up to its bounds, without a gap. The writer
/// appends to it after each durable commit; transitions are rendered by the readers, not by the
/// writer. Older transitions are read from the database.
///
/// While no client reads the feed, the window is small. Memory that is freed thousands of callbacks
/// after its allocation is in no processor cache any more, and slows down the whole process.
package final class FeedWindow: Sendable {
    private struct State {
        var head: Int64

        /// The lowest sequence number that may be served; lower ones may have been pruned.
        var floor: Int64

        /// The head at the last read, which tells whether clients read the feed.
        var readHead: Int64

        /// Without a gap, up to ``head``; the first ``dropped`` of them are discarded.
        var groups: [FeedGroup] = []
        var dropped = 0
        var bytes = 0

        /// The first sequence number in memory; the head's successor when the window is empty.
        var first: Int64 {
            let first = dropped < groups.count ? groups[dropped].first : head + 1
            return max(first, floor)
        }

        mutating func dropFirst() {
            bytes -= groups[dropped].bytes
            dropped += 1
            // Removing from the front moves the rest, so it is done rarely: amortised, one move for
            // each group.
            if dropped * 2 > groups.count {
                groups.removeFirst(dropped)
                dropped = 0
            }
        }

        mutating func clear(head: Int64) {
            self = State(head: head)
        }

        init(head: Int64) {
            self.head = head
            floor = head + 1
            readHead = head
        }
    }

    /// The maximum of transitions in memory: more than arrive under full load before followers are
    /// woken.
    package static let countMax: Int64 = 4_096

    /// The maximum after ``countMax`` transitions without a read: as many as stay in the
    /// processor's caches. With 256, a callback costs about 2 % more.
    package static let idleCountMax: Int64 = 32

    /// The maximum of bytes in memory, as ``FeedGroup/bytes`` counts them.
    package static let bytesMax = 4 * 1_048_576

    private let state: Mutex<State>
    private let countMax: Int64
    private let idleCountMax: Int64
    private let bytesMax: Int

    init(
        head: Int64,
        countMax: Int64 = FeedWindow.countMax,
        idleCountMax: Int64 = FeedWindow.idleCountMax,
        bytesMax: Int = FeedWindow.bytesMax
    ) {
        state = Mutex(State(head: head))
        self.countMax = countMax
        self.idleCountMax = idleCountMax
        self.bytesMax = bytesMax
    }

    /// The newest sequence number that was committed to the feed, 0 in an empty feed.
    package var head: Int64 { state.withLock { $0.head } }

    /// Whether all transitions after `offset` are in memory; counts as a read.
    package func covers(_ offset: Int64) -> Bool {
        state.withLock { state in
            state.readHead = state.head
            return state.first - 1 <= offset && offset <= state.head
        }
    }

    /// The transitions that `query` selects, up to `limit`.
    ///
    /// Nil when the database must be read: the offset is before the first transition in memory, or
    /// beyond the newest commit.
    func text(_ query: FeedQuery, limit: Int, _ render: TransitionRendering) -> FeedText? {
        let (groups, head) = state.withLock { state in
            state.readHead = state.head
            return (Self.groups(of: state, query, limit), state.head)
        }
        guard let groups else { return nil }
        var text = FeedText(next: head, head: head)
        for group in groups {
            guard group.rendered(render).append(to: &text, query, limit: limit) else { break }
        }
        return text
    }

    /// The groups that `query` may select from. Called under the lock; their text is made outside
    /// of it.
    private static func groups(of state: State, _ query: FeedQuery, _ limit: Int) -> [FeedGroup]? {
        guard state.first - 1 <= query.after, query.after <= state.head else { return nil }
        let groups = state.groups[state.dropped...]
        let start = groups.partitioningIndex { $0.last > query.after }
        guard query.statuses == nil else { return Array(groups[start...]) }
        // One more than the limit, which tells whether there is more.
        let end = groups.partitioningIndex { $0.first > query.after + Int64(limit) + 1 }
        return Array(groups[start..<end])
    }

    // MARK: The writer's side

    /// Appends the transitions of a durable commit. Called by the writer.
    func append(_ transitions: [Transition]) {
        guard let first = transitions.first?.sequence else { return }
        let group = FeedGroup(transitions, first: first)
        state.withLock { state in
            precondition(first > state.head, "a transition is handed over once")
            // A gap means that the head was set by another source: the window starts after it.
            if first != state.head + 1 { state.clear(head: first - 1) }
            state.groups.append(group)
            state.head = group.last
            state.bytes += group.bytes
            let isRead = state.head - state.readHead <= countMax
            let max = isRead ? countMax : min(countMax, idleCountMax)
            while state.groups.count - state.dropped > 1,
                state.bytes > bytesMax || state.head - state.groups[state.dropped].last >= max
            {
                state.dropFirst()
            }
        }
    }

    /// Empties the window: the database was opened again, and its newest sequence number is `head`.
    func reset(head: Int64) { state.withLock { $0.clear(head: head) } }

    /// Discards transitions below `sequence`, which were removed from the feed.
    package func forget(below sequence: Int64) {
        state.withLock { state in
            state.floor = max(state.floor, min(sequence, state.head + 1))
            while state.dropped < state.groups.count,
                state.groups[state.dropped].last < state.floor
            {
                state.dropFirst()
            }
        }
    }
}

extension RandomAccessCollection {
    /// The first index whose element satisfies `belongsToSuffix`, which must hold for a suffix of
    /// the collection only.
    fileprivate func partitioningIndex(
        where belongsToSuffix: (Element) -> Bool
    ) -> Index {
        var (low, count) = (startIndex, count)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if belongsToSuffix(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
