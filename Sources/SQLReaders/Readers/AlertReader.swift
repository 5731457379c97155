import Payments
import SQLTables
import Store

/// The readers' statements on `alert_entries` and `alert_messages`, and on the entries that alerts
/// report.
struct AlertReader {
    private let connection: any SQLDatabase

    init(_ connection: any SQLDatabase) throws(StoreError) { self.connection = connection }

    /// Open entries with an ID above `id`, in the order of their IDs. Goes along the primary key;
    /// resolved entries above `id` are read as well.
    func openEntries(after id: Int64, limit: Int) throws(StoreError) -> OpenEntries {
        // Read first: an entry that is opened in between is returned again by the next page.
        let last = try connection.integer("SELECT max(id) FROM attention") ?? 0
        let found = try connection.prepare(
            """
            SELECT id, kind, opened_at FROM attention
            WHERE id > ? AND resolved_at IS NULL ORDER BY id LIMIT ?
            """
        ).all {
            $0.integer(id)
            $0.integer(limit)
        } row: { row in
            (id: row.integer(0), kind: row.text(1), openedMilliseconds: row.integer(2))
        }
        let isLast = found.count < limit
        return OpenEntries(
            entries: found.compactMap { entry in
                AttentionKind(rawValue: entry.kind).map {
                    OpenEntry(
                        id: entry.id,
                        kind: $0,
                        openedMilliseconds: entry.openedMilliseconds
                    )
                }
            },
            next: max(isLast ? last : 0, found.last?.id ?? id, id),
            more: !isLast
        )
    }

    /// Those of these entries that are resolved, by primary key.
    func resolvedEntries(among ids: [Int64]) throws(StoreError) -> [Int64] {
        try connection.prepare(
            """
            SELECT id FROM attention
            WHERE id IN (\(connection.dialect.integers)) AND resolved_at IS NOT NULL
            """
        ).all {
            $0.list(ids)
        } row: {
            $0.integer(0)
        }
    }

    /// The rows of an alert, by primary key, with the kinds of their entries.
    func state(of alert: String) throws(StoreError) -> AlertState {
        let entries = try connection.prepare(
            """
            SELECT entry_id, kind, is_reported
            FROM alert_entries JOIN attention ON attention.id = entry_id
            WHERE alert = ? ORDER BY entry_id
            """
        ).all {
            $0.text(alert)
        } row: { row in
            AttentionKind(rawValue: row.text(1)).map {
                AlertState.Entry(id: row.integer(0), kind: $0, isReported: row.integer(2) != 0)
            }
        }
        let times = try connection.prepare(
            "SELECT kind, sent_at FROM alert_messages WHERE alert = ?"
        ).all {
            $0.text(alert)
        } row: { row in
            AttentionKind(rawValue: row.text(0)).map { ($0, row.integer(1)) }
        }
        return AlertState(
            entries: entries.compactMap(\.self),
            sentMilliseconds: Dictionary(times.compactMap(\.self)) { first, _ in first }
        )
    }

    /// The names in both tables.
    func names() throws(StoreError) -> [String] {
        try connection.prepare(
            "SELECT alert FROM alert_entries UNION SELECT alert FROM alert_messages"
        ).all { _ in
        } row: {
            $0.text(0)
        }
    }
}
