import Foundation
import Support
import Testing

/// `backup`, `verify-backup`, `restore` and `new-feed` beside a running daemon, and after one.
@Suite(.onSQLite, .blocking)
struct RestoreTests {
    /// The drill of the operators' page: nothing that the gateway knows is missing in the end.
    @Test func `after a restore a consumer notices, and misses nothing when it begins again`()
        throws
    {
        let pair = try Pair()
        let commands = DatabaseCommands(workspace: pair.workspace, set: pair.settings)
        try Self.pay(["TRX-1", "TRX-2"], pair.daemon, pair.gateway)
        #expect(try pair.daemon.generate("OPEN-1").status == 201)

        let load = PayingLoad(pair.daemon, pair.gateway)
        #expect(load.waitUntilPaid(3))
        let backup = try commands.backup()
        #expect(backup.end == .exited(0), "\(backup.errors)")
        #expect(load.waitUntilPaid(6))
        let paid = try load.end()
        let verified = try commands.verify()
        #expect(verified.end == .exited(0), "\(verified.errors)")

        try Self.pay(["TRX-3", "TRX-4"], pair.daemon, pair.gateway)
        // Open in the backup, paid after it.
        try pair.gateway.pay("OPEN-1")
        #expect(try pair.daemon.transaction("OPEN-1", until: "success")["final"].bool == true)
        let before = try pair.daemon.get("/v1/transitions?after=latest").json
        let position = try #require(before["head"].integer)
        let feed = try #require(before["feed"].text)
        let stored = try pair.daemon.call("PUT", "/v1/consumers/ops", "{\"position\":\(position)}")
        #expect(stored.status == 201)
        #expect(try pair.daemon.stop() == .exited(0))

        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        let daemon = try pair.restarted()
        for route in ["/v1/transitions", "/v1/transitions/stream"] {
            let byName = try daemon.get("\(route)?consumer=ops")
            check(byName, 409, "feed-changed", field: "consumer")
            let byFeed = try daemon.get("\(route)?after=\(position)&feed=\(feed)")
            check(byFeed, 409, "feed-changed", field: "feed")
        }
        let references = ["TRX-1", "TRX-2", "TRX-3", "TRX-4", "OPEN-1"] + paid
        for reference in references {
            let payment = try daemon.transaction(reference, until: "success")
            #expect(payment["status"].text == "success", "\(reference)")
        }
        let transitions = try daemon.feed()
        #expect(transitions.map { $0["sequence"].integer } == Array(1...transitions.count))
        #expect(transitions.compactMap(\.successfulReference).sorted() == references.sorted())
        #expect(try daemon.attention().isEmpty)
        #expect(try daemon.stop() == .exited(0))
        #expect(try commands.verify("receiver.db").end == .exited(0))
    }

    private static func pay(
        _ references: [String],
        _ daemon: Daemon,
        _ gateway: Gateway
    ) throws {
        for reference in references {
            #expect(try daemon.generate(reference).status == 201)
            try gateway.pay(reference)
            let payment = try daemon.transaction(reference, until: "success")
            #expect(payment["status"].text == "success")
        }
    }

