import Ledger

/// The writes of a retention order.
///
/// Each step is one submission in a group commit with callbacks, so it must be small.
extension Store {
    /// Erases the heads and bodies of callbacks, and stores what remains of them.
    ///
    /// A callback whose bytes were erased before is left as it is, so a repeated step does no harm.
    ///
    /// - Returns: how long the step kept the writer busy, without its share of the sync.
    package func erase(
        _ callbacks: [(id: Int64, remainder: ErasedCallback)]
    ) async throws(StoreError) -> Duration {
        try await measuredCommit { (engine) throws(StoreError) in
            try engine.eraseCallbacks(callbacks)
        }.duration
    }

    /// Erases the heads and bodies of gateway calls, and stores what remains of them.
    ///
    /// - Returns: how long the step kept the writer busy, without its share of the sync.
    package func erase(
        _ calls: [(id: Int64, remainder: ErasedGatewayCall)]
    ) async throws(StoreError) -> Duration {
        try await measuredCommit { (engine) throws(StoreError) in
            try engine.eraseGatewayCalls(calls)
        }.duration
    }

    /// Removes the first `limit` transitions of the feed, as far as they were recorded before
    /// `milliseconds` since the epoch and every consumer has passed them.
    ///
    /// The newest transition always stays, because the next sequence number follows from it. A
    /// consumer whose offset belongs to another feed, from before a restore, counts as having
    /// offset 0.
    package func removeTransitions(
        recordedBefore milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> (removal: TransitionRemoval, duration: Duration) {
        let feed = feed
        let (removal, duration) = try await measuredCommit { (engine) throws(StoreError) in
            try engine.removeTransitions(recordedBefore: milliseconds, feed: feed, limit: limit)
        }
        window.forget(below: removal.oldest)
        return (removal, duration)
    }

    /// Removes the rejected requests that were received before `milliseconds` since the epoch;
    /// returns how many.
    package func removeRefusals(
        receivedBefore milliseconds: Int64
    ) async throws(StoreError) -> Int {
        try await refusals.remove(receivedBefore: milliseconds)
    }

    /// Runs `body` in the next commit, and measures how long it keeps the writer busy.
    private func measuredCommit<Value: Sendable>(
        _ body: @escaping @Sendable (any StorageEngine) throws(StoreError) -> Value
    ) async throws(StoreError) -> (value: Value, duration: Duration) {
        try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            let start = ContinuousClock.now
            let value = try body(engine)
            return (value, ContinuousClock.now - start)
        }
    }
}
