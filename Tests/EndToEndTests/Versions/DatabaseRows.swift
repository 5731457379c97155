import SQLite

/// Rows that an upgrade may neither lose nor change, read with SQLite alone.
struct DatabaseRows: Sendable {
    /// The tables of what was received, called and shown. What is planned and counted may change.
    private static let tables = [
        "callbacks", "callback_contents", "verifications", "payments", "transitions",
        "generations", "gateway_calls", "gateway_call_contents", "added_references", "consumers",
    ]

    /// A redelivery changes them.
    private static let counted: Set<String> = ["deliveries", "last_received_at"]

    let version: Int
    let feedID: String

    /// The names of all tables and indexes.
    let schema: Set<String>

    private var columns: [String: [String]] = [:]
    private var rows: [String: Set<String>] = [:]

    /// - Parameters:
    ///   - path: a database that no program uses, with its WAL.
    ///   - before: the rows of another version, whose columns are read.
    init(_ path: String, like before: DatabaseRows? = nil) throws(SQLiteError) {
        let connection = try Connection(path: path, mode: .readWrite)
        version = Int(try connection.integer("PRAGMA user_version") ?? 0)
        feedID = try connection.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
        schema = Set(
            try connection.prepare("SELECT name FROM sqlite_schema").all(row: { $0.text(0) })
        )
        for table in Self.tables where schema.contains(table) {
            let own = try connection.prepare("SELECT name FROM pragma_table_info('\(table)')")
                .all(row: { $0.text(0) })
            let names = before?.columns[table] ?? own.filter { !Self.counted.contains($0) }
            columns[table] = names
            let row = names.map { "quote(\($0))" }.joined(separator: " || ' ' || ")
            rows[table] = Set(
                try connection.prepare("SELECT \(row) FROM \(table)").all(row: { $0.text(0) })
            )
        }
    }

    /// The offset of a consumer that is read by nobody in the test does not change; others advance.
    mutating func leaveOutConsumer(_ name: String) {
        rows["consumers"] = rows["consumers"]?.filter { !$0.hasPrefix("'\(name)'") }
    }

    /// What `after` has lost or changed of these rows.
    func differences(after: DatabaseRows) -> [String] {
        var differences: [String] = []
        if after.feedID != feedID { differences.append("feed \(feedID), then \(after.feedID)") }
        for (table, rows) in rows.sorted(by: { $0.key < $1.key }) {
            let missing = rows.subtracting(after.rows[table] ?? [])
            if let first = missing.first {
                differences.append(
                    "\(missing.count) rows of \(table), such as \(first.prefix(200))"
                )
            }
        }
        return differences
    }
}
