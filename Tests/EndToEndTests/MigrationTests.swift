import Support
import Testing

/// An upgrade: the database of an older version under the built program.
@Suite(.onSQLite, .blocking)
struct MigrationTests {
    private let workspace: Workspace

    init() throws {
        workspace = try Workspace()
        try workspace.makeDatabase(of: "database-11.sql")
    }

    @Test func `a start migrates the database, and what was in it is served`() throws {
        let daemon = try Daemon(in: workspace)
        #expect(daemon.logs { $0.contains("migrated the database") && $0.contains("=11") })
        let page = try daemon.get("/v1/transitions?after=0&feed=\(Self.feed)").json
        #expect(page["head"].integer == 17)
        let transitions = try daemon.feed()
        #expect(transitions.map { $0["sequence"].integer } == Array(1...17))
        #expect(transitions.last?["partnerReferenceNo"].text == "TRX-6")
        #expect(try daemon.get("/v1/consumers/orders").json["position"].integer == 3)
        #expect(try daemon.get("/v1/callbacks").json["callbacks"].items.count == 7)
    }

    @Test func `a database of 0_2_0 is migrated and served`() throws {
        let other = try Workspace()
        try other.makeDatabase(of: "database-12.sql")
        let daemon = try Daemon(in: other)
        #expect(daemon.logs { $0.contains("migrated the database") && $0.contains("=12") })
        #expect(try daemon.feed().count == 14)
        // The reconciler may open more, for what the gateway has not answered since.
        let entries = try daemon.get("/v1/attention?state=resolved").json["attention"].items
        let kinds = entries.map { $0["kind"].text }
        #expect(kinds.contains("amount-mismatch") && kinds.contains("late-success"))
    }

    /// The feed id of the fixture.
    static let feed = "460dfa03ae0592bd9f7c7b3f01e07cb1"

    @Test func `a backup of the older version is checked and restored`() throws {
        let commands = DatabaseCommands(workspace: workspace)
        let backup = try commands.backup()
        #expect(backup.end == .exited(0), "\(backup.errors)")
        let check = try commands.verify()
        #expect(check.end == .exited(0), "\(check.errors)")
        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.feed().count == 17)
        #expect(try daemon.stop() == .exited(0))
        #expect(!daemon.log.contains { $0.contains("migrated") }, "the restore has migrated it")
    }

    @Test func `a database of a newer version is refused and unchanged`() throws {
        try workspace.runSQL("PRAGMA user_version = 1000")
        let start = try ChildProcess.run(
            Daemon.program,
            ["serve", "--config", workspace.configurationFile]
        )
        #expect(start.end == .exited(78))
        #expect(start.errors.contains { $0.contains("version 1000 is newer than this program's") })
        #expect(try workspace.runSQL("PRAGMA user_version") == ["1000"])
    }
}
