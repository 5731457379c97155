import SQLite
import Store

extension SQLiteReader {
    /// Where bytes from before `milliseconds` since the epoch may be.
    package func erasurePlan(
        before milliseconds: Int64
    ) async throws(StoreError) -> ErasurePlan {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.erasures.plan(before: milliseconds)
        }
    }

    /// The first callbacks of a range that have bytes and were received before `milliseconds`.
    package func callbackBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [CallbackBytes] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.erasures.callbacks(in: range, before: milliseconds, limit: limit)
        }
    }

    /// The first calls of a range that have bytes and ended before `milliseconds`.
    package func gatewayCallBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [GatewayCallBytes] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.erasures.gatewayCalls(in: range, before: milliseconds, limit: limit)
        }
    }

    /// What of the feed behind `sequence` may be removed, as
    /// ``Store/removeTransitions(recordedBefore:limit:)`` has it; nothing is.
    package func removableTransitions(
        recordedBefore milliseconds: Int64,
        after sequence: Int64,
        feed: String,
        limit: Int
    ) async throws(StoreError) -> TransitionRemoval {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.erasures.removableTransitions(
                recordedBefore: milliseconds,
                after: sequence,
                feed: feed,
                limit: limit
            )
        }
    }

    /// The newest time that the gateway signed, in milliseconds since the epoch, among the newest
    /// callbacks; nil when none says one.
    package func newestSignedTime() async throws(StoreError) -> Int64? {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.erasures.newestSignedTime()
        }
    }

    /// How many kept refusals were received before `milliseconds` since the epoch.
    package func refusalCount(
        receivedBefore milliseconds: Int64
    ) async throws(StoreError) -> Int {
        try await read(.report) { (tables) throws(SQLiteError) in
            tables.callbacks.refusalCount(receivedBefore: milliseconds)
        }
    }
}
