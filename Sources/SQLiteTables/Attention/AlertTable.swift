import Payments
package import SQLite
package import Store

/// The writer's statements on `alert_entries` and `alert_messages`; inside a write only.
package final class AlertTable {
    /// Adds a row, unless the entry has one.
    private let addition: Statement

    /// Marks an entry as reported, and adds its row if there is none.
    private let report: Statement

    /// Removes a row, by primary key.
    private let removal: Statement

    /// Adds or replaces the time of the last message about a kind.
    private let message: Statement
    private let connection: Connection

    package init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        addition = try connection.prepare(
            "INSERT OR IGNORE INTO alert_entries SELECT ?, value, 0 FROM json_each(?)"
        )
        report = try connection.prepare(
            "INSERT OR REPLACE INTO alert_entries SELECT ?, value, 1 FROM json_each(?)"
        )
        removal = try connection.prepare(
            """
            DELETE FROM alert_entries
            WHERE alert = ? AND entry_id IN (SELECT value FROM json_each(?))
            """
        )
        message = try connection.prepare("INSERT OR REPLACE INTO alert_messages VALUES (?, ?, ?)")
    }

    /// Stores a change: additions, reports and removals, in this order.
    package func record(_ change: AlertChange) throws(SQLiteError) {
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
    package func remove(except names: [String]) throws(SQLiteError) {
        for table in ["alert_entries", "alert_messages"] {
            let places = names.map { _ in "?" }.joined(separator: ", ")
            try connection.prepare("DELETE FROM \(table) WHERE alert NOT IN (\(places))").run {
                for name in names { $0.text(name) }
            }
        }
    }
}
