import Foundation
import Glibc
import PostgreSQL
import Support

/// Two places for servers, of which one has the primary and the other one its synchronous standby,
/// and the networks that lead to them.
final class NemesisCluster {
    /// The servers do not become what they have to be.
    struct NotFollowed: Error, CustomStringConvertible {
        let logs: [[String]]
        var description: String { "not followed: \(logs)" }
    }

    /// The newest lines of the servers' logs.
    var logs: [[String]] { servers.map { $0.newestLog(lines: 12) } }

    private(set) var servers: [PostgreSQLCluster]

    /// The place of the primary.
    private(set) var primary = 0

    /// The networks from each receiver to each place.
    let toServers: [[any NemesisLink]]

    /// The networks to each place from the standby at the other one.
    let toPrimaries: [any NemesisLink]

    /// The disks of the places; nil where none can be mounted.
    let disks: [SmallDisk]?

    /// What starts a program at each place, before the program's path.
    private let commands: [[String]]
    private let settings: [String]

    /// Each commit waits for the standby. The log has small files, which are made anew and not used
    /// again, so that a full disk stops it soon; a standby that was away finds what it needs.
    private static let settings = [
        "synchronous_standby_names=standby", "max_connections=200",
        "wal_retrieve_retry_interval=500ms", "min_wal_size=2MB", "max_wal_size=16MB",
        "wal_recycle=off", "wal_keep_size=256MB", "wal_sender_timeout=5s",
        "wal_receiver_timeout=5s",
    ]

    /// - Parameter hasNamespaces: whether the places have network namespaces, which root can make;
    ///   otherwise a network is a port of this machine.
    init(receivers: Int, hasNamespaces: Bool) throws {
        let network = hasNamespaces ? try NemesisNamespaces(receivers: receivers) : nil
        commands = network?.commands ?? [[], []]
        disks = SmallDisk.isPossible ? try (0..<2).map { _ in try SmallDisk(bytes: 4 << 30) } : nil
        let settings = Self.settings + ["listen_addresses=\(hasNamespaces ? "*" : "")"]
        self.settings = settings
        let first = try PostgreSQLCluster(
            in: disks?[0].directory ?? "/tmp",
            through: commands[0],
            segmentMegabytes: 1,
            settings: settings
        )
        let link: any NemesisLink = try network?.between[0] ?? Partition(to: first.socket)
        let second = try PostgreSQLCluster(
            in: disks?[1].directory ?? "/tmp",
            following: first,
            at: Self.address(link),
            through: commands[1],
            settings: settings
        )
        servers = [first, second]
        toPrimaries = [link, try network?.between[1] ?? Partition(to: second.socket)]
        let sockets = [first.socket, second.socket]
        toServers =
            try network?.toServers
            ?? (0..<receivers).map { _ in try sockets.map { try Partition(to: $0) } }
        try waitUntilFollowed()
    }

    var standby: Int { 1 - primary }

    private static func address(_ link: any NemesisLink) -> String {
        "postgresql://cashin@\(link.host):\(link.port)/postgres?connect_timeout=2"
    }

    /// The address of the database for a receiver.
    func address(receiver: Int) -> String {
        let hosts = toServers[receiver].map { "\($0.host):\($0.port)" }.joined(separator: ",")
        return "postgresql://cashin@\(hosts)/postgres?connect_timeout=2"
    }

    /// Returns when the standby has all that was committed when this was called.
    func waitUntilFollowed() throws {
        var end: String?
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while Date() < deadline {
            let observer = try? PostgreSQLConnection(servers[primary].address, withinSeconds: 5)
            if end == nil {
                let query = Query("SELECT pg_current_wal_flush_lsn()::text")
                let found = try? observer?.run([query], withinSeconds: 10)
                end = found?[0].rows.first?.text(0)
            }
            let query = Query(
                """
                SELECT count(*) FROM pg_stat_replication
                WHERE sync_state = 'sync' AND flush_lsn >= $1::text::pg_lsn
                """,
                .text(end)
            )
            let found = end == nil ? nil : try? observer?.run([query], withinSeconds: 10)
            if found?[0].rows.first?.integer(0) == 1 { return }
            usleep(20_000)
        }
        throw NotFollowed(logs: logs)
    }

    /// Makes the standby the primary, after the primary has been stopped.
    func promote() throws {
        try servers[standby].promote()
        primary = standby
    }

    /// Makes a standby at the place of the former primary, which is gone for good.
    func replaceStandby() throws {
        try? servers[standby].stop("immediate")
        for link in toPrimaries { link.cut(false) }
        servers[standby] = try PostgreSQLCluster(
            in: disks?[standby].directory ?? "/tmp",
            following: servers[primary],
            at: Self.address(toPrimaries[primary]),
            through: commands[standby],
            settings: settings
        )
        let socket = servers[standby].socket
        toPrimaries[standby].lead(to: socket)
        for links in toServers { links[standby].lead(to: socket) }
        try waitUntilFollowed()
    }

    /// Returns when a server that may have ended takes connections.
    func startIfEnded(_ place: Int) throws {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while (try? PostgreSQLConnection(servers[place].address, withinSeconds: 5)) == nil {
            guard Date() < deadline else { throw NotFollowed(logs: logs) }
            // It is no error here that the server is about to end, or to start again.
            try? servers[place].start()
        }
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
