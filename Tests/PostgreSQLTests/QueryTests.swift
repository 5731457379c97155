import Glibc
import PostgreSQL
import Support
import Testing

@testable import PostgreSQL

/// Values, groups of statements and transactions, with a real server.
@Suite(
    .serialized,
    .blocking,
    .cluster,
    .enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")
)
struct QueryTests {
    private let connection: PostgreSQLConnection

    init() throws { connection = try Self.connect() }

    static func connect() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(#require(ClusterTrait.cluster).address, withinSeconds: 10)
    }

    /// Runs one statement.
    @discardableResult
    private func run(_ sql: StaticString, _ parameters: Parameter...) throws -> PostgreSQLResult {
        try connection.run([Query(sql, parameters: parameters)], withinSeconds: 30)[0]
    }

    @Test func `values come back as they were sent`() throws {
        let bytes: [UInt8] = [0, 255, 39, 92, 0]
        for number in [0, 1, -1, Int64.max, Int64.min, 1 << 32, -(1 << 40)] {
            #expect(try run("SELECT $1::int8", .integer(number)).rows.first?.integer(0) == number)
        }
        for number in [Int64(Int32.min), -1, 0, Int64(Int32.max)] {
            let row = try run("SELECT $1::int8::int4", .integer(number)).rows.first
            #expect(row?.integer(0) == number)
        }
        for text in ["", "a", "Rp 25.000 – 'x' \\ \"é😀", String(repeating: "ö", count: 10_000)] {
            #expect(try run("SELECT $1::text", .text(text)).rows.first?.text(0) == text)
        }
        for value in [[], bytes] {
            #expect(try run("SELECT $1::bytea", .bytes(value)).rows.first?.bytes(0) == value)
        }
        #expect(try run("SELECT $1::bool", .boolean(true)).rows.first?.boolean(0) == true)
        let row = try run(
            "SELECT $1::int8, $2::text, $3::bytea, $4::bool",
            .integer(nil),
            .text(nil),
            .bytes(nil),
            .boolean(nil)
        ).rows.first
        #expect(row?.optionalInteger(0) == nil)
        #expect(row?.optionalText(1) == nil)
        #expect(row?.bytes(2) == nil)
        #expect(row?.boolean(3) == false)
    }

    @Test func `the server's version is known until the connection is closed`() throws {
        #expect(connection.serverVersion >= 140_000)
        connection.close()
        #expect(connection.serverVersion == 0)
        #expect(connection.state == .closed)
    }

    @Test func `arrays make rows, with their NULLs`() throws {
        let rows = try run(
            "SELECT * FROM unnest($1::int8[], $2::text[], $3::bytea[])",
            .integers([1, nil, -3]),
            .texts(["a", "", nil]),
            .byteArrays([nil, [], [0, 1]])
        ).rows
        #expect(rows.map { $0.optionalInteger(0) } == [1, nil, -3])
        #expect(rows.map { $0.optionalText(1) } == ["a", "", nil])
        #expect(rows.map { $0.bytes(2) } == [nil, [], [0, 1]])
        #expect(try run("SELECT unnest($1::int8[])", .integers([])).rows.isEmpty)
    }

