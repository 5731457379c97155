@testable import SQLReaders
import SQLiteFiles
import SQLite
import Support
import Testing

@testable import SQLTables
@testable import SQLiteStore
@testable import Store

/// Which rows start a new stretch of a list.
@Suite(.onSQLite) struct ClockStepTests {
    private static let disorder = SQLDialect.sqlite.clockDisorderMilliseconds

    /// Whether each time, in rows numbered from 1, starts a new stretch.
    private func areSteps(
        _ times: [Int64],
        after steps: ClockSteps = ClockSteps(disorderMilliseconds: 60_000)
    ) -> [Bool] {
        var steps = steps
        return times.enumerated().map {
            steps.record(.callbacks, id: Int64($0 + 1), milliseconds: $1)
        }
    }

    @Test func `the first row of a list is no step`() { #expect(areSteps([-5]) == [false]) }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func `a time that lies more than the disorder before the newest is a step`(
        offset: Int64,
        isStep: Bool
    ) {
        let limit = 1_000_000 - Self.disorder
        #expect(areSteps([1_000_000, limit, limit + offset]) == [false, false, isStep])
    }

    @Test func `a clock that is set forwards makes no step, and one that is set back again does`() {
        // What follows the step back is compared with that.
        #expect(areSteps([0, 25_200_000, 1_000, 2_000]) == [false, false, true, false])
    }

    @Test func `lists do not share their newest times`() {
        var steps = ClockSteps(disorderMilliseconds: 60_000)
        let isFirst = steps.record(.gatewayCalls, id: 1, milliseconds: 10_000_000)
        #expect(!isFirst)
        #expect(areSteps([0], after: steps) == [false])
    }

    @Test(arguments: [(-1, true), (0, false)] as [(Int64, Bool)])
    func `after a restart an earlier row is taken to be as new as it can be`(
        offset: Int64,
        isStep: Bool
    ) {
        var steps = ClockSteps(disorderMilliseconds: 60_000)
        steps.resume(.callbacks, id: 0, milliseconds: 1_000_000)
        #expect(!steps.isLast(.callbacks, id: 0))
        #expect(steps.isLast(.callbacks, id: 1))
        #expect(areSteps([1_000_000 + offset], after: steps) == [isStep])
    }
}

/// Lists stay complete however the clock is set: a model of the four tables against the search.
@Suite struct ClockStepTableTests {
    private struct Written {
        let id: Int64
        let time: Int64
    }

    private static let hour: Int64 = 3_600_000
    private static let disorder = SQLDialect.sqlite.clockDisorderMilliseconds
    private let connection: Connection

    init() throws {
        connection = try Connection(path: ":memory:", mode: .readWriteCreate)
        try connection.execute(
            """
            CREATE TABLE clock_steps (
                list INTEGER NOT NULL, first_id INTEGER NOT NULL, PRIMARY KEY (list, first_id)
            ) STRICT, WITHOUT ROWID
            """
        )
        for list in TimeList.allCases {
            try connection.execute(
                "CREATE TABLE \(list.table) (\(list.key) INTEGER PRIMARY KEY, \(list.time) INTEGER)"
            )
        }
    }

    /// Writes a row as the engine does.
    private func write(
        _ row: Written,
        _ table: ClockStepTable,
        _ list: TimeList = .callbacks
    ) throws {
        try connection.execute("INSERT INTO \(list.table) VALUES (\(row.id), \(row.time))")
        try table.record(list, id: row.id, milliseconds: row.time)
    }

    /// Writes rows a minute apart from each start on, numbered by twos; returns them.
    private func write(
        starts: [Int64],
        count: Int64 = 60,
        _ list: TimeList = .callbacks
    ) throws -> [Written] {
        let table = try resumedTable()
        let times = starts.flatMap { start in (0..<count).map { start + $0 * 60_000 } }
        let rows = times.enumerated().map { Written(id: Int64($0 + 1) * 2, time: $1) }
        for row in rows { try write(row, table, list) }
        return rows
    }

    /// The table as an engine opens it.
    private func resumedTable() throws -> ClockStepTable {
        let table = try ClockStepTable(connection.database)
        try table.resume()
        return table
    }

    private func steps(_ list: TimeList = .callbacks) throws -> [Int64] {
        try connection.prepare(
            "SELECT first_id FROM clock_steps WHERE list = \(list.rawValue) ORDER BY 1"
        ).all { $0.integer(0) }
    }

    /// Expects every wanted row in the ranges, and none that is far off.
    private func check(
        _ rows: [Written],
        from: Int64?,
        to: Int64?,
        _ list: TimeList = .callbacks,
        in bounds: Range<Int64> = 1..<Int64.max
    ) throws {
        let ranges = try TimeSearch(list, connection.database).ranges(
            from: from,
            to: to,
            in: bounds
        )
        let found = rows.filter { row in ranges.contains { $0.contains(row.id) } }
        let wanted = rows.filter {
            $0.time >= from ?? .min && $0.time < to ?? .max && bounds.contains($0.id)
        }
        #expect(Set(wanted.map(\.id)).isSubset(of: found.map(\.id)), "\(from ?? 0)…\(to ?? 0)")
        let near = found.allSatisfy { row in
            (from.map { row.time >= $0 - 2 * Self.disorder } ?? true)
                && (to.map { row.time < $0 + 2 * Self.disorder } ?? true)
        }
        #expect(near)
        #expect(ranges.allSatisfy { !$0.isEmpty && bounds.contains($0.lowerBound) })
        for (newer, older) in zip(ranges, ranges.dropFirst()) {
            #expect(older.upperBound < newer.lowerBound, "disjoint, the newest first")
        }
    }

