import Foundation
import Support

/// Work of the built receiver, with everything that it did to its disk and that it promised.
struct PowerCutScenario {
    let name: String

    /// The disk before the work.
    let initial: DiskModel
    let events: [DiskEvent]
    var rule: any PowerCutRule

    /// The callbacks of the work by X-EXTERNAL-ID.
    var callbacks: [String: Callback] = [:]

    /// Transactions that a receiver finds by their reference.
    var references: [String] = []
}

/// A receiver that is recorded, in a workspace of its own. Its properties are the parts of the
/// scene.
final class RecordedReceiver {
    let workspace: Workspace
    let gateway: Gateway
    let settings: [String]
    private(set) var callbacks: [String: Callback] = [:]
    private var initial: DiskModel
    private var recordFile: String
    private var fails: String?

    init() throws {
        workspace = try Workspace(confirms: "never")
        let port = try FreePort.next()
        gateway = try Gateway(
            for: workspace,
            notifyPort: port,
            options: ["--retry-seconds", "none"]
        )
        settings =
            ["notify.listen=127.0.0.1:\(port)", "reconcile.enabled=false"]
            + gateway.settings
        recordFile = Self.newFile()
        initial = try DiskModel(directory: workspace.directory)
    }

    deinit { unlink(recordFile) }

    private static func newFile() -> String {
        FileManager.default.temporaryDirectory.path + "/cr-\(Unique.text("disk"))"
    }

    /// Ends the present record, and begins another one with the files as they are.
    func restartRecord() throws {
        unlink(recordFile)
        recordFile = Self.newFile()
        initial = try DiskModel(directory: workspace.directory)
    }

    private var environment: [String: String] {
        var all = [
            "LD_PRELOAD": Daemon.testsDirectory + "libDiskRecord.so",
            "DISK_RECORD_DIRECTORY": workspace.directory,
            "DISK_RECORD_FILE": recordFile,
        ]
        all["DISK_RECORD_FAILS"] = fails
        return all
    }

    /// Starts the receiver.
    ///
    /// - Parameter fails: `DISK_RECORD_FAILS` of the library.
    func start(fails: String? = nil) throws -> Daemon {
        self.fails = fails
        return try Daemon(in: workspace, set: settings, environment: environment)
    }

    var commands: DatabaseCommands {
        DatabaseCommands(workspace: workspace, set: settings, environment: environment)
    }

    func note(_ text: String) throws { try DiskRecord.note(text, in: recordFile) }

    /// Makes a callback that the check can deliver again.
    func callback(_ reference: String) throws -> Callback {
        let callback = try Callback(reference)
        add(callback)
        return callback
    }

    func add(_ callback: Callback) { callbacks[callback.externalID] = callback }

    /// What was recorded.
    func scenario(_ name: String, _ rule: any PowerCutRule) throws -> PowerCutScenario {
        let record = try DiskRecord(file: recordFile)
        return PowerCutScenario(
            name: name,
            initial: initial,
            events: record.events,
            rule: rule,
            callbacks: callbacks
        )
    }
}

extension RecordedReceiver {
    /// The creation of a database, commits of all kinds, checkpoints, a prune, a backup, and three
    /// starts, of which two end as in a crash.
    func runLife() throws -> PowerCutScenario {
        var daemon = try start()
        var workload = try FaultWorkload()
        var problems = workload.run(on: daemon, gateway, endsWhenRefused: false) { _ in
            _ = try? daemon.get("/v1/transitions?after=0&limit=1000")
        }
        if !workload.isDone { problems.append("refused: \(workload.lists)") }
        for callback in workload.kept { add(callback) }
        try note(PowerCutNote.backupBegins)
        let backup = try commands.backup()
        if backup.end != .exited(0) { problems.append("backup: \(backup)") }
        try note(PowerCutNote.backupDone)
        let shared = try (1...16).map { try callback("TRX-S\($0)") }
        let running = daemon
        let codes = Concurrent.map(count: shared.count) { try? running.post(shared[$0]).code }
        if codes.contains(where: { $0 != "2005600" }) { problems.append("refused: \(codes)") }
        try daemon.kill()
        for ends in [true, false] {
            daemon = try start()
            for number in 1...3 {
                let code = try daemon.post(callback("TRX-\(ends)-\(number)")).code
                if code != "2005600" { problems.append("refused: \(code ?? "")") }
                _ = try daemon.get("/v1/transitions?after=0&limit=1000")
            }
            if ends { _ = try daemon.stop() } else { try daemon.kill() }
        }
        if !problems.isEmpty { throw PowerCutFailure(problems: problems) }
        return try scenario("life", LifeRule())
    }

