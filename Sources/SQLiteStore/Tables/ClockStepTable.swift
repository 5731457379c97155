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

/// Where in each list the clock was set back, while rows are written.
///
/// A *stretch* is the rows from one step to the next. In a stretch, no row's time lies more than
/// ``TimeList/disorderMilliseconds`` before the time of an earlier row. A clock that is set
/// forwards makes no step: times still grow.
struct ClockSteps: Sendable {
    private struct End {
        let id: Int64

        /// The newest time in the last stretch.
        var milliseconds: Int64
    }

    /// By ``TimeList/place``.
    private var ends: [End?] = Array(repeating: nil, count: TimeList.allCases.count)

    /// Starts where a list ends on disk: with the key and the time of its last row.
    ///
    /// An earlier row of the stretch may be newer, by ``TimeList/disorderMilliseconds`` at most.
    /// That much is assumed: a step too many costs one row, a missing one hides rows.
    mutating func resume(_ list: TimeList, id: Int64, milliseconds: Int64) {
        let newest = milliseconds + TimeList.disorderMilliseconds
        ends[list.place] = End(id: id, milliseconds: newest)
    }

    /// Whether `id` lies behind the rows of its list: what ``note(_:id:milliseconds:)`` expects.
    func isLast(_ list: TimeList, id: Int64) -> Bool {
        ends[list.place].map { id > $0.id } ?? true
    }

    /// Records a row at the end of its list; returns whether a new stretch starts with it.
    mutating func note(_ list: TimeList, id: Int64, milliseconds: Int64) -> Bool {
        guard let end = ends[list.place] else {
            ends[list.place] = End(id: id, milliseconds: milliseconds)
            return false
        }
        let isStep = milliseconds < end.milliseconds - TimeList.disorderMilliseconds
        let newest = isStep ? milliseconds : max(end.milliseconds, milliseconds)
        ends[list.place] = End(id: id, milliseconds: newest)
        return isStep
    }
}

/// A table whose rows are listed by time, and found by halving over its key.
enum TimeList: Int64, CaseIterable, Sendable {
    case callbacks = 1
    case payments = 2
    case transitions = 3
    case gatewayCalls = 4

    /// Its place in an array with one element for each list.
    var place: Int { Int(rawValue) - 1 }

    var table: String {
        switch self {
        case .callbacks: "callbacks"
        case .payments: "payments"
        case .transitions: "transitions"
        case .gatewayCalls: "gateway_calls"
        }
    }

    /// The table's key.
    var key: String { self == .transitions ? "sequence" : "id" }

    /// The column that grows with the key between clock steps, but for ``disorderMilliseconds``.
    var time: String {
        switch self {
        case .callbacks: "received_at"
        case .payments: "created_at"
        case .transitions: "recorded_at"
        case .gatewayCalls: "finished_at"
        }
    }

    /// How far a row's time may lie before the newest time so far without a clock step: callbacks
    /// of several connections reach the writer in another order than they came.
    static let disorderMilliseconds: Int64 = 60_000
}
