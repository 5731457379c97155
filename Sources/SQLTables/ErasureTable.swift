package import Store

/// The writer's statements that erase heads and bodies, and remove the start of the feed; inside a
/// write only.
///
/// SQLite overwrites the erased bytes, because ``MainDatabase`` sets `secure_delete`; freed pages
/// are used again (article Storage).
package final class ErasureTable {
    /// Deletes the bytes of a callback, by primary key.
    private let callbackRemoval: any SQLStatement

    /// Stores what remains of a callback's bytes.
    private let callbackInsertion: any SQLStatement

    /// Stores what remains of a gateway call's bytes, with its signature, which is read from the
    /// row to be deleted.
    private let callInsertion: any SQLStatement

    /// Deletes the bytes of a gateway call, by primary key.
    private let callRemoval: any SQLStatement

    /// Deletes the transitions up to a sequence number: a range of the primary key.
    private let transitionRemoval: any SQLStatement

    /// What may be removed from the start of the feed.
    private let feedStart: FeedStart

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        callbackRemoval = try connection.prepare(
            "DELETE FROM callback_contents WHERE id = ? RETURNING id"
        )
        callbackInsertion = try connection.prepare(
            "INSERT INTO erased_callbacks VALUES (?, ?, ?, ?)"
        )
        callInsertion = try connection.prepare(
            """
            INSERT INTO erased_gateway_calls
            SELECT id, ?, ?, signature FROM gateway_call_contents WHERE id = ?
            """
        )
        callRemoval = try connection.prepare("DELETE FROM gateway_call_contents WHERE id = ?")
        transitionRemoval = try connection.prepare("DELETE FROM transitions WHERE sequence <= ?")
        feedStart = try FeedStart(connection)
    }

    /// Replaces the bytes of a callback by what remains of them, in the same write.
    ///
    /// Does nothing when they were erased before, so a repeated step does not replace the digests.
    package func erase(callback id: Int64, _ remainder: ErasedCallback) throws(StoreError) {
        let removed = try callbackRemoval.first {
            $0.integer(id)
        } row: {
            $0.integer(0)
        }
        if removed == nil { return }
        let isRaw = remainder.bodyDigest == remainder.signedBodyDigest
        try callbackInsertion.run {
            $0.integer(id)
            $0.blob(remainder.bodyDigest)
            $0.blob(isRaw ? nil : remainder.signedBodyDigest)
            $0.blob(remainder.signature)
        }
    }

    /// Replaces the bytes of a gateway call by what remains of them; does nothing when they were
    /// erased before.
    package func erase(gatewayCall id: Int64, _ remainder: ErasedGatewayCall) throws(StoreError) {
        try callInsertion.run {
            $0.blob(remainder.requestDigest)
            $0.blob(remainder.responseDigest)
            $0.integer(id)
        }
        try callRemoval.run { $0.integer(id) }
    }

    /// Removes the start of the feed (see ``Store/removeTransitions(recordedBefore:limit:)``).
    package func removeTransitions(
        recordedBefore milliseconds: Int64,
        feed: String,
        head: Int64,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval {
        let removal = try feedStart.removable(
            recordedBefore: milliseconds,
            after: 0,
            feed: feed,
            head: head,
            limit: limit
        )
        if removal.count > 0 { try transitionRemoval.run { $0.integer(removal.oldest - 1) } }
        return removal
    }
}

/// The statements that determine what may be removed from the start of the feed; the writer and the
/// readers use them.
package struct FeedStart {
    /// The first transitions after a sequence number, by primary key.
    private let transitions: any SQLStatement

    /// The consumer with the lowest offset; an offset of another feed counts as 0. Scans
    /// `consumers`, which is small.
    private let lowestOffset: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        transitions = try connection.prepare(
            """
            SELECT sequence, recorded_at FROM transitions WHERE sequence > ?
            ORDER BY sequence LIMIT ?
            """
        )
        lowestOffset = try connection.prepare(
            """
            SELECT CASE WHEN feed = ? THEN position ELSE 0 END AS lowest, name FROM consumers
            ORDER BY lowest, name LIMIT 1
            """
        )
    }

    /// The transitions after `sequence`, at most `limit`, that were recorded before `milliseconds`
    /// since the epoch and that every consumer has passed; never the newest one.
    ///
    /// Reads at most `limit` + 1 rows, and stops at the first one that must stay.
    package func removable(
        recordedBefore milliseconds: Int64,
        after sequence: Int64,
        feed: String,
        head: Int64,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval {
        let lowest = try lowestOffset.first {
            $0.text(feed)
        } row: {
            (offset: $0.integer(0), name: $0.text(1))
        }
        let top = min(lowest?.offset ?? .max, head - 1)
        var oldest = sequence + 1
        var count = 0
        var isBlocked = false
        // One more than may be removed, because it becomes the oldest.
        try transitions.forEach {
            $0.integer(sequence)
            $0.integer(limit + 1)
        } row: {
            oldest = $0.integer(0)
            guard count < limit, $0.integer(1) < milliseconds else { return false }
            isBlocked = oldest > top && oldest < head
            if oldest > top { return false }
            count += 1
            return true
        }
        return TransitionRemoval(
            count: count,
            oldest: oldest,
            heldBy: isBlocked ? lowest?.name : nil
        )
    }
}
