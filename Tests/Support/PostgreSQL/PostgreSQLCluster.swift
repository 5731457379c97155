import Foundation
package import Glibc
import PostgreSQL

/// A PostgreSQL server of its own, on a Unix socket in a temporary directory.
///
/// Its superuser is `cashin`. It is stopped, and its files go, with the last reference.
package final class PostgreSQLCluster: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static var isInstalled: Bool { programs != nil }

    /// The directory of the programs of the newest version; nil when PostgreSQL is not installed.
    private static let programs: String? = {
        let versions = "/usr/lib/postgresql"
        let found = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
        return found.compactMap { Int($0) }.max().map { "\(versions)/\($0)/bin/" }
    }()

    let directory: TemporaryDirectory

    /// The options of `postgres`.
    private let options: String

    /// What starts a program where the server is to run, before the program's path.
    private let command: [String]

    /// The number in the name of the socket, and the port of a server that listens on addresses.
    package static let port = 5_432

    /// A server that takes connections.
    ///
    /// - Parameters:
    ///   - parent: where its temporary directory is made; the user of the server must reach it.
    ///   - primary: one that it follows as its synchronous standby, under the name `standby`.
    ///   - address: where it finds the primary; at the primary's own address by default.
    ///   - command: what starts a program in a namespace, before the program's path.
    ///   - segmentMegabytes: the size of a file of its log (WAL); a standby has its primary's.
    package init(
        in parent: String = "/tmp",
        following primary: PostgreSQLCluster? = nil,
        at address: String? = nil,
        through command: [String] = [],
        segmentMegabytes: Int = 16,
        settings: [String] = []
    ) throws {
        directory = try TemporaryDirectory(in: parent)
        self.command = command
        try Self.give(directory.path)
        let own = [
            "listen_addresses=", "unix_socket_directories=\(directory.path)",
            "port=\(Self.port)", "shared_buffers=16MB",
        ]
        options = (own + settings).map { "-c \($0)" }.joined(separator: " ")
        try makeData(following: address ?? primary?.address, segmentMegabytes)
        try start()
    }

    private func makeData(following address: String?, _ segmentMegabytes: Int) throws {
        if let address {
            let source = address + "&application_name=standby"
            try run(
                "pg_basebackup",
                ["-D", data, "-d", source, "-R", "-X", "stream", "--no-slot", "-c", "fast"]
            )
        } else {
            let options = [
                "-U", "cashin", "-A", "trust", "-E", "UTF8", "--no-sync", "--wal-segsize",
                "\(segmentMegabytes)",
            ]
            try run("initdb", ["-D", data] + options)
            // For a server that listens on other addresses than these of this machine.
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: data + "/pg_hba.conf"))
            try file.seekToEnd()
            let rows = ["all", "replication"].map { "host \($0) all samenet trust\n" }
            try file.write(contentsOf: Data(rows.joined().utf8))
            try file.close()
        }
    }

    deinit { try? stop("immediate") }

    private var data: String { directory.file("data") }

    /// Where connections find it.
    package var address: String { address(of: "postgres") }

    /// Where connections find a database.
    package func address(of database: String) -> String {
        "postgresql:///\(database)?host=\(directory.path)&user=cashin"
    }

    /// Makes an empty database, and returns its address.
    ///
    /// - Parameter name: a lower-case identifier of SQL.
    package func makeDatabase(_ name: String) throws -> String {
        let connection = try PostgreSQLConnection(address, withinSeconds: 30)
        let creation = Query(fixed: "CREATE DATABASE \(name)", parameters: [])
        try connection.run([creation], withinSeconds: 60)
        return address(of: name)
    }

    /// Collects the statistics of a database's tables, as autovacuum does within a minute or so.
    ///
    /// - Parameter address: of the database.
    package func analyze(_ address: String) throws {
        let connection = try PostgreSQLConnection(address, withinSeconds: 30)
        try connection.run([Query("ANALYZE")], withinSeconds: 60)
    }

    /// The process whose children serve the connections.
    package func processID() throws -> pid_t {
        let lines = try String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
        guard let id = lines.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
            throw Failure(description: "postmaster.pid has no process id")
        }
        return id
    }

    /// The path of the socket.
    package var socket: String { directory.file(".s.PGSQL.\(Self.port)") }

    package func start() throws {
        try run("pg_ctl", ["start", "-w", "-D", data, "-l", log, "-o", options])
    }

    private var log: String { directory.file("log") }

    /// The newest lines of the server's log.
    package func newestLog(lines: Int) -> [String] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(lines).map { String($0) }
    }

    /// - Parameter mode: `fast`, or `immediate`, as after a crash.
    package func stop(_ mode: String = "fast") throws {
        try run("pg_ctl", ["stop", "-w", "-m", mode, "-D", data])
    }

    /// Makes a standby the primary.
    package func promote() throws { try run("pg_ctl", ["promote", "-w", "-D", data]) }

    /// Sends a signal to the server and to all of its processes.
    package func signal(_ number: CInt) throws {
        let id = try processID()
        let list = try? String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)
        let children = (list ?? "").split(separator: " ").compactMap { pid_t($0) }
        for process in [id] + children { _ = kill(process, number) }
    }

    /// What starts a program as a user that PostgreSQL accepts: not as the superuser.
    static var asServerUser: [String] {
        let user = geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--clear-groups"] : []
        return ["/usr/bin/env", "--chdir=/"] + user
    }

    /// Runs a program of PostgreSQL.
    private func run(_ program: String, _ arguments: [String]) throws {
        guard let programs = Self.programs else {
            throw Failure(description: "PostgreSQL is not installed")
        }
        let output = directory.file("output")
        let all = command + Self.asServerUser + [programs + program] + arguments
        let process = try spawn(all) { actions in
            actions.redirectInput()
            actions.redirectOutput(to: output)
        }
        guard waitForEnd(of: process).exitCode == 0 else {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            throw Failure(description: "\(program): \(text)")
        }
    }

    /// Lets the user of the server write to a directory.
    static func give(_ path: String) throws {
        guard geteuid() == 0 else { return }
        guard let user = getpwnam("postgres"), chown(path, user.pointee.pw_uid, 0) == 0 else {
            throw Failure(description: "the user postgres cannot be given \(path)")
        }
    }
}
