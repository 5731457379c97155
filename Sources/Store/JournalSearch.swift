import SQLite

/// Finds places in the journal by time.
struct JournalSearch {
    private let newest: Statement
    private let next: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        newest = try connection.prepare("SELECT coalesce(max(id), 0) FROM callbacks")
        next = try connection.prepare(
            "SELECT id, received_at FROM callbacks WHERE id >= ? ORDER BY id LIMIT 1"
        )
    }

    /// How far times of receipt may be out of order: callbacks of several connections reach the
    /// writer in another order than they came, and the clock may be set.
    static let disorderMilliseconds: Int64 = 60_000

    /// A number that no callback received at or after `milliseconds` lies below.
    ///
    /// Numbers grow with the time of receipt, but for ``disorderMilliseconds``, so halving finds
    /// the place without an index. Some below the real place may be included.
    func firstCallback(since milliseconds: Int64) throws(SQLiteError) -> Int64 {
        let sought = milliseconds - Self.disorderMilliseconds
        var low: Int64 = 0
        var high = try (newest.first { $0.integer(0) } ?? 0) + 1
        while low < high {
            let middle = low + (high - low) / 2
            let found = try next.first {
                $0.integer(middle)
            } row: {
                (id: $0.integer(0), receivedAt: $0.integer(1))
            }
            if let found, found.receivedAt < sought {
                low = found.id + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
