import Foundation
import Glibc
import Support
import Testing

/// A `-shm` or `-wal` that the daemon's user cannot use.
@Suite(
    .onSQLite,
    .blocking,
    .enabled(if: ProcessUser.canBeChanged, "only root can change the user")
)
struct UnusableWALTests {
    private let workspace: Workspace

    /// A database of the user `nobody` with one payment, whose WAL is there still.
    init() throws {
        workspace = try Workspace()
        try workspace.giveToNobody()
        let daemon = try Daemon(in: workspace, as: .nobody)
        #expect(try daemon.post(Callback()).code == "2005600")
        try daemon.kill()
    }

    private func path(_ suffix: String) -> String { workspace.database + suffix }

    /// Replaces the shared memory by what the daemon cannot use.
    private func spoilSharedMemory(_ kind: Kind) {
        #expect(unlink(path("-shm")) == 0)
        switch kind {
        case .readable: close(open(path("-shm"), O_CREAT | O_RDWR, 0o644))
        case .unreadable: close(open(path("-shm"), O_CREAT | O_RDWR, 0o600))
        case .directory: #expect(mkdir(path("-shm"), 0o700) == 0)
        }
    }

    enum Kind: String, CaseIterable, Codable { case readable, unreadable, directory }

    private func expectWarning(_ daemon: Daemon) {
        let isWarning = { (line: String) in
            line.contains("level=warning") && line.contains("file=\(path("-shm")) ")
        }
        #expect(daemon.logs(isWarning), "\(daemon.log)")
        #expect(workspace.exists("receiver.db-shm.damaged"))
    }

    @Test(arguments: Kind.allCases)
    func `shared memory that cannot be used is made again at the start`(kind: Kind) throws {
        spoilSharedMemory(kind)
        let daemon = try Daemon(in: workspace, as: .nobody)
        expectWarning(daemon)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.feed().count == 2)
        #expect(try daemon.stop() == .exited(0))
        #expect(try Daemon(in: workspace, as: .nobody).feed().count == 2)
    }

    @Test(arguments: Kind.allCases)
    func `shared memory that cannot be used is made again while serving`(kind: Kind) throws {
        let daemon = try Daemon(in: workspace, as: .nobody)
        #expect(try daemon.feed().count == 1)
        spoilSharedMemory(kind)
        for count in 2...4 {
            #expect(try daemon.post(Callback()).code == "2005600")
            #expect(try daemon.feed().count == count)
        }
        // SQLite removes a file at this name when it closes the database.
        if kind == .directory { expectWarning(daemon) }
        #expect(try daemon.get("/readyz", as: nil).status == 200)
    }

    /// Another process would go on with the removed one, and its reads with it.
    @Test func `shared memory is not made again while another process uses the database`() throws {
        spoilSharedMemory(.readable)
        let raw = open(workspace.database, O_RDONLY | O_CLOEXEC)
        defer { close(raw) }
        // As SQLite marks a connection that reads: the shared range of its lock bytes.
        var request = flock(
            l_type: Int16(F_RDLCK),
            l_whence: Int16(SEEK_SET),
            l_start: 0x4000_0002,
            l_len: 510,
            l_pid: 0
        )
        #expect(fcntl(raw, F_SETLK, &request) == 0)
        let process = try Daemon.launch(in: workspace, as: .nobody)
        #expect(try process.wait() == .exited(74))
        let own = ProcessInfo.processInfo.processIdentifier
        let told = process.errors.all.contains {
            $0.contains(path("-shm")) && $0.contains("process \(own)")
        }
        #expect(told, "\(process.errors.all)")
        #expect(workspace.exists("receiver.db-shm"))
    }

    @Test(arguments: ["-lookup", "-refused"])
    func `a side file of another user is set aside, with a warning`(suffix: String) throws {
        #expect(unlink(path(suffix + "-wal")) == 0)
        #expect(chown(path(suffix), 0, 0) == 0)
        #expect(chmod(path(suffix), 0o600) == 0)
        let daemon = try Daemon(in: workspace, as: .nobody)
        let isWarning = { (line: String) in
            line.contains("level=warning") && line.contains("file=\(path(suffix)) ")
        }
        #expect(daemon.logs(isWarning), "\(daemon.log)")
        #expect(workspace.exists("receiver.db\(suffix).damaged"))
        let forged = try Callback(key: workspace.keys.other)
        #expect(try daemon.post(forged).code == "4015600")
        #expect(try daemon.callbacks("outcome=refused").count == 1)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.feed().count == 2)
    }

    @Test(arguments: [0o600, 0o644])
    func `a WAL that cannot be used is named, and stays`(mode: Int) throws {
        #expect(chown(path("-wal"), 0, 0) == 0)
        #expect(chmod(path("-wal"), mode_t(mode)) == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path("-wal")))
        let process = try Daemon.launch(in: workspace, as: .nobody)
        #expect(try process.wait() == .exited(74))
        let told = process.errors.all.contains {
            $0.contains(path("-wal")) && $0.contains("newest commits")
        }
        #expect(told, "\(process.errors.all)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("-wal"))) == bytes)
        #expect(chown(path("-wal"), ProcessUser.nobodyID, ProcessUser.nobodyID) == 0)
        #expect(try Daemon(in: workspace, as: .nobody).feed().count == 1)
    }

    @Test func `a WAL that cannot be used while serving is named, and can be removed`() throws {
        let daemon = try Daemon(in: workspace, as: .nobody)
        #expect(try daemon.feed().count == 1)
        #expect(unlink(path("-wal")) == 0)
        #expect(mkdir(path("-wal"), 0o700) == 0)
        // Saved in the database file; the WAL is opened again for the next one.
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.post(Callback()).code == "5005601")
        #expect(daemon.logs { $0.contains("level=error") && $0.contains(path("-wal")) })
        #expect(try daemon.get("/readyz", as: nil).status == 503)
        #expect(rmdir(path("-wal")) == 0)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.feed().count == 3)
        #expect(try daemon.get("/readyz", as: nil).status == 200)
    }
}
