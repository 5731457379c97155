import SQLTables
import Store

/// The readers' statements of a retention order.
///
/// Bytes are read and hashed outside of the writer; the writer only replaces them. Rows that are
/// erased in between are skipped there.
struct ErasureReader {
    private let connection: any SQLDatabase

    /// The first callbacks of an ID range with bytes that were received before a time.
    ///
    /// Goes along the primary key of `callback_contents`, so erased callbacks cost nothing.
    private let callbacks: any SQLStatement

    /// The first gateway calls of an ID range with bytes that ended before a time, along the
    /// primary key of `gateway_call_contents`.
    private let gatewayCalls: any SQLStatement

    /// What may be removed from the start of the feed.
    private let feedStart: FeedStart

    init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        feedStart = try FeedStart(connection)
        callbacks = try connection.prepare(
            """
            SELECT callbacks.id, body_form, head, body
            FROM callback_contents JOIN callbacks USING (id)
                JOIN verifications ON verifications.id = callbacks.verification
            WHERE callback_contents.id >= ? AND callback_contents.id < ? AND received_at < ?
            ORDER BY callback_contents.id LIMIT ?
            """
        )
        gatewayCalls = try connection.prepare(
            """
            SELECT id, request_body, response_body,
                length(signature) + coalesce(length(response_head), 0)
            FROM gateway_call_contents JOIN gateway_calls USING (id)
            WHERE gateway_call_contents.id >= ? AND gateway_call_contents.id < ?
                AND finished_at < ?
            ORDER BY gateway_call_contents.id LIMIT ?
            """
        )
    }

    /// The ID ranges that may hold bytes from before `milliseconds` since the epoch, in one
    /// snapshot.
    func plan(before milliseconds: Int64) throws(StoreError) -> ErasurePlan {
        try connection.snapshot { () throws(StoreError) in
            ErasurePlan(
                callbacks: try ranges(.callbacks, "callback_contents", milliseconds),
                gatewayCalls: try ranges(.gatewayCalls, "gateway_call_contents", milliseconds)
            )
        }
    }

    /// The ID ranges of a list before a time, oldest first. They start at the first row with bytes,
    /// because usually all rows below it are erased.
    private func ranges(
        _ list: TimeList,
        _ table: String,
        _ milliseconds: Int64
    ) throws(StoreError) -> [Range<Int64>] {
        guard let first = try connection.integer("SELECT min(id) FROM \(table)"), first > 0 else {
            return []
        }
        return try TimeSearch(list, connection).ranges(
            from: nil,
            to: milliseconds,
            in: first..<Int64.max
        ).reversed()
    }

    /// The next callbacks of a range to erase, oldest first. The time is compared again, because a
    /// range after a clock step also contains newer rows.
    func callbacks(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) throws(StoreError) -> [CallbackBytes] {
        try callbacks.all {
            $0.integer(range.lowerBound)
            $0.integer(range.upperBound)
            $0.integer(milliseconds)
            $0.integer(limit)
        } row: {
            CallbackBytes(
                id: $0.integer(0),
                bodyForm: $0.text(1),
                head: $0.blob(2),
                body: $0.blob(3)
            )
        }
    }

    /// The next gateway calls of a range to erase, oldest first, with the size of all their bytes.
    func gatewayCalls(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) throws(StoreError) -> [GatewayCallBytes] {
        try gatewayCalls.all {
            $0.integer(range.lowerBound)
            $0.integer(range.upperBound)
            $0.integer(milliseconds)
            $0.integer(limit)
        } row: {
            let request = $0.blob(1)
            let response = $0.isNull(2) ? nil : $0.blob(2)
            return GatewayCallBytes(
                id: $0.integer(0),
                requestBody: request,
                responseBody: response,
                byteCount: request.count + (response?.count ?? 0) + Int($0.integer(3))
            )
        }
    }

    /// The newest X-TIMESTAMP among the last 100 callbacks with a readable one; nil when there is
    /// none.
    ///
    /// A retention order uses it to notice a clock that is ahead of the gateway's.
    func newestSignedTime() throws(StoreError) -> Int64? {
        try connection.integer(
            """
            SELECT max(signed_ms) FROM (
                SELECT signed_ms FROM callbacks WHERE signed_ms IS NOT NULL
                ORDER BY id DESC LIMIT 100
            ) AS newest HAVING max(signed_ms) IS NOT NULL
            """
        )
    }

    /// What may be removed of the feed after `sequence`, at most `limit` transitions, in one
    /// snapshot; removes nothing.
    func removableTransitions(
        recordedBefore milliseconds: Int64,
        after sequence: Int64,
        feed: String,
        limit: Int
    ) throws(StoreError) -> TransitionRemoval {
        try connection.snapshot { () throws(StoreError) in
            try feedStart.removable(
                recordedBefore: milliseconds,
                after: sequence,
                feed: feed,
                head: try connection.integer("SELECT max(sequence) FROM transitions") ?? 0,
                limit: limit
            )
        }
    }
}
