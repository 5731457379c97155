import Foundation
import Glibc
import PostgreSQL

/// PgBouncer before a server: it gives each transaction to a connection that is free.
///
/// It ends, and its files go, with the last reference.
package final class Pooler: Sendable {
    private static let program = "/usr/sbin/pgbouncer"
    package static let isInstalled = access(program, X_OK) == 0

    private let directory: TemporaryDirectory
    private let process: pid_t

    /// - Parameters:
    ///   - server: where its connections lead.
    ///   - settings: more lines of its section `pgbouncer`.
    package init(before server: PostgreSQLCluster, settings: [String] = []) async throws {
        directory = try TemporaryDirectory(in: "/tmp")
        try PostgreSQLCluster.give(directory.path)
        let configuration = directory.file("pgbouncer.ini")
        let lines = [
            "[databases]", "* = host=\(server.directory.path) user=cashin", "[pgbouncer]",
            "unix_socket_dir = \(directory.path)", "listen_port = \(PostgreSQLCluster.port)",
            "auth_type = any", "pool_mode = transaction",
        ]
        try (lines + settings).joined(separator: "\n")
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        let log = directory.file("log")
        let command = PostgreSQLCluster.asServerUser + [Self.program, configuration]
        process = try spawn(command, unblocksSignals: true) { actions in
            actions.redirectInput()
            actions.redirectOutput(to: log)
        }
        let isReady = await Patience.reaches {
            (try? PostgreSQLConnection(address, withinSeconds: 5)) != nil
        }
        guard isReady else {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw PostgreSQLCluster.Failure(description: "pgbouncer: \(text)")
        }
    }

    deinit {
        // It closes all connections at once.
        kill(process, SIGTERM)
        _ = waitForEnd(of: process)
    }

    /// Where connections find the database `postgres` through it.
    package var address: String { "postgresql:///postgres?host=\(directory.path)&user=cashin" }
}