    @Test func `where no query can be sent, a person is told of every payment that is missing`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        let open = try Callback(status: "03")
        for callback in [try Callback("TRX-1"), open] {
            #expect(try daemon.post(callback).code == "2005600")
        }
        #expect(try commands.backup().end == .exited(0))
        #expect(try daemon.post(Callback("TRX-2", "PAY-2")).code == "2005600")
        #expect(try daemon.post(Callback("TRX-3", "PAY-3", status: "05")).code == "2005600")
        #expect(
            try daemon.post(Callback(open.merchant, open.gateway, status: "00")).code == "2005600"
        )
        // Its newest commits are in the WAL.
        try daemon.kill()
        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        #expect(restore.output.contains { $0.contains("3 payments") }, "\(restore.output)")
        #expect(restore.output.contains { $0.hasPrefix("Unknown: what happened after 20") })

        let aside = try #require(try commands.setAside)
        let kept = try commands.verify(aside)
        #expect(kept.end == .exited(0), "\(kept.errors)")
        #expect(kept.output.contains("transitions: 5"), "\(kept.output)")

        let again = try Daemon(in: daemon.workspace)
        #expect(try again.feed().count == 2)
        let entries = try again.attention("kind=unresolved-payment")
        let named = entries.compactMap { $0["partnerReferenceNo"].text }
        #expect(Set(named) == ["TRX-2", "TRX-3", open.merchant])
        for entry in entries {
            let text = entry["events"][0]["text"].text ?? ""
            #expect(text.contains(aside), "\(text)")
        }
        // A redelivery is applied, and closes the entry.
        #expect(try again.post(Callback("TRX-2", "PAY-2")).code == "2005600")
        #expect(try again.attention("kind=unresolved-payment").count == 2)
        #expect(try again.feed().count == 3)
    }

    @Test func `a database that cannot be read is kept as it is, and the unknown span is named`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try commands.backup().end == .exited(0))
        #expect(try daemon.stop() == .exited(0))
        try daemon.workspace.write("not a database any more", to: "receiver.db", mode: 0o640)
        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        #expect(restore.output.contains { $0.contains("could not be read") }, "\(restore.output)")
        let aside = try #require(try commands.setAside)
        #expect(
            try String(contentsOfFile: daemon.workspace.directory + aside, encoding: .utf8)
                == "not a database any more"
        )
        let mode =
            try FileManager.default
            .attributesOfItem(atPath: daemon.workspace.database)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try Daemon(in: daemon.workspace).feed().count == 1)
    }

    @Test func `a backup is restored where there is no database any more`() throws {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try commands.backup().end == .exited(0))
        try daemon.kill()
        let main = daemon.workspace.database
        try FileManager.default.removeItem(atPath: main)
        let restore = try commands.restore()
        #expect(restore.end == .exited(0), "\(restore.errors)")
        // The WAL without its database is not taken for one of the backup's.
        #expect(try !commands.files.contains("receiver.db-wal"))
        #expect(try Daemon(in: daemon.workspace).feed().count == 1)
    }

    @Test func `while a daemon runs, restore and new-feed refuse and change nothing`() throws {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try commands.backup().end == .exited(0))
        let files = try commands.files
        let feed = try daemon.get("/v1/transitions").json["feed"].text
        for refused in [try commands.restore(), try commands.newFeed()] {
            #expect(refused.end == .exited(69))
            #expect(refused.output.isEmpty)
            #expect(refused.errors.first?.contains("process \(daemon.process.id)") == true)
        }
        #expect(try commands.files == files)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.get("/v1/transitions").json["feed"].text == feed)
    }

    @Test func `what is no sound backup is not restored`() throws {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.stop() == .exited(0))
        try daemon.workspace.write("garbage", to: "garbage.db")
        try daemon.workspace.write("", to: "empty.db")
        let files = try commands.files
        for (name, code) in [
            ("garbage.db", 65), ("empty.db", 65), ("absent.db", 74), ("receiver.db", 65),
        ] {
            let refused = try commands.restore(name)
            #expect(refused.end == .exited(CInt(code)), "\(name): \(refused.errors)")
            #expect(refused.errors.first?.contains(name) == true)
            #expect(try commands.files == files, "\(name)")
        }
        for (name, code) in [("garbage.db", 65), ("empty.db", 65), ("absent.db", 74)] {
            #expect(try commands.verify(name).end == .exited(CInt(code)), "\(name)")
        }
        #expect(try Daemon(in: daemon.workspace).feed().count == 1)
    }

    @Test func `new-feed has consumers begin again, and keeps everything else`() throws {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        let before = try daemon.get("/v1/transitions").json
        let feed = try #require(before["feed"].text)
        #expect(try daemon.call("PUT", "/v1/consumers/ops", #"{"position":1}"#).status == 201)
        #expect(try daemon.stop() == .exited(0))
        let renewed = try commands.newFeed()
        #expect(renewed.end == .exited(0), "\(renewed.errors)")
        #expect(renewed.output.first?.contains(feed) == true)
        let again = try Daemon(in: daemon.workspace)
        let noticed = try again.get("/v1/transitions?consumer=ops")
        check(noticed, 409, "feed-changed", field: "consumer")
        let after = try again.get("/v1/transitions").json
        #expect(after["feed"].text != feed)
        #expect(after["transitions"] == before["transitions"])
    }

    @Test func `a backup replaces no file, and needs a database`() throws {
        let daemon = try Daemon(in: Workspace())
        let commands = DatabaseCommands(workspace: daemon.workspace)
        #expect(try commands.backup().end == .exited(0))
        let second = try commands.backup()
        #expect(second.end == .exited(74))
        #expect(second.errors.first?.contains("already exists") == true)
        #expect(try commands.backup(to: "receiver.db").end == .exited(74))
        #expect(try commands.backup(to: "absent/backup.db").end == .exited(74))
        let empty = DatabaseCommands(workspace: try Workspace())
        #expect(try empty.backup().end == .exited(74))
        #expect(try !empty.files.contains("receiver.db"))
    }
}

/// Payments that are generated and paid one after the other until it is told to end.
private final class PayingLoad: @unchecked Sendable {
    private let condition = NSCondition()
    private var paid: [String] = []
    private var isEnding = false
    private var isRunning = true
    private var failure: (any Error)?

    init(_ daemon: Daemon, _ gateway: Gateway) {
        Thread.detachNewThread { [self] in
            do {
                while !lock({ isEnding }) {
                    let reference = Unique.text("L")
                    guard try daemon.generate(reference).status == 201 else { continue }
                    try gateway.pay(reference)
                    lock { paid.append(reference) }
                }
            } catch {
                lock { failure = error }
            }
            lock { isRunning = false }
        }
    }

    private func lock<Value>(_ body: () -> Value) -> Value {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return body()
    }

    private func wait(_ isReached: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        condition.lock()
        defer { condition.unlock() }
        while !isReached() {
            if !condition.wait(until: deadline) { return isReached() }
        }
        return true
    }

    /// Waits until so many have been paid; false when that takes too long.
    func waitUntilPaid(_ count: Int) -> Bool { wait { paid.count >= count || failure != nil } }

    /// Ends it, and returns what was paid.
    func end() throws -> [String] {
        lock { isEnding = true }
        #expect(wait { !isRunning })
        if let failure { throw failure }
        return paid
    }
}
