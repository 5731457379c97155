import SQLite

/// The writer's statements on `clock_steps`: the keys of the rows that start a new stretch, because
/// the clock was set back before them (see ``ClockSteps``).
final class ClockStepTable {
    private var steps = ClockSteps()
    private let insertion: Statement
    private let connection: Connection

    /// Starts with the last row of each list.
    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        insertion = try connection.prepare("INSERT OR IGNORE INTO clock_steps VALUES (?, ?)")
        for list in TimeList.allCases {
            let last = try connection.prepare(
                """
                SELECT \(list.key), \(list.time) FROM \(list.table)
                ORDER BY \(list.key) DESC LIMIT 1
                """
            ).first {
                (id: $0.integer(0), milliseconds: $0.integer(1))
            }
            if let last { steps.resume(list, id: last.id, milliseconds: last.milliseconds) }
        }
    }

    /// Records that a row is written, in the same commit.
    func note(_ list: TimeList, id: Int64, milliseconds: Int64) throws(SQLiteError) {
        guard steps.isLast(list, id: id) else {
            return try noteBetween(list, id: id, milliseconds: milliseconds)
        }
        if steps.note(list, id: id, milliseconds: milliseconds) { try insert(list, id) }
    }

    /// Records a row that is written between others, such as a refused callback that moves to the
    /// journal. One that does not fit between its neighbours becomes a stretch of its own.
    private func noteBetween(
        _ list: TimeList,
        id: Int64,
        milliseconds: Int64
    ) throws(SQLiteError) {
        let before = try time(list, "\(list.key) < ? ORDER BY \(list.key) DESC", id)
        let behind = try time(list, "\(list.key) > ? ORDER BY \(list.key)", id)
        if before ?? .min <= milliseconds, milliseconds <= behind ?? .max { return }
        try insert(list, id)
        try insert(list, id + 1)
    }

    private func time(
        _ list: TimeList,
        _ condition: String,
        _ id: Int64
    ) throws(SQLiteError) -> Int64? {
        try connection.prepare(
            "SELECT \(list.time) FROM \(list.table) WHERE \(condition) LIMIT 1"
        ).first {
            $0.integer(id)
        } row: {
            $0.integer(0)
        }
    }

    private func insert(_ list: TimeList, _ id: Int64) throws(SQLiteError) {
        try insertion.run {
            $0.integer(list.rawValue)
            $0.integer(id)
        }
    }
}
