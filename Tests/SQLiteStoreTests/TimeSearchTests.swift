@testable import SQLReaders
import SQLite
import Support
import Testing

@testable import SQLiteFiles
@testable import SQLTables
@testable import SQLiteStore
@testable import Store

@Suite(.onSQLite) struct TimeSearchTests {
    private let connection: Connection

    init() throws {
        connection = try Connection(path: ":memory:", mode: .readWriteCreate)
        try connection.execute(
            "CREATE TABLE callbacks (id INTEGER PRIMARY KEY, received_at INTEGER)"
        )
        try connection.execute(
            """
            CREATE TABLE clock_steps (
                list INTEGER NOT NULL, first_id INTEGER NOT NULL, PRIMARY KEY (list, first_id)
            ) STRICT, WITHOUT ROWID
            """
        )
    }

    /// Where the rows since `time` begin.
    private func start(since time: Int64) throws -> Int64 {
        let search = try TimeSearch(.callbacks, connection.database)
        let end = try connection.integer("SELECT coalesce(max(id), 0) + 1 FROM callbacks") ?? 0
        return try search.ranges(from: time, to: nil).last?.lowerBound ?? end
    }

    /// Where the rows before `time` end.
    private func end(before time: Int64) throws -> Int64 {
        try TimeSearch(.callbacks, connection.database).ranges(from: nil, to: time).first?
            .upperBound ?? 1
    }

    private func fill(_ rows: [(id: Int64, receivedAt: Int64)]) throws {
        let insertion = try connection.prepare("INSERT INTO callbacks VALUES (?, ?)")
        for row in rows {
            try insertion.run {
                $0.integer(row.id)
                $0.integer(row.receivedAt)
            }
        }
    }

    /// The lowest number received at or after `time`, or one more than the highest number.
    private func expected(_ time: Int64) throws -> Int64 {
        try connection.integer(
            """
            SELECT coalesce(min(id), (SELECT coalesce(max(id), 0) + 1 FROM callbacks))
            FROM callbacks WHERE received_at >= \(time)
            """
        ) ?? 0
    }

    @Test func `in an empty journal the search begins at its end`() throws {
        #expect(try start(since: 5) <= 1)
    }

    @Test func `nothing sought lies below the place found, and little else above it`() throws {
        let spacing: Int64 = 30_000
        // Every third number is a refusal's: a gap.
        let rows = (1...300).filter { $0 % 3 != 0 }.map { (Int64($0), Int64($0) * spacing) }
        try fill(rows)
        let disorder = SQLDialect.sqlite.clockDisorderMilliseconds
        for number in 0...301 {
            for time in [-1, 0, 1].map({ Int64(number) * spacing + $0 }) {
                let found = try start(since: time)
                #expect(found <= (try expected(time)))
                // A gap below the place may be counted in; it holds nothing.
                let lowest = try expected(time - disorder)
                #expect(
                    try connection.integer(
                        "SELECT count(*) FROM callbacks WHERE id >= \(found) AND id < \(lowest)"
                    ) == 0
                )
            }
        }
    }

    @Test func `nothing from before lies at or above the end found, and little else below it`()
        throws
    {
        let rows = (1...300).filter { $0 % 3 != 0 }.map { (Int64($0), Int64($0) * 30_000) }
        try fill(rows)
        let disorder = SQLDialect.sqlite.clockDisorderMilliseconds
        for time in stride(from: Int64(-30_001), to: 9_100_000, by: 29_999) {
            let found = try end(before: time)
            #expect(try count("id >= \(found) AND received_at < \(time)") == 0)
            #expect(try count("id < \(found) AND received_at >= \(time + disorder)") == 0)
        }
    }

    private func count(_ condition: String) throws -> Int64? {
        try connection.integer("SELECT count(*) FROM callbacks WHERE \(condition)")
    }

    @Test(arguments: TimeList.allCases)
    func `every column that is searched is there`(list: TimeList) throws {
        let directory = try TemporaryDirectory()
        let main = try MainDatabase.made(directory.file("receiver.db"))
        #expect(try TimeSearch(list, main.database).ranges(from: 0, to: 1).isEmpty)
    }

    @Test func `what came out of order is not missed`() throws {
        let disorder = SQLDialect.sqlite.clockDisorderMilliseconds
        let rows = (1...200).map { number in
            // Each callback up to the bound earlier than its number says.
            (Int64(number), Int64(number) * 10_000 - Int64(number * 7_919) % disorder)
        }
        try fill(rows)
        for time in stride(from: Int64(0), to: 2_100_000, by: 3_331) {
            #expect(try start(since: time) <= (try expected(time)))
            let end = try end(before: time)
            #expect(try count("id >= \(end) AND received_at < \(time)") == 0)
        }
    }
}
