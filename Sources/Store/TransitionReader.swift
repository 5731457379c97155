import SQLite

/// The readers' statements on the feed.
struct TransitionReader {
    private let range: Statement
    private let single: Statement
    private let newest: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        range = try connection.prepare(
            """
            SELECT \(TransitionTable.columns) FROM transitions
            WHERE sequence > ? ORDER BY sequence LIMIT ?
            """
        )
        single = try connection.prepare(
            "SELECT \(TransitionTable.columns) FROM transitions WHERE sequence = ?"
        )
        newest = try connection.prepare("SELECT coalesce(max(sequence), 0) FROM transitions")
    }

    /// Transitions after a sequence number, in order.
    func transitions(after sequence: Int64, limit: Int) throws(SQLiteError) -> [TransitionRecord] {
        try range.all {
            $0.integer(sequence)
            $0.integer(limit)
        } row: {
            TransitionTable.read($0)
        }.compactMap { $0 }
    }

    /// The newest sequence number, 0 in an empty feed.
    func head() throws(SQLiteError) -> Int64 { try newest.first { $0.integer(0) } ?? 0 }

    /// The chain of one transaction's transitions that ends with `last`, oldest first.
    func chain(endingWith last: Int64) throws(SQLiteError) -> [TransitionRecord] {
        var chain: [TransitionRecord] = []
        var next: Int64? = last
        while let sequence = next {
            let found = try single.first {
                $0.integer(sequence)
            } row: {
                (record: TransitionTable.read($0), previous: $0.optionalInteger(12))
            }
            if let record = found?.record { chain.append(record) }
            next = found?.previous
        }
        return chain.reversed()
    }
}