    private func checkAll(_ rows: [Written], _ list: TimeList = .callbacks) throws {
        let first = try #require(rows.map(\.time).min()) - 2 * Self.hour
        let last = try #require(rows.map(\.time).max()) + 2 * Self.hour
        for time in stride(from: first, through: last, by: 17 * 60_000) {
            try check(rows, from: time, to: nil, list)
            try check(rows, from: nil, to: time, list)
            for length in [60_000, Self.hour, 5 * Self.hour] {
                try check(rows, from: time, to: time + length, list)
            }
            try check(rows, from: time, to: time + Self.hour, list, in: 31..<240)
        }
        try check(rows, from: nil, to: nil, list)
    }

    @Test(arguments: TimeList.allCases)
    func `a clock that goes as it should leaves no step`(list: TimeList) throws {
        let rows = try write(starts: [0, Self.hour, 2 * Self.hour], list)
        #expect(try steps(list).isEmpty)
        try checkAll(rows, list)
    }

    @Test(arguments: TimeList.allCases)
    func `7 hours forwards and back leave one step`(list: TimeList) throws {
        let rows = try write(starts: [0, 8 * Self.hour, 2 * Self.hour], list)
        #expect(try steps(list) == [242])
        try checkAll(rows, list)
    }

    @Test(arguments: TimeList.allCases)
    func `2 hours back leave one step`(list: TimeList) throws {
        let rows = try write(starts: [10 * Self.hour, 9 * Self.hour], list)
        #expect(try steps(list) == [122])
        try checkAll(rows, list)
    }

    @Test func `several steps, far and near, are each found`() throws {
        let starts = [10, 3, 40, 4, 4, 100, 2, 5].map { $0 * Self.hour }
        let rows = try write(starts: starts)
        #expect(try steps() == [122, 362, 482, 722])
        try checkAll(rows)
    }

    @Test func `one row of the future does not hide those behind it`() throws {
        let rows = try write(starts: [0, 500 * Self.hour, 60_000, 2 * 60_000], count: 1)
        #expect(try steps() == [6])
        try checkAll(rows)
    }

    @Test func `a stretch of one row at the end is searched`() throws {
        let rows = try write(starts: [5 * Self.hour, 4 * Self.hour, 3 * Self.hour], count: 1)
        #expect(try steps() == [4, 6])
        try checkAll(rows)
    }

    @Test func `adjacent ranges are joined`() throws {
        _ = try write(starts: [5 * Self.hour, 4 * Self.hour])
        let search = try TimeSearch(.callbacks, connection.database)
        #expect(try search.ranges(from: 0, to: nil) == [2..<241], "the first row is 2")
        #expect(try search.ranges(from: nil, to: nil) == [2..<241])
        #expect(try search.ranges(from: nil, to: nil, in: 50..<60) == [50..<60])
        #expect(try search.ranges(from: 0, to: 1, in: 50..<50).isEmpty)
    }

    @Test func `an empty list has no ranges`() throws {
        let search = try TimeSearch(.callbacks, connection.database)
        #expect(try search.ranges(from: nil, to: nil).isEmpty)
        #expect(try search.ranges(from: 0, to: 1).isEmpty)
    }

    /// A clock with small disorder that is now and then set anywhere, restarts in between, and rows
    /// that are written later under a number between others.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `every row is found by its time, whatever the clock did`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var table = try resumedTable()
        var rows: [Written] = []
        var later: [Written] = []
        var clock: Int64 = 1_000 * Self.hour
        for id in 1...400 as ClosedRange<Int64> {
            clock += Int64.random(in: 0...120_000, using: &random)
            if Int.random(in: 0..<60, using: &random) == 0 {
                clock += Int64.random(in: (-9 * Self.hour)...(9 * Self.hour), using: &random)
            }
            if Int.random(in: 0..<25, using: &random) == 0 {
                table = try resumedTable()
            }
            let late = Int64.random(in: 0..<Self.disorder, using: &random)
            let row = Written(id: id, time: clock - late)
            if Int.random(in: 0..<5, using: &random) == 0 {
                later.append(row)
            } else {
                rows.append(row)
                try write(row, table)
            }
            if Int.random(in: 0..<40, using: &random) == 0 {
                for row in later.shuffled(using: &random) { try write(row, table) }
                rows += later
                later = []
            }
        }
        try checkAll(rows)
    }

    @Test func `a row written between two others that it fits leaves no step`() throws {
        let rows = try write(starts: [0])
        let table = try resumedTable()
        try write(Written(id: 21, time: rows[9].time), table)
        try write(Written(id: 41, time: rows[20].time), table)
        #expect(try steps().isEmpty)
        try write(Written(id: 61, time: rows[30].time + 1), table)
        #expect(try steps() == [61, 62])
        try write(Written(id: 81, time: rows[39].time - 1), table)
        #expect(try steps() == [61, 62, 81, 82])
    }
}
