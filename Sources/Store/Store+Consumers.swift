package import SQLite

extension Store {
    /// How many consumers may be: far more than a merchant has services.
    package static let consumersMax = 1_000

    /// Moves a consumer, or adds it; returns when that is on disk.
    ///
    /// A position in another feed, from before a restore, says nothing about this one: it counts
    /// as 0, like that of a consumer which is not there yet.
    package func move(
        _ move: ConsumerMove
    ) async throws(SQLiteError) -> ConsumerMove.Outcome {
        let (feed, now) = (feed, now)
        return try await commit { (bookkeeper, _) throws(SQLiteError) in
            let consumers = bookkeeper.consumers
            let stored = try consumers.consumer(move.name)
            let current = stored.map { $0.feed == feed ? $0.position : 0 } ?? 0
            if let expected = move.expected, expected != current {
                return .unexpected(current: current)
            }
            if move.position > bookkeeper.head {
                return .ahead(current: current, head: bookkeeper.head)
            }
            if move.position < current, !move.mayRewind { return .backward(current: current) }
            if stored == nil, try consumers.count() >= Self.consumersMax { return .tooMany }
            let record = ConsumerRecord(
                name: move.name,
                position: move.position,
                feed: feed,
                updatedMilliseconds: now(),
                updatedBy: move.movedBy
            )
            try consumers.put(record)
            return .moved(record, head: bookkeeper.head, isNew: stored == nil)
        }
    }

    /// Removes a consumer; returns, when that is on disk, whether there was one.
    package func removeConsumer(_ name: String) async throws(SQLiteError) -> Bool {
        try await commit { (bookkeeper, _) throws(SQLiteError) in
            try bookkeeper.consumers.remove(name)
        }
    }
}
