import Foundation
import Glibc
import PostgreSQL
import Support

/// Two places for servers, of which one has the primary and the other one its synchronous standby,
/// and the networks that lead to them.
final class NemesisCluster {
    /// What two servers are not allowed to be.
    struct NotFollowed: Error {}

    private(set) var servers: [PostgreSQLCluster]

    /// The place of the primary.
    private(set) var primary = 0

    /// The networks from each receiver to each place.
    let toServers: [[Partition]]

    /// The networks to each place from the standby at the other one.
    let toPrimaries: [Partition]

    /// Each commit waits for the standby.
    private static let settings = [
        "synchronous_standby_names=standby", "max_connections=200",
        "wal_retrieve_retry_interval=500ms",
    ]

    init(receivers: Int) throws {
        let first = try PostgreSQLCluster(settings: Self.settings)
        let link = try Partition(to: first.socket)
        let second = try PostgreSQLCluster(
            following: first,
            at: Self.address(port: link.port),
            settings: Self.settings
        )
        servers = [first, second]
        toPrimaries = [link, try Partition(to: second.socket)]
        let sockets = [first.socket, second.socket]
        toServers = try (0..<receivers).map { _ in try sockets.map { try Partition(to: $0) } }
        try waitUntilFollowed()
    }

    var standby: Int { 1 - primary }

    private static func address(port: Int) -> String {
        "postgresql://cashin@127.0.0.1:\(port)/postgres?connect_timeout=2"
    }

    /// The address of the database for a receiver.
    func address(receiver: Int) -> String {
        let hosts = toServers[receiver].map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        return "postgresql://cashin@\(hosts)/postgres?connect_timeout=2"
    }

    /// Returns when the standby has all that is committed.
    func waitUntilFollowed() throws {
        let query = Query(
            """
            SELECT count(*) FROM pg_stat_replication
            WHERE sync_state = 'sync' AND flush_lsn >= pg_current_wal_flush_lsn()
            """
        )
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while Date() < deadline {
            let observer = try? PostgreSQLConnection(servers[primary].address, withinSeconds: 5)
            let found = try? observer?.run([query], withinSeconds: 10)
            if found?[0].rows.first?.integer(0) == 1 { return }
            usleep(20_000)
        }
        throw NotFollowed()
    }

    /// Makes the standby the primary, after the primary has been stopped.
    func promote() throws {
        try servers[standby].promote()
        primary = standby
    }

    /// Makes a standby at the place of the former primary, which is gone for good.
    func replaceStandby() throws {
        try? servers[standby].stop("immediate")
        servers[standby] = try PostgreSQLCluster(
            following: servers[primary],
            at: Self.address(port: toPrimaries[primary].port),
            settings: Self.settings
        )
        let socket = servers[standby].socket
        toPrimaries[standby].lead(to: socket)
        for links in toServers { links[standby].lead(to: socket) }
        try waitUntilFollowed()
    }

    /// Cancels what the receivers' connections wait for.
    func cancelStatements() throws {
        let observer = try PostgreSQLConnection(servers[primary].address, withinSeconds: 5)
        let query = Query(
            """
            SELECT pg_cancel_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'cashin-receiver' AND wait_event = 'SyncRep'
            """
        )
        try observer.run([query], withinSeconds: 10)
    }
}
