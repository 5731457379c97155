import Foundation
import Glibc
import Support
import Testing

/// A restore that was killed between its renames: the database before has its other name, and the
/// finished copy waits beside it.
@Suite(.onSQLite, .blocking)
struct InterruptedRestoreTests {
    private let workspace: Workspace
    private let commands: DatabaseCommands

    /// What the files are called.
    private static let aside = "receiver.db.before-2026-11-28T10-00-00.000"

    /// One payment in the backup, two more beyond it, the last of them only in the WAL.
    init() throws {
        workspace = try Workspace()
        commands = DatabaseCommands(workspace: workspace)
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback("TRX-1", "PAY-1")).code == "2005600")
        #expect(try commands.backup().end == .exited(0))
        #expect(try daemon.post(Callback("TRX-2", "PAY-2")).code == "2005600")
        #expect(try daemon.post(Callback("TRX-3", "PAY-3")).code == "2005600")
        try daemon.kill()
    }

    private func path(_ name: String) -> String { workspace.directory + name }

    enum Moment: String, CaseIterable, Codable {
        /// The main file has its other name; the WAL has both.
        case afterMain
        /// The file system has no second names: the WAL has its old name only.
        case afterMainWithoutLinks
        /// Nothing of the database before is at its path.
        case afterWAL
        /// The index, the last sign of a database, is lost besides.
        case withoutSideFiles
    }

    private func interrupt(_ moment: Moment) throws {
        let files = FileManager.default
        let aside = path(Self.aside)
        try files.copyItem(atPath: path("backup.db"), toPath: workspace.database + ".restoring")
        if moment != .afterMainWithoutLinks {
            try files.linkItem(atPath: workspace.database + "-wal", toPath: aside + "-wal")
        }
        try files.moveItem(atPath: workspace.database, toPath: aside)
        let isMovedOn = moment == .afterWAL || moment == .withoutSideFiles
        for suffix in isMovedOn ? ["-wal", "-shm"] : [] {
            try files.removeItem(atPath: workspace.database + suffix)
        }
        for suffix in moment == .withoutSideFiles ? ["-lookup", "-lookup-wal", "-refused"] : [] {
            _ = unlink(workspace.database + suffix)
        }
    }

    @Test(arguments: Moment.allCases)
    func `serve names what it found, and what to run`(moment: Moment) throws {
        try interrupt(moment)
        let refused = try Daemon.launch(in: workspace)
        #expect(try refused.wait() == .exited(78))
        let told = refused.errors.all.joined()
        for name in [Self.aside, "receiver.db.restoring", "cashin-receiver restore"] {
            #expect(told.contains(name), "\(name) in \(told)")
        }
        let checked = try ChildProcess.run(
            Daemon.program,
            ["check-config", "--config", workspace.configurationFile]
        )
        #expect(checked.end == .exited(78))
        #expect(!workspace.exists("receiver.db"))
    }

    @Test(arguments: Moment.allCases)
    func `the second restore finds what the backup lacks`(moment: Moment) throws {
        try interrupt(moment)
        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        #expect(restore.output.contains { $0.contains("2 payments") }, "\(restore.output)")
        #expect(restore.output.contains { $0.hasSuffix(Self.aside) }, "\(restore.output)")
        let files = try commands.files
        #expect(!files.contains("receiver.db.restoring"))
        #expect(!files.contains("receiver.db-wal"))
        #expect(files.filter { $0.contains(".before-") && !$0.hasSuffix("-wal") } == [Self.aside])
        let kept = try commands.verify(Self.aside)
        #expect(kept.output.contains("transitions: 3"), "\(kept.output)\(kept.errors)")

        let daemon = try Daemon(in: workspace)
        #expect(try daemon.feed().count == 1)
        let entries = try daemon.attention("kind=unresolved-payment")
        #expect(Set(entries.compactMap { $0["partnerReferenceNo"].text }) == ["TRX-2", "TRX-3"])
        for entry in entries {
            #expect(entry["events"][0]["text"].text?.contains(Self.aside) == true)
        }
        #expect(try daemon.post(Callback("TRX-3", "PAY-3")).code == "2005600")
        #expect(try daemon.attention("kind=unresolved-payment").count == 1)
    }

    /// One that was set aside long ago is no part of what a restore has left unfinished.
    @Test func `the newest of several is compared with`() throws {
        try workspace.write("old", to: "receiver.db.before-2025-01-01T00-00-00.000")
        try interrupt(.afterWAL)
        let restore = try commands.restore()
        #expect(restore.output.contains { $0.contains("2 payments") }, "\(restore.output)")
        #expect(workspace.exists("receiver.db.before-2025-01-01T00-00-00.000"))
    }

    @Test func `a restore whose renames failed can be run again`() throws {
        // No file, which the restore could remove.
        _ = unlink(workspace.database + "-shm")
        #expect(mkdir(workspace.database + "-shm", 0o700) == 0)
        let failed = try commands.restore()
        #expect(failed.end == .exited(74))
        #expect(!workspace.exists("receiver.db"))
        #expect(rmdir(workspace.database + "-shm") == 0)
        #expect(try Daemon.launch(in: workspace).wait() == .exited(78))
        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        #expect(restore.output.contains { $0.contains("2 payments") }, "\(restore.output)")
        #expect(try Daemon(in: workspace).feed().count == 1)
    }
}
