import Ledger

/// What is written when a step of an erasure reaches the disk.
///
/// Each step is one piece of work of the writer, beside callbacks: it has to stay small.
extension Store {
    /// Erases the heads and bodies of callbacks, and keeps what stays of them.
    ///
    /// One that has none any more is left as it is.
    ///
    /// - Returns: how long the writer was busy with it.
    package func erase(
        _ callbacks: [(id: Int64, remainder: ErasedCallback)]
    ) async throws(StoreError) -> Duration {
        try await measuredCommit { (engine) throws(StoreError) in
            try engine.eraseCallbacks(callbacks)
        }.duration
    }

    /// Erases the heads and bodies of calls of the gateway, and keeps what stays of them.
    ///
    /// - Returns: how long the writer was busy with it.
    package func erase(
        _ calls: [(id: Int64, remainder: ErasedGatewayCall)]
    ) async throws(StoreError) -> Duration {
        try await measuredCommit { (engine) throws(StoreError) in
            try engine.eraseGatewayCalls(calls)
        }.duration
    }

    /// Removes the first `limit` transitions of the feed, as far as they were recorded before
    /// `milliseconds` since the epoch and every consumer has passed them. The newest one stays: the
    /// feed goes on from its number.
    ///
    /// A consumer of another feed, from before a restore, has passed none.
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

    /// Removes kept refusals that were received before `milliseconds` since the epoch; returns how
    /// many.
    package func removeRefusals(
        receivedBefore milliseconds: Int64
    ) async throws(StoreError) -> Int {
        try await refusals.remove(receivedBefore: milliseconds)
    }

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
