package import Store

/// The reads of a retention order. All have purpose `.report`, because a range may be long.
extension DatabaseReader {
    /// The ID ranges of old rows, by ``TimeSearch``.
    package func erasurePlan(
        before milliseconds: Int64
    ) async throws(StoreError) -> ErasurePlan {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.erasures.plan(before: milliseconds)
        }
    }

    /// The next callbacks of a range to erase, with their bytes; stops after `limit` rows.
    package func callbackBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [CallbackBytes] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.erasures.callbacks(in: range, before: milliseconds, limit: limit)
        }
    }

    /// The next gateway calls of a range to erase, with their bytes; stops after `limit` rows.
    package func gatewayCallBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [GatewayCallBytes] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.erasures.gatewayCalls(in: range, before: milliseconds, limit: limit)
        }
    }

    /// What a removal of transitions would remove, for a dry run; reads at most `limit` + 1 of
    /// them.
    package func removableTransitions(
        recordedBefore milliseconds: Int64,
        after sequence: Int64,
        feed: String,
        limit: Int
    ) async throws(StoreError) -> TransitionRemoval {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.erasures.removableTransitions(
                recordedBefore: milliseconds,
                after: sequence,
                feed: feed,
                limit: limit
            )
        }
    }

    /// The newest X-TIMESTAMP among the last 100 callbacks with a readable one.
    package func newestSignedTime() async throws(StoreError) -> Int64? {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.erasures.newestSignedTime()
        }
    }

    /// How many rejected requests are old enough; 0 while their file cannot be read.
    package func refusalCount(
        receivedBefore milliseconds: Int64
    ) async throws(StoreError) -> Int {
        try await read(.report) { (tables) throws(StoreError) in
            tables.callbacks.refusalCount(receivedBefore: milliseconds)
        }
    }
}
