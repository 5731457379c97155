import PostgreSQL
import Testing

/// A primary and its synchronous standby.
package struct PostgreSQLPair: Sendable {
    package let primary: PostgreSQLCluster
    package let standby: PostgreSQLCluster

    /// Returns when the primary waits for the standby in each commit.
    ///
    /// - Parameters:
    ///   - parent: where their temporary directories are made.
    ///   - settings: those of both.
    package init(in parent: String = "/tmp", settings: [String] = []) async throws {
        primary = try PostgreSQLCluster(in: parent, settings: settings)
        standby = try PostgreSQLCluster(in: parent, following: primary, settings: settings)
        let observer = try PostgreSQLConnection(primary.address, withinSeconds: 10)
        // Not as an option of the server, so that it can be changed.
        for statement in [
            Query("ALTER SYSTEM SET synchronous_standby_names = 'standby'"),
            Query("SELECT pg_reload_conf()"),
        ] {
            try observer.run([statement], withinSeconds: 60)
        }
        let query = Query("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
        let isFollowed = try await Patience.reaches {
            try observer.run([query], withinSeconds: 60)[0].rows.first?.integer(0) == 1
        }
        try #require(isFollowed)
    }
}
