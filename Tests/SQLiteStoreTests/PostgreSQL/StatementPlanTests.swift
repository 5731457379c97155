import PostgreSQL
import Store
import Support
import Testing

/// How the server runs the engine's statements.
@Suite(.blocking, .enabled(if: TestDatabase.isPostgreSQL, "PostgreSQL is not tested"))
struct StatementPlanTests {
    /// A new database has none until the server analyzes it, within a minute or so.
    @Test func `without statistics, a group reads no whole table`() async throws {
        let address = try TestDatabase.make()
        let test = try await TestStore(at: address)
        let groups = 100
        for group in 0..<groups {
            let deliveries = try (0..<8).map { index in
                try TestDelivery { $0.setReferences(group * 8 + index) }.delivery
            }
            for result in await test.deliverInOneCommit(deliveries) { _ = try result.get() }
        }
        // The server counts what a connection has read when it ends.
        await test.store.close()
        let connection = try PostgreSQLConnection(address, withinSeconds: 30)
        let count = Query(
            """
            SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint
            FROM pg_stat_user_tables WHERE last_autoanalyze IS NULL
            """
        )
        let rows = try connection.run([count], withinSeconds: 30)[0].rows.first?.integer(0)
        let perCallback = try #require(rows) / Int64(groups * 8)
        #expect((1...20).contains(perCallback), "\(perCallback) rows a callback")
    }
}
