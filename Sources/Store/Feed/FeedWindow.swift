import Ledger
import Payments
import Synchronization

/// The newest part of the feed, in memory: serves those who follow at the head without a read.
///
/// It holds what was committed since the program began, up to its bounds, without a gap. The writer
/// adds to it after each commit that is on disk, and does no more than that: rendering is left to
/// those who read. What it does not hold is read from the database.
///
/// While no client reads the feed, it holds little: memory that is freed thousands of callbacks
/// later has left the processor's caches, and slows down everything else in the process.
package final class FeedWindow: Sendable {
    private struct State {
        var head: Int64

        /// The lowest number that may be served: what lies below it may have been pruned.
        var floor: Int64

        /// The head at the last read.
        var readHead: Int64

        /// Without a gap, up to ``head``; the first ``dropped`` of them are gone.
        var groups: [FeedGroup] = []
        var dropped = 0
        var bytes = 0

        /// The first sequence number that is in memory, or the next one when none is.
        var first: Int64 {
            let first = dropped < groups.count ? groups[dropped].first : head + 1
            return max(first, floor)
        }

        mutating func dropFirst() {
            bytes -= groups[dropped].bytes
            dropped += 1
            // Moves the rest as rarely as it is long.
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

    /// Transitions in memory at most: more than come in a full load until followers are woken.
    package static let countMax: Int64 = 4_096

    /// The same once ``countMax`` have come without a read: what stays in the processor's caches.
    /// With 256, a callback costs some two per cent more.
    package static let idleCountMax: Int64 = 32

    /// Bytes in memory at most, as ``FeedGroup/bytes`` counts them.
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

    /// The newest sequence number that a commit has put into the feed, 0 in an empty one.
    package var head: Int64 { state.withLock { $0.head } }

    /// Whether everything behind `position` is in memory.
    package func covers(_ position: Int64) -> Bool {
        state.withLock { state in
            state.readHead = state.head
            return state.first - 1 <= position && position <= state.head
        }
    }

    /// What `query` selects, up to `limit` transitions, or nil when that takes a read: its position
    /// lies before what is in memory, or beyond the newest commit that was handed over.
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

    /// The groups to look at, under the lock: their text is made outside.
    private static func groups(of state: State, _ query: FeedQuery, _ limit: Int) -> [FeedGroup]? {
        guard state.first - 1 <= query.after, query.after <= state.head else { return nil }
        let held = state.groups[state.dropped...]
        let start = held.partitioningIndex { $0.last > query.after }
        guard query.statuses == nil else { return Array(held[start...]) }
        // One more than the limit, to know whether there is more.
        let end = held.partitioningIndex { $0.first > query.after + Int64(limit) + 1 }
        return Array(held[start..<end])
    }

    // MARK: The writer's side

    /// Adds the transitions of a commit that is on disk.
    func append(_ transitions: [Transition]) {
        guard let first = transitions.first?.sequence else { return }
        let group = FeedGroup(transitions, first: first)
        state.withLock { state in
            precondition(first > state.head, "a transition is handed over once")
            // Another gap than none means that the head came from elsewhere: begin behind it.
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

    /// Forgets everything: the database was opened again and its newest sequence number is `head`.
    func reset(head: Int64) { state.withLock { $0.clear(head: head) } }

    /// Forgets transitions below `sequence`: they are kept no longer.
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
    /// The first index whose element is one of those at the end that `belongsToSuffix`.
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
