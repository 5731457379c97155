import Foundation
import PostgreSQL
import Support
import System
import Testing

/// What is known of a connection after each kind of error, and what comes from other connections.
@Suite(
    .serialized,
    .blocking,
    .cluster,
    .enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")
)
struct ConnectionTests {
    private let connection: PostgreSQLConnection
    private let other: PostgreSQLConnection

    init() throws {
        connection = try Self.connect()
        other = try Self.connect()
    }

    private static func connect() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(#require(ClusterTrait.cluster).address, withinSeconds: 10)
    }

    private func now() -> UInt64 { SystemClock.monotonicNanoseconds() }

    private func processID(of connection: PostgreSQLConnection) throws -> Int64 {
        let results = try connection.run([Query("SELECT pg_backend_pid()")], withinSeconds: 30)
        return try #require(results[0].rows.first).integer(0)
    }

    @Test func `after a deadline the connection is closed, and says so`() throws {
        let error = #expect(throws: PostgreSQLError.self) {
            try connection.run([Query("SELECT pg_sleep(600)")], withinSeconds: 0.05)
        }
        #expect(error?.kind == .timeout)
        #expect(error?.isOutcomeUnknown == true, "it was a transaction of its own")
        #expect(connection.state == .closed)
        let next = #expect(throws: PostgreSQLError.self) {
            try connection.run([Query("SELECT 1 + 1")], withinSeconds: 30)
        }
        #expect(next?.kind == .connection)
        #expect(next?.isOutcomeUnknown == false, "nothing was sent")
    }

    @Test func `a connection that the server ends is closed, and says why`() throws {
        let process = try processID(of: connection)
        _ = try connection.begin(withinSeconds: 30)
        let end = Query("SELECT pg_terminate_backend($1::int8::int4)", .integer(process))
        try other.run([end], withinSeconds: 30)
        let error = #expect(throws: PostgreSQLError.self) {
            try connection.run([Query("SELECT pg_sleep(600)")], withinSeconds: 60)
        }
        #expect(error?.kind == .connection)
        #expect(error?.message.contains("terminating connection") == true)
        #expect(error?.isOutcomeUnknown == false, "it is not committed without COMMIT")
        #expect(connection.state == .closed)
    }

    @Test func `notifications come from other connections, and a latch ends the wait`() throws {
        try connection.run([Query("LISTEN feed")], withinSeconds: 30)
        #expect(try connection.notifications(untilNanoseconds: now()).isEmpty)
        for payload in ["1", "2"] {
            let notify = Query("SELECT pg_notify($1, $2)", .text("feed"), .text(payload))
            try other.run([notify], withinSeconds: 30)
        }
        var received: [PostgreSQLConnection.Notification] = []
        while received.count < 2 {
            let more = try connection.notifications(untilNanoseconds: now() + 60_000_000_000)
            try #require(!more.isEmpty)
            received += more
        }
        #expect(received.map(\.payload) == ["1", "2"])
        #expect(received.map(\.channel) == ["feed", "feed"])
        let latch = try Latch()
        latch.open()
        let none = try connection.notifications(untilNanoseconds: .max, orUntil: latch)
        #expect(none.isEmpty)
        #expect(connection.state == .idle)
    }

    @Test func `a wait for notifications ends with the connection`() throws {
        try connection.run([Query("LISTEN feed")], withinSeconds: 30)
        let end = Query(
            "SELECT pg_terminate_backend($1::int8::int4)",
            .integer(try processID(of: connection))
        )
        try other.run([end], withinSeconds: 30)
        let error = #expect(throws: PostgreSQLError.self) {
            try connection.notifications(untilNanoseconds: now() + 60_000_000_000)
        }
        #expect(error?.kind == .connection)
        #expect(connection.state == .closed)
    }
}
