import Foundation
import Support
import Testing

/// Commands that take long show their progress on a terminal, on one line, and nothing in a pipe.
@Suite(.onSQLite, .blocking)
struct ProgressTests {
    private let workspace: Workspace
    private let commands: DatabaseCommands

    init() throws {
        workspace = try Workspace()
        commands = DatabaseCommands(workspace: workspace)
        let daemon = try Daemon(in: workspace)
        for _ in 0..<20 { #expect(try daemon.post(Callback()).code == "2005600") }
        #expect(try commands.backup().end == .exited(0))
        #expect(try daemon.stop() == .exited(0))
    }

    struct LongCommand: Codable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]

        /// What a terminal shows, among other things.
        let shown: [String]

        /// Whether the database is configured.
        var isConfigured = true
        var testDescription: String { arguments.isEmpty ? name : "\(name) \(arguments)" }
    }

    private static let commands = [
        LongCommand(name: "backup", arguments: ["--to", "other.db"], shown: ["copying: 100 %"]),
        LongCommand(
            name: "verify-backup",
            arguments: ["backup.db"],
            shown: ["checking the integrity", "counting"],
            isConfigured: false
        ),
        LongCommand(
            name: "restore",
            arguments: ["backup.db"],
            shown: ["checking the feed", "copying: 100 %", "comparing", "renaming"]
        ),
        LongCommand(
            name: "prune",
            arguments: ["--before", "2026-01-01"],
            shown: ["erasing"]
        ),
        LongCommand(
            name: "prune",
            arguments: ["--compact", "--before", "2026-01-01"],
            shown: ["erasing", "compacting the database"]
        ),
    ]

    private func arguments(_ command: LongCommand) -> [String] {
        let own = command.arguments.map { $0.hasSuffix(".db") ? workspace.directory + $0 : $0 }
        let options = ["--config", workspace.configurationFile]
        return [command.name] + own + (command.isConfigured ? options : [])
    }

    @Test(arguments: commands)
    func `a terminal shows the progress, replacing what it showed before`(
        command: LongCommand
    ) throws {
        let (end, shown) = try Terminal.run(Daemon.program, arguments(command))
        #expect(end == .exited(0), "\(shown)")
        for text in command.shown { #expect(shown.contains(text), "\(shown)") }
        // It is erased in the end, and what is told besides has a line of its own.
        let rest = shown.components(separatedBy: "\r\u{1B}[K").last ?? ""
        #expect(rest.isEmpty || rest.hasPrefix("The database has"), "\(shown)")
        #expect(shown.utf8.filter { $0 == 0x0A }.count <= 1, "\(shown)")
    }

    @Test(arguments: commands)
    func `a pipe shows none of it`(command: LongCommand) throws {
        let outcome = try ChildProcess.run(Daemon.program, arguments(command))
        #expect(outcome.end == .exited(0), "\(outcome.errors)")
        let told = outcome.errors.filter { !$0.hasPrefix("The database has") }
        #expect(told.isEmpty, "\(told)")
    }

    /// Only standard error counts: it is where progress goes.
    @Test func `prune shows its progress by the daemon, too`() throws {
        let daemon = try Daemon(in: workspace)
        try workspace.write(workspace.tokens["ops"] ?? "", to: "given.token", mode: 0o600)
        let (end, shown) = try Terminal.run(
            Daemon.program,
            [
                "prune", "--before", "2026-01-01", "--token-file",
                workspace.directory + "given.token", "--url", "http://\(daemon.internalEndpoint)",
            ]
        )
        #expect(end == .exited(0), "\(shown)")
        #expect(shown.contains("erasing"), "\(shown)")
        #expect(!shown.contains("\n"), "\(shown)")
    }
}
