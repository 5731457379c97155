import Foundation
import Support

/// A database with all kinds of rows, its files in two states, and what was acknowledged.
final class RotScene {
    typealias Files = [String: [UInt8]]

    let workspace: Workspace
    let settings: [String]

    /// The files after a stop, and after a kill.
    private(set) var stopped: Files = [:]
    private(set) var killed: Files = [:]

    /// The main database some commits before.
    private(set) var older: [UInt8] = []

    /// What a receiver shows of the undamaged files.
    private(set) var truth: RotReads?

    static let backup = "backup.db"

    init() throws {
        workspace = try Workspace(confirms: "never")
        let port = try FreePort.next()
        let gateway = try Gateway(
            for: workspace,
            notifyPort: port,
            options: ["--retry-seconds", "none"]
        )
        settings =
            ["reconcile.enabled=false", "storage.create=false"]
            + ["alerts=[{name:'ops',url:'http://127.0.0.1:9/',afterSeconds:0}]"]
            + gateway.settings
        let first = try Daemon(
            in: workspace,
            set: settings.filter { $0 != "storage.create=false" }
                + ["notify.listen=127.0.0.1:\(port)"]
        )
        var workload = try FaultWorkload()
        var problems = workload.run(on: first, gateway, endsWhenRefused: false) { _ in }
        if !workload.isDone { problems.append("not done: \(workload.lists)") }
        _ = try first.stop()
        older = try file("receiver.db")
        let second = try Daemon(in: workspace, set: settings)
        problems += try Self.addPayments(to: second)
        try second.kill()
        killed = try files()
        let third = try Daemon(in: workspace, set: settings)
        var reads = try RotReads(all: third)
        let changed = reads.removeChanges(try RotReads(third, as: reads, isLater: false))
        if changed > 2 { problems.append("\(changed) reads have the time in them") }
        if !reads.refused.isEmpty { problems.append("refused: \(reads.refused)") }
        truth = reads
        let backup = try DatabaseCommands(workspace: workspace).backup(to: Self.backup)
        if backup.end != .exited(0) { problems.append("backup: \(backup.errors)") }
        _ = try third.stop()
        stopped = try files()
        if !problems.isEmpty { throw Failure(problems: problems) }
    }

    struct Failure: Error { let problems: [String] }

    /// Payments with several amounts, statuses and sizes of bodies, and a consumer.
    private static func addPayments(to daemon: Daemon) throws -> [String] {
        var problems: [String] = []
        for number in 1...24 {
            let status = ["00", "02", "05", "06"][number % 4]
            let amount = "\(number * 1_000).00"
            let callback = try Callback("TRX-R\(number)", status: status, amount: amount).with {
                let note = String(repeating: "n", count: number % 6 == 0 ? 9_000 : number * 10)
                $0.body.others = ["\"note\":\"\(note)\""]
            }
            let code = try daemon.post(callback).code
            if code != "2005600" { problems.append("\(callback.merchant): \(code ?? "")") }
        }
        for _ in 0..<5 { _ = try daemon.post(Callback(key: TestKeys.shared().other)) }
        let body = #"{"position":3}"#
        let response = try daemon.call("PUT", "/v1/consumers/orders", body)
        if response.status != 201 { problems.append("consumer: \(response.text)") }
        return problems
    }

    private func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: workspace.directory + name)))
    }

    /// All files of the directory.
    private func files() throws -> Files {
        var files: Files = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: workspace.directory) {
            var isDirectory: ObjCBool = false
            let path = workspace.directory + name
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            if !isDirectory.boolValue { files[name] = try file(name) }
        }
        return files
    }

    /// Puts the directory back into the state of `files`.
    func restore(_ files: Files) throws {
        for name in try self.files().keys where files[name] == nil {
            try FileManager.default.removeItem(atPath: workspace.directory + name)
        }
        for (name, bytes) in files {
            let path = workspace.directory + name
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let isConfiguration = name.hasSuffix(".json5") || name == "cashin-public.pem"
            _ = chmod(path, isConfiguration ? 0o644 : 0o600)
        }
    }
}
