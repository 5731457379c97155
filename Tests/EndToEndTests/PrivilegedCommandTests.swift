import Foundation
import Glibc
import Support
import Testing

/// Commands that root runs on the database of a daemon without privileges.
@Suite(
    .onSQLite,
    .blocking,
    .enabled(if: ProcessUser.canBeChanged, "only root can change the user")
)
struct PrivilegedCommandTests {
    private let workspace: Workspace
    private let commands: DatabaseCommands

    /// A database of the user `nobody` with one payment, a backup of it, and no `.lock`.
    init() throws {
        workspace = try Workspace()
        commands = DatabaseCommands(workspace: workspace)
        try workspace.giveToNobody()
        let daemon = try Daemon(in: workspace, as: .nobody)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try commands.backup().end == .exited(0))
        #expect(try daemon.stop() == .exited(0))
        #expect(unlink(workspace.database + ".lock") == 0)
    }

    enum Command: String, CaseIterable, Codable {
        case restore, restoreWhereNoneIs, newFeed, prune, serve
    }

    @Test(arguments: Command.allCases)
    func `what root makes beside the database belongs to the database's user`(
        command: Command
    ) throws {
        let outcome: DatabaseCommands.Outcome
        switch command {
        case .restore: outcome = try commands.restore()
        case .restoreWhereNoneIs:
            for suffix in ["", "-lookup", "-refused"] {
                #expect(unlink(workspace.database + suffix) == 0)
            }
            outcome = try commands.restore()
        case .newFeed: outcome = try commands.newFeed()
        case .prune:
            for suffix in ["-lookup", "-refused"] {
                #expect(unlink(workspace.database + suffix) == 0)
            }
            outcome = try commands.prune(before: "2026-01-01")
        case .serve:
            for suffix in ["", "-lookup", "-refused", "-reserve"] {
                _ = unlink(workspace.database + suffix)
            }
            let daemon = try Daemon(in: workspace)
            #expect(try daemon.post(Callback()).code == "2005600")
            outcome = (try daemon.stop(), [], [])
        }
        #expect(outcome.end == .exited(0), "\(outcome.errors)")
        #expect(try workspace.filesOfOthers == ["backup.db"])
        let again = try Daemon(in: workspace, as: .nobody)
        #expect(try again.post(Callback()).code == "2005600")
        #expect(try again.feed().count == 2)
        #expect(!again.log.contains { $0.contains("was unusable") }, "\(again.log)")
    }

    enum LockFile: String, CaseIterable, Codable {
        case ofRoot, directory, link, pipe

        func make(_ path: String) {
            switch self {
            case .ofRoot: close(open(path, O_CREAT | O_RDWR, 0o600))
            case .directory: mkdir(path, 0o700)
            case .link: symlink("/nowhere/file", path)
            case .pipe: mkfifo(path, 0o600)
            }
        }
    }

    /// Contract section 1.8: nothing but the main database is needed to start.
    @Test(arguments: LockFile.allCases)
    func `a lock file that cannot be used is set aside, with a warning`(file: LockFile) throws {
        let path = workspace.database + ".lock"
        file.make(path)
        let daemon = try Daemon(in: workspace, as: .nobody)
        #expect(daemon.logs { $0.contains("level=warning") && $0.contains("file=\(path) ") })
        #expect(workspace.exists("receiver.db.lock.damaged") || file == .link)
        #expect(try daemon.post(Callback()).code == "2005600")
        // It is a lock again.
        let refused = try commands.restore()
        #expect(refused.end == .exited(69), "\(refused.errors)")
        #expect(refused.errors.first?.contains("process \(daemon.process.id)") == true)
    }

    @Test func `commands tell that they have set a lock file aside`() throws {
        let path = workspace.database + ".lock"
        for run in [{ try commands.newFeed() }, { try commands.prune(before: "2026-01-01") }] {
            _ = unlink(path)
            LockFile.directory.make(path)
            let outcome = try run()
            #expect(outcome.end == .exited(0))
            #expect(outcome.errors.count == 1)
            #expect(outcome.errors.first?.hasPrefix("\(path) was unusable") == true)
        }
    }

    @Test func `while the database is in use, its lock file is left where it is`() throws {
        let daemon = try Daemon(in: workspace, as: .nobody)
        let path = workspace.database + ".lock"
        #expect(unlink(path) == 0)
        LockFile.directory.make(path)
        let second = try Daemon.launch(in: workspace, as: .nobody)
        #expect(try second.wait() == .exited(69))
        #expect(try commands.newFeed().end == .exited(69))
        #expect(!workspace.exists("receiver.db.lock.damaged"))
        #expect(try daemon.post(Callback()).code == "2005600")
    }

    @Test func `a lock file that cannot be moved away is named, with what to do`() throws {
        let path = workspace.database + ".lock"
        LockFile.ofRoot.make(path)
        // Only the owner of a file can rename it in such a directory.
        #expect(chown(workspace.directory, 0, 0) == 0)
        #expect(chmod(workspace.directory, 0o1777) == 0)
        let refused = try Daemon.launch(in: workspace, as: .nobody)
        #expect(try refused.wait() == .exited(74))
        let told = refused.errors.first { $0.contains(path) && $0.contains("remove it") }
        #expect(told != nil, "\(refused.errors.all)")
    }
}