    /// A restore over the database that ``runLife()`` has left, a new feed, and a compaction, each
    /// followed by a receiver that is killed.
    func runRestore() throws -> PowerCutScenario {
        try restartRecord()
        let rule = try RestoreRule(workspace.directory)
        for (note, command) in [
            (PowerCutNote.restored, { try self.commands.restore() }),
            ("a new feed", { try self.commands.newFeed() }),
            ("compacted", { try self.commands.compact(before: "2026-01-01") }),
        ] {
            let outcome = try command()
            guard outcome.end == .exited(0) else {
                throw PowerCutFailure(problems: ["\(note): \(outcome)"])
            }
            try self.note(note)
            let daemon = try start()
            for number in 1...2 { _ = try daemon.post(callback("TRX \(note) \(number)")) }
            _ = try daemon.get("/v1/transitions?after=0&limit=1000")
            try daemon.kill()
        }
        return try scenario("restore", rule)
    }

    /// A database of the oldest version that can be migrated.
    func runMigration() throws -> PowerCutScenario {
        try workspace.makeDatabase(of: "database-11.sql")
        try restartRecord()
        let content = try PowerCutContent(workspace.database)
        let daemon = try start()
        for number in 1...3 { _ = try daemon.post(callback("TRX-N\(number)")) }
        _ = try daemon.get("/v1/transitions?after=0&limit=1000")
        _ = try daemon.stop()
        return try scenario("migration", LifeRule(before: content))
    }

    /// The creation of a database, one callback, and the stop.
    func runFirstStart() throws -> PowerCutScenario {
        let daemon = try start()
        _ = try daemon.post(callback("TRX-1"))
        _ = try daemon.stop()
        return try scenario("first start", LifeRule())
    }

    /// The reference index, made again from the database and written in batches.
    func runIndex() throws -> PowerCutScenario {
        let before = try Daemon(in: workspace, set: settings)
        _ = try before.post(callback("TRX-1"))
        _ = try before.stop()
        try PaymentCopies.add(to: workspace.database)
        for suffix in ["", "-wal", "-shm"] { unlink(workspace.database + "-lookup" + suffix) }
        try restartRecord()
        let daemon = try start()
        for number in 1...2 { _ = try daemon.post(callback("TRX-N\(number)")) }
        _ = try daemon.stop()
        var scenario = try scenario("index", LifeRule())
        scenario.references = [2, PaymentCopies.count / 2, PaymentCopies.count]
            .map(PaymentCopies.reference)
        return scenario
    }

    /// A checkpoint whose sync fails, and a stop and a start after it.
    func runFailedCheckpoint() throws -> PowerCutScenario {
        var daemon = try start(fails: "receiver.db 2 2")
        for index in 1...40 {
            let text = String(repeating: "x", count: 50_000)
            let large = try callback("TRX-L\(index)").with {
                $0.body.others = ["\"note\":\"\(text)\""]
            }
            add(large)
            let code = try daemon.post(large).code
            if code != "2005600" { throw PowerCutFailure(problems: ["\(code ?? "none")"]) }
        }
        _ = try daemon.stop()
        daemon = try start()
        for index in 1...3 { _ = try daemon.post(callback("TRX-LATER-\(index)")) }
        _ = try daemon.get("/v1/transitions?after=0&limit=1000")
        try daemon.kill()
        return try scenario("failed checkpoint", LifeRule())
    }

    /// A sync of the WAL that fails, as Linux has it fail, and commits after it.
    ///
    /// - Parameter isKilled: whether these are in the next process.
    func runFailedSync(_ number: Int, isKilled: Bool) throws -> PowerCutScenario {
        var daemon = try start(fails: "receiver.db-wal \(number) 1")
        var code: String?
        for index in 1...number where code == nil || code == "2005600" {
            code = try daemon.post(callback("TRX-\(index)")).code
        }
        if code != "5005601" { throw PowerCutFailure(problems: ["no sync failed: \(code ?? "")"]) }
        if isKilled {
            try daemon.kill()
            daemon = try start()
        }
        for index in 1...5 {
            let code = try daemon.post(callback("TRX-LATER-\(index)")).code
            if code != "2005600" { throw PowerCutFailure(problems: ["\(code ?? "none")"]) }
        }
        _ = try daemon.get("/v1/transitions?after=0&limit=1000")
        try daemon.kill()
        let name = "failed sync \(number)" + (isKilled ? ", killed" : "")
        return try scenario(name, LifeRule())
    }
}

/// Work that did not go as it should without a power cut.
struct PowerCutFailure: Error {
    let problems: [String]
}

/// Notes of the test in a record.
enum PowerCutNote {
    static let backupBegins = "a backup begins"
    static let backupDone = "a backup is done"
    static let restored = "restored"
}
