import Foundation
import Support
import Testing

/// The database's files are moved, removed, linked and damaged under the daemon.
@Suite(.onSQLite, .blocking)
struct DatabaseFileTests {
    private static let files = FileManager.default

    // MARK: One daemon for each database

    @Test(arguments: ["symbolic link", "hard link", "no lock file", "directory link"])
    func `a second daemon is sent away by whatever name it comes`(alias: String) throws {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        #expect(try first.post(Callback()).code == "2005600")
        let other = workspace.directory + "other.db"
        var name = other
        switch alias {
        case "symbolic link":
            try Self.files.createSymbolicLink(
                atPath: other,
                withDestinationPath: workspace.database
            )
        case "hard link": try Self.files.linkItem(atPath: workspace.database, toPath: other)
        case "no lock file":
            try Self.files.removeItem(atPath: workspace.database + ".lock")
            name = workspace.database
        default:
            let link = workspace.directory + "link"
            try Self.files.createSymbolicLink(
                atPath: link,
                withDestinationPath: String(workspace.directory.dropLast())
            )
            name = link + "/receiver.db"
        }
        let second = try Daemon.launch(in: workspace, set: ["storage.database=\(name)"])
        #expect(try second.wait() == .exited(69))
        #expect(second.errors.all.contains { $0.contains("process \(first.process.id)") })
        #expect(!second.errors.all.contains { $0.contains("message=listening") })
        #expect(try first.post(Callback()).code == "2005600")
        #expect(try first.feed().count == 2)
        #expect(try first.stop() == .exited(0))
        // Nothing of it stays behind.
        #expect(try Daemon(in: workspace).feed().count == 2)
    }

    /// SQLite before 3.51.3 can lose a commit when two connections write and checkpoint at once.
    @Test func `one connection writes, all others only read`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        for _ in 0..<4 { #expect(try daemon.feed().count == 1) }
        let process = "/proc/\(daemon.process.id)"
        var modes: [Int] = []
        for number in try Self.files.contentsOfDirectory(atPath: process + "/fd") {
            let target = try? Self.files.destinationOfSymbolicLink(
                atPath: process + "/fd/" + number
            )
            guard target == workspace.database else { continue }
            let info = try String(contentsOfFile: process + "/fdinfo/" + number, encoding: .utf8)
            let flags = info.split(separator: "\n").first { $0.hasPrefix("flags:") }
            let digits = flags?.split(separator: "\t").last.map(String.init) ?? ""
            modes.append((Int(digits, radix: 8) ?? 0) & 0o3)
        }
        #expect(modes.filter { $0 == 2 }.count == 2, "the lock's and the writer's")
        #expect(modes.filter { $0 == 0 }.count >= 1, "the readers'")
        #expect(!modes.contains(1))
    }

    // MARK: Another file at the path

    /// The workspace with the database in a directory of its own.
    private static func daemonInDirectory() throws -> (Workspace, Daemon, data: String) {
        let workspace = try Workspace()
        let data = workspace.directory + "data"
        try files.createDirectory(atPath: data, withIntermediateDirectories: true)
        let daemon = try Daemon(in: workspace, set: ["storage.database=data/receiver.db"])
        return (workspace, daemon, data)
    }

