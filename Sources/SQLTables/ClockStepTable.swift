package import Store

/// The writer's statements on `clock_steps`: the keys of the rows that start a new stretch, because
/// the clock was set back before them (see ``ClockSteps``).
package final class ClockStepTable {
    private var steps: ClockSteps

    /// Adds a step; one that exists already is ignored.
    private let insertion: any SQLStatement
    private let connection: any SQLDatabase

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        steps = ClockSteps(disorderMilliseconds: connection.dialect.clockDisorderMilliseconds)
        insertion = try connection.prepare(
            "INSERT INTO clock_steps VALUES (?, ?) ON CONFLICT DO NOTHING"
        )
    }

    /// Reads the last row of each list, where ``record(_:id:milliseconds:)`` continues.
    package func resume() throws(StoreError) {
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

    /// The end of a list, where ``record(_:id:milliseconds:)`` continues; nil for an empty list.
    package subscript(list: TimeList) -> ListEnd? {
        get { steps[list] }
        set { steps[list] = newValue }
    }

    /// Records the time of a row that the present write adds; inside a write only.
    package func record(_ list: TimeList, id: Int64, milliseconds: Int64) throws(StoreError) {
        guard steps.isLast(list, id: id) else {
            return try recordBetween(list, id: id, milliseconds: milliseconds)
        }
        if steps.record(list, id: id, milliseconds: milliseconds) { try insert(list, id) }
    }

    /// Records a row that is written between others, such as a rejected request that moves to the
    /// journal.
    ///
    /// If its time does not fit between those of its neighbours, it becomes a stretch of its own,
    /// so that the binary search over the other rows stays correct.
    private func recordBetween(
        _ list: TimeList,
        id: Int64,
        milliseconds: Int64
    ) throws(StoreError) {
        let before = try time(list, "\(list.key) < ? ORDER BY \(list.key) DESC", id)
        let behind = try time(list, "\(list.key) > ? ORDER BY \(list.key)", id)
        if before ?? .min <= milliseconds, milliseconds <= behind ?? .max { return }
        try insert(list, id)
        try insert(list, id + 1)
    }

    /// The time of the nearest row in one direction: one search by primary key.
    private func time(
        _ list: TimeList,
        _ condition: String,
        _ id: Int64
    ) throws(StoreError) -> Int64? {
        try connection.prepare(
            "SELECT \(list.time) FROM \(list.table) WHERE \(condition) LIMIT 1"
        ).first {
            $0.integer(id)
        } row: {
            $0.integer(0)
        }
    }

    /// Adds a step before the row with this key.
    private func insert(_ list: TimeList, _ id: Int64) throws(StoreError) {
        try insertion.run {
            $0.integer(list.rawValue)
            $0.integer(id)
        }
    }
}

/// The end of a list by time.
package struct ListEnd: Equatable, Sendable {
    /// The key of the last row.
    package let id: Int64

    /// The newest time in the last stretch, in milliseconds since the epoch.
    package let milliseconds: Int64

    package init(id: Int64, milliseconds: Int64) {
        self.id = id
        self.milliseconds = milliseconds
    }
}

/// Detects, for each list, rows at which the clock was set back.
///
/// A *stretch* is the rows from one step to the next. Within a stretch, no row's time is more than
/// ``disorderMilliseconds`` before the time of an earlier row. A clock that is set
/// forwards makes no step, because times still grow.
struct ClockSteps: Sendable {
    /// See ``SQLDialect/clockDisorderMilliseconds``. Callbacks of several connections reach the
    /// writer in another order than they were received.
    let disorderMilliseconds: Int64

    init(disorderMilliseconds: Int64) { self.disorderMilliseconds = disorderMilliseconds }

    /// Indexed by ``TimeList/place``; nil for an empty list.
    private var ends: [ListEnd?] = Array(repeating: nil, count: TimeList.allCases.count)

    /// Continues a list after its last row on disk.
    ///
    /// An earlier row of the stretch may be newer, by ``disorderMilliseconds`` at most,
    /// and this is assumed: an unnecessary step costs one row, a missing step hides rows from a
    /// search.
    mutating func resume(_ list: TimeList, id: Int64, milliseconds: Int64) {
        let newest = milliseconds + disorderMilliseconds
        ends[list.place] = ListEnd(id: id, milliseconds: newest)
    }

    /// The end of a list.
    subscript(list: TimeList) -> ListEnd? {
        get { ends[list.place] }
        set { ends[list.place] = newValue }
    }

    /// Whether `id` is above all rows of its list, as ``record(_:id:milliseconds:)`` requires.
    func isLast(_ list: TimeList, id: Int64) -> Bool {
        ends[list.place].map { id > $0.id } ?? true
    }

    /// Records a row at the end of its list; returns whether it starts a new stretch.
    mutating func record(_ list: TimeList, id: Int64, milliseconds: Int64) -> Bool {
        guard let end = ends[list.place] else {
            ends[list.place] = ListEnd(id: id, milliseconds: milliseconds)
            return false
        }
        let isStep = milliseconds < end.milliseconds - disorderMilliseconds
        let newest = isStep ? milliseconds : max(end.milliseconds, milliseconds)
        ends[list.place] = ListEnd(id: id, milliseconds: newest)
        return isStep
    }
}

/// A table whose rows are listed by time, and found by binary search over the primary key.
package enum TimeList: Int64, CaseIterable, Sendable {
    case callbacks = 1
    case payments = 2
    case transitions = 3
    case gatewayCalls = 4

    /// The index of the list in an array with one element for each.
    var place: Int { Int(rawValue) - 1 }

    /// The name of the table.
    package var table: String {
        switch self {
        case .callbacks: "callbacks"
        case .payments: "payments"
        case .transitions: "transitions"
        case .gatewayCalls: "gateway_calls"
        }
    }

    /// The primary key of the table.
    package var key: String { self == .transitions ? "sequence" : "id" }

    /// The column whose values grow with the key between clock steps, up to
    /// ``SQLDialect/clockDisorderMilliseconds``.
    package var time: String {
        switch self {
        case .callbacks: "received_at"
        case .payments: "created_at"
        case .transitions: "recorded_at"
        case .gatewayCalls: "finished_at"
        }
    }
}
