package import Store
import Synchronization

/// Numbers callbacks; IDs that stay unused leave gaps, which have no meaning.
///
/// The journal and the rejected-request store share one series, so a rejected request that moves to
/// the journal keeps its ID.
package protocol CallbackIDSource: Sendable {
    /// One ID, if that takes no waiting. May be called from any thread.
    func next() -> Int64?

    /// Reserves `count` consecutive IDs and returns the first, for requests that have none. Called
    /// on the thread of the rejected-request store, which may block.
    func reserve(_ count: Int) throws(StoreError) -> Int64
}

/// The IDs of callbacks of one process.
package final class CallbackIDs: CallbackIDSource {
    private let last: Atomic<Int64>

    /// - Parameter newest: the highest ID in use.
    package init(newest: Int64) { last = Atomic(newest) }

    /// Reserves `count` consecutive IDs and returns the first. May be called from any thread.
    package func reserve(_ count: Int) -> Int64 {
        last.add(Int64(count), ordering: .relaxed).oldValue + 1
    }

    package func next() -> Int64? { reserve(1) }
}
