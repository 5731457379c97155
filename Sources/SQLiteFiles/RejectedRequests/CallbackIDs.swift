import Synchronization

/// Numbers callbacks in the order of their receipt: one series for the journal and the rejected, so
/// that a rejected one that moves to the journal keeps its number.
package final class CallbackIDs: Sendable {
    private let last: Atomic<Int64>

    /// - Parameter newest: the highest number in use.
    package init(newest: Int64) { last = Atomic(newest) }

    /// The first of `count` numbers in a row. Numbers that end up unused leave gaps, which mean
    /// nothing.
    package func reserve(_ count: Int) -> Int64 {
        last.add(Int64(count), ordering: .relaxed).oldValue + 1
    }

    /// The next number.
    func next() -> Int64 { reserve(1) }
}
