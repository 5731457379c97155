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
        let selection = try connection.prepare(
            """
            SELECT id, kind, partner_reference, callback_id, detail, count, opened_at, last_at,
                resolved_at, resolved_by, note
            FROM attention WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?
            """
        )
        return try selection.all { row in
            if let kind = filter.kind { row.text(kind) }
            if let id = filter.id { row.integer(id) }
            if let id = filter.beforeID { row.integer(id) }
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
