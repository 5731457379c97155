import PostgreSQL
import Testing

@testable import PostgreSQLStore

/// Statements that are sent together.
struct UnsentStatementsTests {
    private static let pairs = "INSERT INTO pairs (a, b) VALUES (?, 1, ?)"

    private static func row(_ number: Int) -> [Parameter] {
        [.integer(Int64(number)), .characters("\(number)")]
    }

    @Test func `rows of one insertion share a statement, whatever is inserted between`() throws {
        let pairs = try #require(RowInsertion(Self.pairs))
        let names = try #require(
            RowInsertion("INSERT INTO names VALUES (?) ON CONFLICT DO NOTHING")
        )
        var unsent = UnsentStatements()
        for number in 1...3 {
            unsent.add(Self.row(number), to: pairs)
            unsent.add([.integer(Int64(-number))], to: names)
        }
        let queries = unsent.removeAll()
        #expect(
            queries.map(\.sql) == [
                "INSERT INTO pairs (a, b) VALUES ($1, 1, $2), ($3, 1, $4)",
                "INSERT INTO pairs (a, b) VALUES ($1, 1, $2)",
                "INSERT INTO names VALUES ($1), ($2) ON CONFLICT DO NOTHING",
                "INSERT INTO names VALUES ($1) ON CONFLICT DO NOTHING",
            ]
        )
        #expect(queries[0].parameters == Self.row(1) + Self.row(2))
        #expect(queries[1].parameters == Self.row(3))
        #expect(queries.dropFirst(2).flatMap(\.parameters) == [-1, -2, -3].map { .integer($0) })
        #expect(unsent.removeAll().isEmpty)
    }

    @Test func `what comes after another statement stays behind it`() throws {
        let pairs = try #require(RowInsertion(Self.pairs))
        var unsent = UnsentStatements()
        unsent.add(Self.row(1), to: pairs)
        unsent.add(Query("DELETE FROM pairs WHERE a = $1", .integer(2)))
        unsent.add(Self.row(2), to: pairs)
        let queries = unsent.removeAll()
        #expect(queries.map { $0.sql.prefix(6) } == ["INSERT", "DELETE", "INSERT"])
        #expect(queries.map(\.parameters) == [Self.row(1), [.integer(2)], Self.row(2)])
    }

    @Test(arguments: [1, 2, 31, 32, 33, 64, 100])
    func `each row is in one statement, in order`(count: Int) throws {
        let pairs = try #require(RowInsertion(Self.pairs))
        let rows = (0..<count).map(Self.row)
        let queries = pairs.queries(rows)
        #expect(queries.flatMap(\.parameters) == rows.flatMap(\.self))
        #expect(Set(queries.map(\.sql)).count <= RowInsertion.rowCounts.count)
        for query in queries { #expect(query.sql.contains("$\(query.parameters.count))")) }
    }

    @Test(arguments: [
        "UPDATE pairs SET a = ?", "DELETE FROM pairs WHERE a = ?",
        "INSERT INTO pairs VALUES (?, ?) RETURNING a",
        "INSERT INTO pairs VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
        "INSERT INTO pairs SELECT a, ? FROM others", "INSERT INTO pairs VALUES (?1, ?1)",
    ])
    func `other statements, and rows that may depend on each other, stay alone`(sql: String) {
        #expect(RowInsertion(sql) == nil)
    }
}
