import Synchronization

/// Numbers callbacks in the order of receipt.
///
/// The journal and the rejected-request store share one series, so a rejected request that moves to
/// the journal keeps its ID. May be called from any thread.
package final class CallbackIDs: Sendable {
    private let last: Atomic<Int64>

    /// - Parameter newest: the highest ID in use.
    package init(newest: Int64) { last = Atomic(newest) }

    /// Reserves `count` consecutive IDs and returns the first. IDs that stay unused leave gaps,
    /// which have no meaning.
    package func reserve(_ count: Int) -> Int64 {
        last.add(Int64(count), ordering: .relaxed).oldValue + 1
    }

    /// Reserves one ID.
    func next() -> Int64 { reserve(1) }
}
