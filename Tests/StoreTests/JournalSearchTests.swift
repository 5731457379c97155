import SQLite
import Testing

@testable import Store

@Suite struct JournalSearchTests {
    private let connection: Connection

    init() throws {
        connection = try Connection(path: ":memory:", mode: .readWriteCreate)
        try connection.execute(
            "CREATE TABLE callbacks (id INTEGER PRIMARY KEY, received_at INTEGER)"
        )
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
        #expect(try JournalSearch(connection).firstCallback(since: 5) <= 1)
    }

    @Test func `nothing sought lies below the place found, and little else above it`() throws {
        let spacing: Int64 = 30_000
        // Every third number is a refusal's: a gap.
        let rows = (1...300).filter { $0 % 3 != 0 }.map { (Int64($0), Int64($0) * spacing) }
        try fill(rows)
        let search = try JournalSearch(connection)
        let disorder = JournalSearch.disorderMilliseconds
        for number in 0...301 {
            for time in [-1, 0, 1].map({ Int64(number) * spacing + $0 }) {
                let found = try search.firstCallback(since: time)
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

    @Test func `what came out of order is not missed`() throws {
        let disorder = JournalSearch.disorderMilliseconds
        let rows = (1...200).map { number in
            // Each callback up to the bound earlier than its number says.
            (Int64(number), Int64(number) * 10_000 - Int64(number * 7_919) % disorder)
        }
        try fill(rows)
        let search = try JournalSearch(connection)
        for time in stride(from: Int64(0), to: 2_100_000, by: 3_331) {
            #expect(try search.firstCallback(since: time) <= (try expected(time)))
        }
    }
}
