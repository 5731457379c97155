import SQLite

/// Finds places by time in tables whose keys grow with it.
struct TimeSearch {
    private let newest: Statement
    private let next: Statement

    /// A column that grows with its table's key, but for ``disorderMilliseconds``.
    enum Column {
        case callbacksReceived, transactionsCreated, transitionsRecorded, exchangesFinished

        /// The table, its key, and the column.
        fileprivate var names: (table: String, key: String, time: String) {
            switch self {
            case .callbacksReceived: ("callbacks", "id", "received_at")
            case .transactionsCreated: ("transactions", "id", "created_at")
            case .transitionsRecorded: ("transitions", "sequence", "recorded_at")
            case .exchangesFinished: ("exchanges", "id", "finished_at")
            }
        }
    }

    init(_ column: Column, _ connection: Connection) throws(SQLiteError) {
        let (table, key, time) = column.names
        newest = try connection.prepare("SELECT coalesce(max(\(key)), 0) FROM \(table)")
        next = try connection.prepare(
            "SELECT \(key), \(time) FROM \(table) WHERE \(key) >= ? ORDER BY \(key) LIMIT 1"
        )
    }

    /// How far times may be out of order: callbacks of several connections reach the writer in
    /// another order than they came, and the clock may be set.
    static let disorderMilliseconds: Int64 = 60_000

    /// A key that no row of `milliseconds` or later lies below.
    ///
    /// Halving finds the place without an index. Some rows below the real place may be included.
    func start(since milliseconds: Int64) throws(SQLiteError) -> Int64 {
        try first(since: milliseconds - Self.disorderMilliseconds)
    }

    /// A key that no row of before `milliseconds` has, or lies above.
    func end(before milliseconds: Int64) throws(SQLiteError) -> Int64 {
        try first(since: milliseconds + Self.disorderMilliseconds)
    }

    /// The key of the first row of `sought` or later, in a table that is in order.
    private func first(since sought: Int64) throws(SQLiteError) -> Int64 {
        var low: Int64 = 0
        var high = try (newest.first { $0.integer(0) } ?? 0) + 1
        while low < high {
            let middle = low + (high - low) / 2
            let found = try next.first {
                $0.integer(middle)
            } row: {
                (key: $0.integer(0), time: $0.integer(1))
            }
            if let found, found.time < sought {
                low = found.key + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
