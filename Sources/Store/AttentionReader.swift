import SQLite

/// Which attention entries a list shows; all conditions have to hold.
package struct AttentionFilter: Sendable {
    /// Open entries only (true), resolved ones only (false), or both (nil).
    package var isOpen: Bool?
    package var kind: String?

    /// The one entry of this number.
    package var id: Int64?

    /// Only those with a smaller number: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    package init() {}
}

/// The readers' statements on the attention list.
struct AttentionReader {
    private let connection: Connection
    private let open: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        open = try connection.prepare(
            """
            SELECT kind FROM attention WHERE transaction_id = ? AND resolved_at IS NULL
            ORDER BY kind
            """
        )
    }

    /// The kinds of a transaction's open entries.
    func openKinds(transactionID: Int64) throws(SQLiteError) -> [String] {
        try open.all {
            $0.integer(transactionID)
        } row: {
            $0.text(0)
        }
    }

    /// How many entries are open, by kind.
    func openCounts() throws(SQLiteError) -> [String: Int64] {
        let counts = try connection.prepare(
            "SELECT kind, count(*) FROM attention WHERE resolved_at IS NULL GROUP BY kind"
        ).all { _ in
        } row: {
            ($0.text(0), $0.integer(1))
        }
        return Dictionary(counts) { first, _ in first }
    }

    /// Entries, the newest first.
    func entries(_ filter: AttentionFilter, limit: Int) throws(SQLiteError) -> [AttentionRecord] {
        var conditions = ["TRUE"]
        if let isOpen = filter.isOpen {
            conditions.append(isOpen ? "resolved_at IS NULL" : "resolved_at IS NOT NULL")
        }
        if filter.kind != nil { conditions.append("kind = ?") }
        if filter.id != nil { conditions.append("id = ?") }
        if filter.beforeID != nil { conditions.append("id < ?") }
        return try rows(conditions, limit: limit) { row in
            if let kind = filter.kind { row.text(kind) }
            if let id = filter.id { row.integer(id) }
            if let id = filter.beforeID { row.integer(id) }
        }
    }

    /// Entries about a payment or one of these callbacks, open or not, the newest first.
    ///
    /// Resolved entries have no index: they are looked for among the newest ``searchedMax``.
    func entries(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) throws(SQLiteError) -> [AttentionRecord] {
        let list = callbackIDs.map { String($0) }.joined(separator: ", ")
        let conditions = [
            "id > (SELECT coalesce(max(id), 0) - \(Self.searchedMax) FROM attention)",
            "(transaction_id = ? OR partner_reference = ? OR callback_id IN (\(list)))",
        ]
        return try rows(conditions, limit: limit) { row in
            row.integer(transaction.id)
            row.text(transaction.partnerReferenceNo)
        }
    }

    private static let searchedMax = 100_000

    private func rows(
        _ conditions: [String],
        limit: Int,
        _ bind: (inout Binder) -> Void
    ) throws(SQLiteError) -> [AttentionRecord] {
        let selection = try connection.prepare(
            """
            SELECT id, kind, partner_reference, callback_id, detail, count, opened_at, last_at,
                resolved_at, resolved_by, note
            FROM attention WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?
            """
        )
        return try selection.all { row in
            bind(&row)
            row.integer(limit)
        } row: { row in
            AttentionRecord(
                id: row.integer(0),
                kind: row.text(1),
                partnerReferenceNo: row.optionalText(2),
                callbackID: row.optionalInteger(3),
                detail: row.text(4),
                count: row.integer(5),
                openedMilliseconds: row.integer(6),
                lastMilliseconds: row.integer(7),
                resolvedMilliseconds: row.optionalInteger(8),
                resolvedBy: row.optionalText(9),
                note: row.optionalText(10)
            )
        }
    }
}
