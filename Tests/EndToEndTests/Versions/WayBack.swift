import Foundation
import Glibc
import SQLite
import Support

/// The way back to the older version (deploy/OPERATING.md): it refuses the migrated database and
/// changes nothing, a backup from before the upgrade brings it back, and a list that the newer
/// version has exported names what was received meanwhile.
///
/// Without an older program the newest one takes its place, and the database gets the version after
/// its own.
struct WayBack {
    /// The backup from before the upgrade.
    static let backup = "before.db"

    /// What the newer version exports before it is left.
    private static let list = "since.csv"

    /// Payments that only the newer version has received, and that the gateway knows.
    private static let paid = ["TRX-BACK-1", "TRX-BACK-2"]

    private let scene: VersionScene

    init(_ scene: VersionScene) { self.scene = scene }

    private static let check = "the way back"

    private func fail(_ text: String) { scene.findings.add(text, by: Self.check) }

    /// What is done while the newer version still serves.
    static func prepare(_ scene: VersionScene, _ daemon: Daemon) throws {
        for reference in paid {
            let generated = try daemon.generate(reference)
            let payment = try scene.gateway.pay(reference)
            if generated.status != 201 || payment.status != 200 {
                scene.findings.add("\(generated.text), \(payment.text)", by: check)
            }
        }
        let exported = try scene.run(
            .newest,
            [
                "export", "--what", "payments", "--by", "updated", "--from", scene.since, "--out",
                scene.workspace.directory + list,
            ] + scene.apiOptions
        )
        if exported.end != .exited(0) { scene.findings.add("\(exported)", by: check) }
    }

    /// - Parameter acknowledged: the callbacks that were acknowledged before the newer version was
    ///   stopped.
    func run(acknowledged: [Callback]) throws {
        // Killed, so that the WAL has commits that a program would checkpoint when it closes.
        let daemon = try scene.start(.newest)
        _ = try daemon.post(Callback())
        try daemon.kill()
        let newest = try scene.readCopy { try DatabaseRows($0) }
        if scene.isOlderStandIn { try setVersion(newest.version + 1) }
        let present = try scene.readCopy { try DatabaseRows($0) }
        try checkRefusals(present.version)
        try restore(present)
        try serve(acknowledged)
    }

    /// Sets the schema version as a newer program does; the change stays in the WAL.
    private func setVersion(_ version: Int) throws {
        let bytes = try {
            let connection = try Connection(path: scene.workspace.database, mode: .readWrite)
            try connection.execute("PRAGMA user_version = \(version)")
            return try scene.databaseBytes()
        }()
        unlink(scene.workspace.database + "-shm")
        for (name, data) in bytes {
            try data.write(to: URL(fileURLWithPath: scene.workspace.directory + name))
        }
    }

    /// The older version names both versions and what to do, and changes no byte.
    private func checkRefusals(_ version: Int) throws {
        let configuration = ["--config", scene.workspace.configurationFile]
        var commands = [
            ["serve"], ["check-config"], ["backup", "--to", scene.workspace.directory + "no.db"],
        ]
        // Version 0.2.0 checkpoints the WAL before it refuses these.
        if scene.isOlderStandIn {
            commands += [["new-feed"], ["prune", "--before", "2026-01-01"]]
        }
        let bytes = try scene.databaseBytes()
        if bytes["receiver.db-wal"]?.isEmpty != false { fail("a killed receiver leaves no WAL") }
        for command in commands {
            let refused = try scene.run(.older, command + configuration)
            let text = (refused.errors + refused.output).joined(separator: "\n")
            let isExplained =
                text.contains("its schema version \(version) is newer than this program's ")
                && text.contains("restore a backup from before the upgrade")
            if refused.end == .exited(0) || !isExplained { fail("\(command): \(refused)") }
            if try scene.databaseBytes() != bytes { fail("\(command) has changed the database") }
        }
    }

    /// The older version restores the backup, and names the time after which it knows nothing.
    private func restore(_ present: DatabaseRows) throws {
        let commands = scene.commands(.older)
        let restored = try commands.restore(Self.backup)
        let text = restored.output.joined(separator: "\n")
        if restored.end != .exited(0) || !text.contains("Unknown: what happened after") {
            fail("restore: \(restored)")
        }
        guard let name = try commands.setAside else { return fail("no database is set aside") }
        let aside = try DatabaseRows(scene.workspace.directory + name, like: present)
        for difference in present.differences(after: aside) { fail("set aside, \(difference)") }
    }

    /// The older version serves what the backup has, and takes in what the list names.
    private func serve(_ acknowledged: [Callback]) throws {
        let backup = try DatabaseRows(scene.workspace.directory + Self.backup)
        let daemon = try scene.start(.older)
        let list = scene.workspace.directory + Self.list
        let compared = try scene.run(
            .older,
            [
                "compare", list, "--reference", "partnerReferenceNo", "--amount",
                "paidAmount (IDR)", "--query",
            ] + scene.apiOptions
        )
        // The gateway of the test does not know what the test has sent itself.
        if ![.exited(0), .exited(65)].contains(compared.end) { fail("compare: \(compared)") }
        let named = Set(
            try String(contentsOfFile: list, encoding: .utf8).split(whereSeparator: \.isNewline)
                .map { $0.prefix { $0 != "," } }
        )
        for callback in acknowledged where !named.contains(callback.merchant[...]) {
            fail("the list does not name \(callback.merchant)")
        }
        for reference in Self.paid {
            let payment = try daemon.transaction(reference)
            if payment["status"].text != "success" {
                fail("\(payment), compare: \(compared.output)")
            }
        }
        if try daemon.stop() != .exited(0) { fail("it does not stop: \(daemon.log)") }
        let rows = try scene.readCopy { try DatabaseRows($0, like: backup) }
        if rows.feedID == backup.feedID { fail("the feed has the same id after the restore") }
        for difference in backup.differences(after: rows) where !difference.hasPrefix("feed ") {
            fail("after the restore, \(difference)")
        }
    }
}
