import Foundation
import PostgreSQL
import Support
import Synchronization
import Testing

/// A commit is reported as done only when it is known to be.
@Suite(.serialized, .blocking, .enabled(if: PostgreSQLCluster.isInstalled, "no PostgreSQL"))
struct CommitTests {
    /// Runs one statement, and returns the first integer of its first row.
    @discardableResult
    private func run(
        _ connection: PostgreSQLConnection,
        _ sql: StaticString,
        _ parameters: Parameter...
    ) throws -> Int64? {
        try connection.run([Query(sql, parameters: parameters)], withinSeconds: 60)[0].rows.first?
            .integer(0)
    }

    /// The connection is cut after each number of bytes of COMMIT, and of its response.
    @Test(arguments: CuttingLink.Way.allCases)
    func `a connection that breaks in a commit leaves its outcome unknown`(
        way: CuttingLink.Way
    ) async throws {
        let cluster = try PostgreSQLCluster()
        let observer = try PostgreSQLConnection(cluster.address, withinSeconds: 10)
        try run(observer, "CREATE TABLE commits (id int8)")
        var outcomes: Set<Bool> = []
        for count in 0..<1_000 {
            let link = try CuttingLink(to: cluster.socket)
            let connection = try PostgreSQLConnection(
                "postgresql://cashin@127.0.0.1:\(link.port)/postgres?sslmode=disable",
                settings: ["application_name": "cut", "gssencmode": "disable"],
                withinSeconds: 10
            )
            let insert = Query("INSERT INTO commits VALUES ($1)", .integer(Int64(count)))
            _ = try connection.begin([insert], withinSeconds: 60)
            link.cut(after: count, way)
            do {
                _ = try connection.commit(withinSeconds: 60)
                // What follows COMMIT in the same round trip may be cut after it has been done.
                #expect(way == .toServer ? outcomes.contains(false) : outcomes == [true])
                return
            } catch {
                #expect(error.kind == .connection)
                #expect(error.isOutcomeUnknown)
                #expect(connection.state == .closed)
            }
            // The server has ended what it was doing for the connection.
            let hasEnded = try await Patience.reaches {
                try run(
                    observer,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cut'"
                ) == 0
            }
            try #require(hasEnded)
            let found = try run(
                observer,
                "SELECT count(*) FROM commits WHERE id = $1",
                .integer(Int64(count))
            )
            outcomes.insert(found == 1)
        }
        Issue.record("a commit has more than 1,000 bytes")
    }

    /// PostgreSQL reports success with a warning then, or ends the connection. `statement_timeout`
    /// does not end the wait: it is over before a transaction is committed.
    @Test func `a wait for the standby that was cancelled is no success`() async throws {
        let pair = try await PostgreSQLPair()
        let (primary, standby) = (pair.primary, pair.standby)
        let observer = try PostgreSQLConnection(primary.address, withinSeconds: 10)
        try run(observer, "CREATE TABLE commits (id int8)")
        try standby.stop()

        for (number, isEnded) in [(1, false), (2, true)] {
            let connection = try PostgreSQLConnection(primary.address, withinSeconds: 10)
            let process = try run(connection, "SELECT pg_backend_pid()::int8")
            let insert = Query("INSERT INTO commits VALUES ($1)", .integer(Int64(number)))
            _ = try connection.begin([insert], withinSeconds: 60)
            Thread.detachNewThread { cancel(process, isEnded: isEnded, on: primary) }
            let error = #expect(throws: PostgreSQLError.self) {
                try connection.commit(withinSeconds: 60)
            }
            #expect(error?.kind == (isEnded ? .connection : .unconfirmed))
            #expect(error?.isOutcomeUnknown == true)
            if !isEnded { #expect(error?.message.hasPrefix("canceling wait for") == true) }
            #expect(connection.state == .closed)
        }
        // It is committed on the primary, and with the standby it is on both.
        #expect(try run(observer, "SELECT count(*) FROM commits") == 2)
        try standby.start()
        let connection = try PostgreSQLConnection(primary.address, withinSeconds: 10)
        _ = try connection.begin([Query("INSERT INTO commits VALUES (3)")], withinSeconds: 60)
        _ = try connection.commit(withinSeconds: 60)
        #expect(connection.state == .idle)
        let reader = try PostgreSQLConnection(standby.address, withinSeconds: 10)
        let hasAll = try await Patience.reaches {
            try run(reader, "SELECT count(*) FROM commits") == 3
        }
        #expect(hasAll)
    }

    /// Cancels what a connection is doing, or ends it, as soon as it waits for the standby.
    private func cancel(_ process: Int64?, isEnded: Bool, on primary: PostgreSQLCluster) {
        do {
            let connection = try PostgreSQLConnection(primary.address, withinSeconds: 10)
            let deadline = Date(timeIntervalSinceNow: Patience.seconds)
            let cancelled: StaticString = """
                SELECT count(CASE WHEN $2 THEN pg_terminate_backend(pid) ELSE
                pg_cancel_backend(pid) END) FROM pg_stat_activity
                WHERE pid = $1::int8::int4 AND wait_event = 'SyncRep'
                """
            while try run(connection, cancelled, .integer(process), .boolean(isEnded)) == 0,
                Date() < deadline
            {}
        } catch {
            Issue.record(error)
        }
    }
}
