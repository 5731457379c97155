import SQLite

/// The writer's statement on `late_entries`: what the index got after the row that it leads to.
///
/// The index file is completed from the rows beyond its watermark; an entry for an earlier row
/// would be lost in a crash, were it not listed here.
final class LateEntryTable {
    private let insertion: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare("INSERT INTO late_entries (key, value) VALUES (?, ?)")
    }

    func insert(_ entry: IndexEntry, for key: UInt64) throws(SQLiteError) {
        try insertion.run {
            $0.integer(Int64(bitPattern: key))
            $0.integer(entry.value)
        }
    }
}
