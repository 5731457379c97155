import Payments
package import Store

/// The writer's statements on `alert_entries` and `alert_messages`; inside a write only.
package final class AlertTable {
    /// Adds a row, unless the entry has one.
    private let addition: any SQLStatement

    /// Marks an entry as reported, and adds its row if there is none.
    private let report: any SQLStatement

    /// Removes a row, by primary key.
    private let removal: any SQLStatement

    /// Adds or replaces the time of the last message about a kind.
    private let message: any SQLStatement
    private let connection: any SQLDatabase

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        addition = try connection.prepare(
            """
            INSERT INTO alert_entries
            SELECT ?, value, 0 FROM (\(connection.dialect.integers)) AS entries WHERE TRUE
            ON CONFLICT DO NOTHING
            """
        )
        report = try connection.prepare(
            """
            INSERT INTO alert_entries
            SELECT ?, value, 1 FROM (\(connection.dialect.integers)) AS entries WHERE TRUE
            ON CONFLICT (alert, entry_id) DO UPDATE SET is_reported = 1
            """
        )
        removal = try connection.prepare(
            """
            DELETE FROM alert_entries
            WHERE alert = ? AND entry_id IN (\(connection.dialect.integers))
            """
        )
        message = try connection.prepare(
            """
            INSERT INTO alert_messages VALUES (?, ?, ?)
            ON CONFLICT (alert, kind) DO UPDATE SET sent_at = excluded.sent_at
            """
        )
    }

    /// Stores a change: additions, reports and removals, in this order.
    package func record(_ change: AlertChange) throws(StoreError) {
        let changes = [
            (addition, change.added), (report, change.reported), (removal, change.removed),
        ]
        for (statement, ids) in changes where !ids.isEmpty {
            try statement.run {
                $0.text(change.alert)
                $0.list(ids)
            }
        }
        guard let sent = change.message else { return }
        try message.run {
            $0.text(change.alert)
            $0.text(sent.kind.rawValue)
            $0.integer(sent.sentMilliseconds)
        }
    }

    /// Removes the rows of all alerts but these. Scans both tables.
    package func remove(except names: [String]) throws(StoreError) {
        for table in ["alert_entries", "alert_messages"] {
            let places = names.map { _ in "?" }.joined(separator: ", ")
            let condition = names.isEmpty ? "TRUE" : "alert NOT IN (\(places))"
            try connection.prepare("DELETE FROM \(table) WHERE \(condition)").run {
                for name in names { $0.text(name) }
            }
        }
    }
}
