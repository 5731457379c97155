import Synchronization

/// Numbers callbacks in the order of their receipt: one series for the journal and the refused, so
/// that a refused one that moves to the journal keeps its number.
final class CallbackIDs: Sendable {
    private let last: Atomic<Int64>

    /// - Parameter newest: the highest number in use.
    init(newest: Int64) { last = Atomic(newest) }

    /// The next number. Numbers that end up unused leave gaps, which mean nothing.
    func next() -> Int64 { last.add(1, ordering: .relaxed).newValue }
}
