import Foundation
import Support
import Testing

/// Never a silently new database where one was (contract section 3).
@Suite(.onSQLite, .blocking)
struct AbsentDatabaseTests {
    /// Runs a command on the workspace's configuration until it ends.
    private static func run(
        _ command: String,
        _ workspace: Workspace,
        set: [String] = []
    ) throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        try ChildProcess.run(
            Daemon.program,
            [command, "--config", workspace.configurationFile] + set.flatMap { ["--set", $0] }
        )
    }

    /// Every file of the workspace whose name begins with the database's.
    private static func files(_ workspace: Workspace) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: workspace.directory)
        where name.hasPrefix("receiver.db") && !name.hasSuffix(".lock") {
            files[name] = FileManager.default.contents(atPath: workspace.directory + name)
        }
        return files
    }

    @Test(arguments: ["serve", "check-config"])
    func `without create, a database that is not there is not made`(command: String) throws {
        let workspace = try Workspace()
        let result = try Self.run(command, workspace, set: ["storage.create=false"])
        #expect(result.end == .exited(78))
        #expect(result.errors.contains { $0.contains("receiver.db is missing or empty") })
        #expect(result.errors.contains { $0.contains("storage.create") })
        #expect(try Self.files(workspace).isEmpty)
    }

    @Test func `without create, a database that is there is served`() throws {
        let workspace = try Workspace()
        let callback = try Callback()
        let first = try Daemon(in: workspace)
        #expect(try first.post(callback).code == "2005600")
        #expect(try first.stop() == .exited(0))
        let second = try Daemon(in: workspace, set: ["storage.create=false"])
        #expect(try second.feed().map { $0["partnerReferenceNo"].text } == [callback.merchant])
        #expect(!second.log.contains { $0.contains("new database") })
    }

    @Test(arguments: ["serve", "check-config"], ["removed", "emptied"])
    func `beside the files of a database none is made`(command: String, state: String) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        let forged = try Callback(key: workspace.keys.other)
        #expect(try daemon.post(forged).code == "4015600")
        #expect(try !daemon.callbacks("outcome=refused").isEmpty)
        // Killed: the WAL and the index stay behind.
        try daemon.kill()
        try FileManager.default.removeItem(atPath: workspace.database)
        if state == "emptied" { try workspace.write("", to: "receiver.db") }
        let before = try Self.files(workspace)
        for suffix in ["-wal", "-lookup", "-refused"] {
            #expect(before["receiver.db" + suffix] != nil, "\(suffix)")
        }
        let result = try Self.run(command, workspace)
        #expect(result.end == .exited(78))
        for suffix in ["-wal", "-lookup", "-refused"] {
            let name = workspace.database + suffix
            #expect(result.errors.contains { $0.contains(name) }, "\(suffix) is named")
        }
        #expect(try Self.files(workspace) == before)
    }

    @Test func `check-config finds a database that is none, and not one that is served`() throws {
        let workspace = try Workspace()
        try workspace.write("This is no database.", to: "other.db")
        let result = try Self.run("check-config", workspace, set: ["storage.database=other.db"])
        #expect(result.end == .exited(78))
        #expect(result.errors.contains { $0.contains("storage.database: ") })
        #expect(result.errors.contains { $0.contains("is not an SQLite database") })
        let daemon = try Daemon(in: workspace)
        #expect(try Self.run("check-config", workspace).end == .exited(0))
        #expect(try daemon.post(Callback()).code == "2005600")
    }

    @Test func `a new database says so, and all its files are the owner's alone`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(daemon.logs { $0.contains("level=warning") && $0.contains("new database") })
        #expect(daemon.logs { $0.contains("sqlite=3.") })
        #expect(try daemon.post(Callback(key: workspace.keys.other)).code == "4015600")
        #expect(try daemon.post(Callback()).code == "2005600")
        for suffix in ["", "-wal", "-shm", "-lookup", "-refused", "-refused-wal", ".lock"] {
            let path = workspace.database + suffix
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600, "\(suffix)")
        }
    }
}