    @Test func `a text with a NUL is refused, and the connection is as before`() throws {
        let error = #expect(throws: PostgreSQLError.self) {
            try run("SELECT $1::text", .text("a\0b"))
        }
        #expect(error?.state == "22021")
        #expect(error?.kind == .statement)
        #expect(error?.isOutcomeUnknown == false)
        #expect(connection.state == .idle)
    }

    @Test func `of a group that fails, nothing stays, and its first error is told`() throws {
        try run("DROP TABLE IF EXISTS groups")
        try run("CREATE TABLE groups (id int8 PRIMARY KEY)")
        let error = #expect(throws: PostgreSQLError.self) {
            try connection.run(
                [
                    Query("INSERT INTO groups VALUES ($1)", .integer(1)),
                    Query("INSERT INTO groups VALUES ($1)", .integer(1)),
                    Query("SELECT 1 / 0"),
                ],
                withinSeconds: 30
            )
        }
        #expect(error?.state == "23505")
        #expect(error?.context == "INSERT INTO groups VALUES ($1)")
        #expect(error?.description.contains("(1)") == false, "values are not in messages")
        #expect(connection.state == .idle)
        #expect(try run("SELECT count(*) FROM groups").rows.first?.integer(0) == 0)
        // What was skipped was not prepared either.
        #expect(throws: PostgreSQLError.self) { try run("SELECT 1 / 0") }
        let results = try connection.run(
            (2...3).map { Query("INSERT INTO groups VALUES ($1)", .integer($0)) },
            withinSeconds: 30
        )
        #expect(results.map(\.affectedRows) == [1, 1])
        #expect(results.map(\.tag) == ["INSERT 0 1", "INSERT 0 1"])
    }

    @Test func `a transaction is seen by others when it is committed`() throws {
        try run("DROP TABLE IF EXISTS commits")
        try run("CREATE TABLE commits (id int8)")
        let other = try Self.connect()
        func seen() throws -> Int64? {
            try other.run([Query("SELECT count(*) FROM commits")], withinSeconds: 30)[0].rows.first?
                .integer(0)
        }
        let insert = Query("INSERT INTO commits VALUES ($1)", .integer(1))
        #expect(try connection.begin([insert], withinSeconds: 30).count == 1)
        #expect(connection.state == .inTransaction)
        #expect(try seen() == 0)
        #expect(try connection.commit([insert], withinSeconds: 30).count == 1)
        #expect(connection.state == .idle)
        #expect(try seen() == 2)
        _ = try connection.begin([insert], withinSeconds: 30)
        try connection.rollBack(withinSeconds: 30)
        #expect(connection.state == .idle)
        #expect(try seen() == 2)
    }

    @Test func `a transaction that has failed is not committed`() throws {
        _ = try connection.begin(withinSeconds: 30)
        #expect(throws: PostgreSQLError.self) { try run("SELECT 1 / 0") }
        #expect(connection.state == .inFailedTransaction)
        let error = #expect(throws: PostgreSQLError.self) {
            try connection.commit(withinSeconds: 30)
        }
        #expect(error?.message == "the transaction was rolled back")
        #expect(connection.state == .idle)

        _ = try connection.begin(withinSeconds: 30)
        let other = #expect(throws: PostgreSQLError.self) {
            try connection.commit([Query("SELECT 1 / 0")], withinSeconds: 30)
        }
        #expect(other?.state == "22012")
        #expect(other?.isOutcomeUnknown == false)
        #expect(connection.state == .inFailedTransaction)
        try connection.rollBack(withinSeconds: 30)
        #expect(connection.state == .idle)
    }

    /// Neither side reads before it has written: without reading meanwhile, both would wait.
    @Test func `a group may be larger than all buffers, both ways`() throws {
        let large = String(repeating: "x", count: 500_000)
        let results = try connection.run(
            (0..<8).map { _ in Query("SELECT $1::text", .text(large)) },
            withinSeconds: 120
        )
        #expect(results.allSatisfy { $0.rows.first?.text(0).utf8.count == large.utf8.count })
    }

    @Test func `warnings are kept until they are taken, a hundred at most`() throws {
        try run("DO $$ BEGIN RAISE WARNING 'beware'; RAISE NOTICE 'see'; END $$")
        let notices = connection.removeNotices()
        #expect(notices.map(\.severity) == ["WARNING", "NOTICE"])
        #expect(notices.map(\.message) == ["beware", "see"])
        #expect(notices.map(\.code) == ["01000", "00000"])
        #expect(connection.removeNotices().isEmpty)
        try run("DO $$ BEGIN FOR n IN 1..150 LOOP RAISE WARNING 'n'; END LOOP; END $$")
        #expect(connection.removeNotices().count == 100)
    }
}
