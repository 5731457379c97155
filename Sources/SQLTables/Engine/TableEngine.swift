package import Store

/// An engine that stores in ``LedgerTables``: what it does besides loading and applying is the same
/// on every database.
package protocol TableEngine: StorageEngine {
    var tables: LedgerTables { get }
}

extension TableEngine {
    package func moveConsumer(
        _ move: ConsumerMove,
        feed: String,
        atMilliseconds now: Int64
    ) throws(StoreError) -> ConsumerMove.Outcome {
        try tables.consumers.move(move, head: head, feed: feed, atMilliseconds: now)
    }

    package func removeConsumer(_ name: String) throws(StoreError) -> Bool {
        try tables.consumers.remove(name)
    }

    package func record(_ change: AlertChange) throws(StoreError) {
        try tables.alerts.record(change)
    }

    package func removeAlerts(except names: [String]) throws(StoreError) {
        try tables.alerts.remove(except: names)
    }

    package func eraseCallbacks(
        _ erased: [(id: Int64, remainder: ErasedCallback)]
    ) throws(StoreError) {
        for (id, remainder) in erased { try tables.erasures.erase(callback: id, remainder) }
    }

    package func eraseGatewayCalls(
        _ erased: [(id: Int64, remainder: ErasedGatewayCall)]
    ) throws(StoreError) {
        for (id, remainder) in erased { try tables.erasures.erase(gatewayCall: id, remainder) }
    }

    package func removeTransitions(
        recordedBefore milliseconds: Int64,
        feed: String,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval {
        try tables.erasures.removeTransitions(
            recordedBefore: milliseconds,
            feed: feed,
            head: head,
            limit: limit
        )
    }

    /// Replaces one row of `meta`, whose size stays the same.
    package func mark(_ now: Int64) throws(StoreError) { try tables.meta.mark(now) }
}
