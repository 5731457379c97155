import SQLTables
import Store

/// The readers' statements on the attention list.
///
/// The list is short compared with payments: an entry is opened only for what a person must review.
/// Resolved entries have no index but the primary key.
struct AttentionReader {
    private let connection: any SQLDatabase

    /// The kinds of open entries of a payment, by `attention_open`.
    private let open: any SQLStatement

    init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        open = try connection.prepare(
            """
            SELECT kind FROM attention WHERE payment_id = ? AND resolved_at IS NULL
            ORDER BY kind
            """
        )
    }

    /// The kinds of a payment's open entries, in alphabetical order.
    func openKinds(of paymentID: Int64) throws(StoreError) -> [String] {
        try open.all {
            $0.integer(paymentID)
        } row: {
            $0.text(0)
        }
    }

    /// How many entries are open, by kind. Reads the open entries alone, by the indexes
    /// `attention_open` and `attention_open_loose`.
    func openCounts() throws(StoreError) -> [String: Int64] {
        let counts = try connection.prepare(
            """
            SELECT kind, count(*) FROM attention
            WHERE resolved_at IS NULL AND payment_id IS NOT NULL GROUP BY kind
            UNION ALL SELECT kind, count(*) FROM attention
            WHERE resolved_at IS NULL AND payment_id IS NULL GROUP BY kind
            """
        ).all { _ in
        } row: {
            ($0.text(0), $0.integer(1))
        }
        return Dictionary(counts, uniquingKeysWith: +)
    }

    /// Entries, newest first. Goes along the primary key from its end until `limit` entries match,
    /// so a rare kind may take a scan of the whole table.
    func entries(_ filter: AttentionFilter, limit: Int) throws(StoreError) -> [AttentionRecord] {
        var conditions = ["TRUE"]
        if let isOpen = filter.isOpen {
            conditions.append(isOpen ? "resolved_at IS NULL" : "resolved_at IS NOT NULL")
        }
        if filter.kind != nil { conditions.append("kind = ?") }
        if filter.id != nil { conditions.append("attention.id = ?") }
        if filter.beforeID != nil { conditions.append("attention.id < ?") }
        return try rows(conditions, limit: limit) { row in
            if let kind = filter.kind { row.text(kind) }
            if let id = filter.id { row.integer(id) }
            if let id = filter.beforeID { row.integer(id) }
        }
    }

    /// Entries about a payment or one of these callbacks, open or resolved, newest first.
    ///
    /// No index leads from a payment to its resolved entries, so the newest ``searchedMax`` entries
    /// are scanned.
    func entries(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) throws(StoreError) -> [AttentionRecord] {
        let conditions = [
            "attention.id > (SELECT coalesce(max(id), 0) - \(Self.searchedMax) FROM attention)",
            """
            (payment_id = ? OR merged_into = ? OR EXISTS (SELECT 1 FROM attention_events
                WHERE entry_id = attention.id AND callback_id IN (\(connection.dialect.integers))))
            """,
        ]
        return try rows(conditions, limit: limit) { row in
            row.integer(transaction.id)
            row.integer(transaction.id)
            row.list(callbackIDs)
        }
    }

    /// The entries with these IDs, newest first, by primary key.
    func entries(_ ids: [Int64]) throws(StoreError) -> [AttentionRecord] {
        let conditions = ["attention.id IN (\(connection.dialect.integers))"]
        return try rows(conditions, limit: ids.count) { $0.list(ids) }
    }

    /// The open entries of a kind with an ID above `id` that were opened before a time, oldest
    /// first. Goes along the primary key until `limit` entries match.
    ///
    /// - Parameter milliseconds: the time, in milliseconds since the epoch.
    func openIDs(
        _ kind: String,
        openedBefore milliseconds: Int64,
        after id: Int64,
        limit: Int
    ) throws(StoreError) -> [Int64] {
        try connection.prepare(
            """
            SELECT id FROM attention
            WHERE resolved_at IS NULL AND kind = ? AND opened_at < ? AND id > ?
            ORDER BY id LIMIT ?
            """
        ).all {
            $0.text(kind)
            $0.integer(milliseconds)
            $0.integer(id)
            $0.integer(limit)
        } row: {
            $0.integer(0)
        }
    }

    /// The maximum of entries that a search about one payment reads.
    private static let searchedMax = 100_000

    /// The entries that satisfy all conditions, newest first, with their events. The payment of
    /// each is read by its primary key.
    ///
    /// The conditions are constants of the program; values are bound by `bind`, in their order, and
    /// IDs of callbacks are integers.
    private func rows(
        _ conditions: [String],
        limit: Int,
        _ bind: (any SQLBinder) -> Void
    ) throws(StoreError) -> [AttentionRecord] {
        let selection = try connection.prepare(
            """
            SELECT attention.id, kind, partner_reference, count, opened_at, last_at, resolved_at,
                resolved_by, note
            FROM attention LEFT JOIN payments ON payments.id = payment_id
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY attention.id DESC LIMIT ?
            """
        )
        var records = try selection.all { row in
            bind(row)
            row.integer(limit)
        } row: { row in
            AttentionRecord(
                id: row.integer(0),
                kind: row.text(1),
                partnerReferenceNo: row.optionalText(2),
                count: row.integer(3),
                openedMilliseconds: row.integer(4),
                lastMilliseconds: row.integer(5),
                resolvedMilliseconds: row.optionalInteger(6),
                resolvedBy: row.optionalText(7),
                note: row.optionalText(8)
            )
        }
        let events = try events(of: records.map(\.id))
        for index in records.indices { records[index].events = events[records[index].id] ?? [] }
        return records
    }

    /// The events of these entries, by the primary key of `attention_events`.
    private func events(
        of ids: [Int64]
    ) throws(StoreError) -> [Int64: [AttentionRecord.Event]] {
        let selection = try connection.prepare(
            """
            SELECT entry_id, callback_id, text, count, first_at, last_at FROM attention_events
            WHERE entry_id IN (\(connection.dialect.integers)) ORDER BY entry_id, number
            """
        )
        let found = try selection.all {
            $0.list(ids)
        } row: { row in
            (
                row.integer(0),
                AttentionRecord.Event(
                    callbackID: row.optionalInteger(1),
                    text: row.text(2),
                    count: row.integer(3),
                    firstMilliseconds: row.integer(4),
                    lastMilliseconds: row.integer(5)
                )
            )
        }
        return Dictionary(grouping: found) { $0.0 }.mapValues { $0.map(\.1) }
    }
}
