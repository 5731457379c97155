import Foundation
import Testing

/// The commands about database files, run as an operator does.
struct DatabaseCommands {
    let workspace: Workspace

    /// Options that the daemon has, too.
    var set: [String] = []

    /// Of each command, besides the usual one.
    var environment: [String: String] = [:]

    /// The receiver whose commands they are.
    var program = Daemon.program

    /// What a command left behind.
    typealias Outcome = (end: ChildProcess.End, output: [String], errors: [String])

    func backup(to name: String = "backup.db") throws -> Outcome {
        try run(["backup", "--to", workspace.directory + name])
    }

    func restore(_ name: String = "backup.db") throws -> Outcome {
        try run(["restore", workspace.directory + name])
    }

    func verify(_ name: String = "backup.db") throws -> Outcome {
        try ChildProcess.run(program, ["verify-backup", workspace.directory + name])
    }

    func newFeed() throws -> Outcome { try run(["new-feed"]) }

    /// Rewrites the database without its free pages, while no daemon runs.
    func compact(before day: String) throws -> Outcome {
        try run(["prune", "--before", day, "--compact"])
    }

    func prune(before day: String) throws -> Outcome {
        let options = ["--config", workspace.configurationFile]
        return try ChildProcess.run(program, ["prune", "--before", day] + options)
    }

    private func run(_ arguments: [String]) throws -> Outcome {
        let options = ["--config", workspace.configurationFile] + set.flatMap { ["--set", $0] }
        return try ChildProcess.run(
            program,
            arguments + options,
            environment: environment
        )
    }

    /// The files in the workspace's directory.
    var files: Set<String> {
        get throws {
            Set(try FileManager.default.contentsOfDirectory(atPath: workspace.directory))
        }
    }

    /// The name of the database that was set aside.
    var setAside: String? {
        get throws {
            try files.first { $0.contains(".before-") && !$0.hasSuffix("-wal") }
        }
    }
}

extension JSON {
    /// What a list of transitions holds of each success, in order.
    var successfulReference: String? {
        self["to"].text == "success" ? self["partnerReferenceNo"].text : nil
    }
}