    @Test(arguments: ["file removed", "file replaced", "directory moved", "directory replaced"])
    func `nothing is acknowledged while another file is at the path`(move: String) throws {
        let (workspace, daemon, data) = try Self.daemonInDirectory()
        let first = try Callback()
        #expect(try daemon.post(first).code == "2005600")
        let (path, away) = (data + "/receiver.db", workspace.directory + "away")
        switch move {
        case "file removed":
            // Another name keeps it, so that it can be put back.
            try Self.files.linkItem(atPath: path, toPath: away)
            try Self.files.removeItem(atPath: path)
        case "file replaced":
            try Self.files.moveItem(atPath: path, toPath: away)
            try workspace.write("", to: "data/receiver.db")
        default:
            try Self.files.moveItem(atPath: data, toPath: away)
            if move == "directory replaced" {
                try Self.files.createDirectory(atPath: data, withIntermediateDirectories: true)
            }
        }
        let lost = try (0..<3).map { _ in try Callback() }
        for callback in lost {
            let response = try daemon.post(callback)
            #expect(response.status == 500)
            #expect(response.code == "5005601")
        }
        #expect(try daemon.get("/readyz", as: nil).status == 503)
        #expect(try daemon.get("/healthz", as: nil).status == 200)
        let isTold = { (line: String) in
            line.contains("level=error") && line.contains("removed, moved or replaced")
        }
        #expect(daemon.logs(isTold))
        #expect(daemon.log.filter(isTold).count == 1)
        let left = (try? Self.files.contentsOfDirectory(atPath: data)) ?? []
        #expect(!left.contains("receiver.db") || move == "file replaced", "none is made")

        if move.hasPrefix("file") {
            try? Self.files.removeItem(atPath: path)
            try Self.files.moveItem(atPath: away, toPath: path)
        } else {
            try? Self.files.removeItem(atPath: data)
            try Self.files.moveItem(atPath: away, toPath: data)
        }
        for callback in lost { #expect(try daemon.post(callback).code == "2005600") }
        #expect(try daemon.get("/readyz", as: nil).status == 200)
        let feed = try daemon.feed()
        #expect(feed.map { $0["sequence"].integer } == [1, 2, 3, 4])
        #expect(feed.map { $0["partnerReferenceNo"].text } == ([first] + lost).map(\.merchant))
        #expect(daemon.logs { $0.contains("commits again") })
        #expect(try daemon.stop() == .exited(0))
        let again = try Daemon(in: workspace, set: ["storage.database=data/receiver.db"])
        #expect(try again.feed() == feed)
    }

    @Test(arguments: [["-wal"], ["-shm"], ["-wal", "-shm"]])
    func `what was acknowledged outlives a WAL that has vanished, and a crash`(
        suffixes: [String]
    ) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        var sent: [Callback] = []
        for round in 0..<6 {
            if round == 3 {
                for suffix in suffixes {
                    try Self.files.removeItem(atPath: workspace.database + suffix)
                }
            }
            let callback = try Callback()
            #expect(try daemon.post(callback).code == "2005600")
            sent.append(callback)
            #expect(try daemon.feed().count == sent.count)
        }
        #expect(try daemon.get("/readyz", as: nil).status == 200)
        try daemon.kill()
        let again = try Daemon(in: workspace)
        #expect(
            try again.feed().map { $0["partnerReferenceNo"].text } == sent.map(\.merchant)
        )
    }

    // MARK: Damage

    @Test(arguments: ["-lookup", "-refused"], ["head", "middle", "cut off", "gone"])
    func `a damaged side file is no reason not to serve`(suffix: String, damage: String) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let forged = try Callback(key: workspace.keys.other)
        #expect(try daemon.post(forged).code == "4015600")
        #expect(try daemon.callbacks("outcome=refused").count == 1)
        #expect(try daemon.stop() == .exited(0))

        let path = workspace.database + suffix
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        switch damage {
        case "head": for index in 0..<100 { bytes[index] = 0x5A }
        case "middle": for index in 4_096..<8_192 { bytes[index] = 0x5A }
        case "cut off": bytes.removeLast(bytes.count / 2)
        default: try Self.files.removeItem(atPath: path)
        }
        if damage != "gone" { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

        let again = try Daemon(in: workspace)
        #expect(try again.feed().count == 1)
        #expect(try again.callbacks().contains { $0["outcome"].text == "applied" })
        #expect(try again.get("/v1/transactions/\(callback.merchant)").status == 200)
        #expect(try again.post(Callback()).code == "2005600")
        #expect(try again.post(forged).code == "4015600")
        #expect(try again.feed().count == 2)
        let warned = again.process.errors.first {
            $0.contains("level=warning") && $0.contains("receiver.db\(suffix)")
        }
        #expect(warned != nil)
        #expect(workspace.exists("receiver.db\(suffix).damaged") == (damage != "gone"))
        #expect(try again.get("/readyz", as: nil).status == 200)
        #expect(try again.stop() == .exited(0))
    }
}
