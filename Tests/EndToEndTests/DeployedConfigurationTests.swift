import Foundation
import Glibc
import Support
import Testing

/// The commands about database files with the configuration of `deploy/`, run from a shell; its
/// database is in a directory of the test, or in that of a variable that only a service manager
/// sets.
@Suite(.onSQLite, .blocking)
struct DeployedConfigurationTests {
    private let workspace: Workspace

    private static let database = "\"/var/lib/cashin-receiver/receiver.db\""

    /// A database with one payment, and `deploy/config.json5` beside it.
    init() throws {
        workspace = try Workspace()
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/deploy/config.json5", encoding: .utf8)
        #expect(text.contains(Self.database))
        try workspace.write(text, to: "shipped.json5")
        let variable = "\"${STATE_DIRECTORY}/receiver.db\""
        try workspace.write(text.replacing(Self.database, with: variable), to: "deployed.json5")
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.stop() == .exited(0))
    }

    private var backup: String { workspace.directory + "backup.db" }
    private var commands: [[String]] {
        [
            ["backup", "--to", backup], ["restore", backup], ["new-feed"],
            ["prune", "--before", "2026-01-01"],
        ]
    }

    private func run(
        _ command: [String],
        _ options: [String] = [],
        configuration: String = "deployed.json5",
        environment: [String: String] = [:]
    ) throws -> DatabaseCommands.Outcome {
        let file = ["--config", workspace.directory + configuration]
        return try ChildProcess.run(
            Daemon.program,
            command + file + options,
            environment: environment
        )
    }

    @Test func `with the path of the database on the command line they work`() throws {
        for command in commands {
            let outcome = try run(
                command,
                ["--set", "storage.database=\(workspace.database)"],
                configuration: "shipped.json5"
            )
            #expect(outcome.end == .exited(0), "\(command): \(outcome.errors)")
        }
        #expect(try Daemon(in: workspace).feed().count == 1)
    }

    @Test func `with a variable in the path they work`() throws {
        let directory = String(workspace.directory.dropLast())
        for command in commands {
            let outcome = try run(command, environment: ["STATE_DIRECTORY": directory])
            #expect(outcome.end == .exited(0), "\(command): \(outcome.errors)")
        }
        #expect(try Daemon(in: workspace).feed().count == 1)
    }

    @Test func `without either they say which variable is missing`() throws {
        for command in commands {
            let outcome = try run(command)
            #expect(outcome.end == .exited(78), "\(command)")
            #expect(outcome.errors.count == 1, "\(outcome.errors)")
            #expect(outcome.errors.first?.contains("storage.database: ") == true)
            #expect(outcome.errors.first?.contains("STATE_DIRECTORY") == true)
        }
    }

    @Test func `only a wrong key of storage, or a section that is none, stops them`() throws {
        try workspace.write(
            "{ notify: { listen: 5, publicUrl: 1 }, storage: { database: \"receiver.db\" } }",
            to: "deployed.json5"
        )
        #expect(try run(["backup", "--to", backup]).end == .exited(0))
        #expect(try run(["restore", backup]).end == .exited(0))
        for text in ["{ storage: { databse: \"receiver.db\" } }", "{ storge: {} }"] {
            try workspace.write(text, to: "deployed.json5")
            let outcome = try run(["restore", backup])
            #expect(outcome.end == .exited(78), "\(text)")
            #expect(outcome.errors.first?.contains("is unknown") == true)
        }
    }

    /// The configuration decides about queries, with keys and all.
    @Test func `a restore schedules queries as the deployed configuration has it`() throws {
        let path = workspace.directory + "deployed.json5"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try run(["backup", "--to", backup], environment: state).end == .exited(0))
        let receiving = try run(["restore", backup], environment: state)
        #expect(receiving.output.contains { $0.contains("No queries can be sent") })
        try workspace.write(
            text.replacing("merchantId: \"\"", with: "merchantId: \"MCH1\""),
            to: "deployed.json5"
        )
        let calling = try run(["restore", backup], environment: state)
        #expect(calling.output.contains { $0.hasPrefix("Queried when the daemon starts: 0") })
    }

    private var state: [String: String] {
        ["STATE_DIRECTORY": String(workspace.directory.dropLast())]
    }
}
