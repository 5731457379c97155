import Foundation
import Glibc
import PostgreSQL
import SQLite
import Support
import Testing

/// `import`: a database moves from a file to PostgreSQL, and back.
@Suite(
    .onSQLite,
    .blocking,
    .timeLimit(.minutes(10)),
    .enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")
)
struct DatabaseMoveTests {
    private let cluster: PostgreSQLCluster

    init() throws { cluster = try PostgreSQLCluster() }

    /// What leads a receiver to the database in PostgreSQL.
    private var onServer: [String] {
        ["storage.database=\(cluster.address)", "storage.singleCopy=true"]
    }

    /// What leads it to the file after the way back.
    private static let back = ["storage.database=back.db"]

    private func move(
        _ workspace: Workspace,
        from source: String,
        set: [String] = []
    ) throws -> DatabaseCommands.Outcome {
        let options = ["--config", workspace.configurationFile] + set.flatMap { ["--set", $0] }
        return try ChildProcess.run(Daemon.program, ["import", "--from", source] + options)
    }

    /// Moves the database in PostgreSQL to a new file.
    private func moveBack(_ workspace: Workspace) throws -> DatabaseCommands.Outcome {
        try move(workspace, from: cluster.address, set: Self.back)
    }

    /// The same, when the server has noticed that the process before is gone.
    private func moveBackWhenUnused(
        _ workspace: Workspace
    ) throws -> DatabaseCommands.Outcome {
        while true {
            let outcome = try moveBack(workspace)
            if outcome.end != .exited(69) { return outcome }
        }
    }

    private func connect(_ address: String? = nil) throws -> PostgreSQLConnection {
        let path = "options=-csearch_path%3Dcashin_receiver"
        let address = "\(address ?? cluster.address)&\(path)"
        return try PostgreSQLConnection(address, withinSeconds: 10)
    }

    /// Runs a statement; returns the first column of its rows.
    @discardableResult
    private func run(_ sql: String, on address: String? = nil) throws -> [Int64] {
        let query = Query(fixed: sql, parameters: [])
        return try connect(address).run([query], withinSeconds: 60)[0].rows.map { $0.integer(0) }
    }

    /// The files of the database that is moved back.
    private func files(_ workspace: Workspace) throws -> Set<String> {
        try DatabaseCommands(workspace: workspace).files.filter { $0.hasPrefix("back.db") }
    }

    // MARK: There and back

    @Test func `a database goes to PostgreSQL and back, and nobody who follows the feed notices`()
        throws
    {
        let quiet = ["notify.confirmWithQuery=never", "reconcile.enabled=false"]
        let pair = try Pair(set: quiet)
        var all = try Self.makeCallbacks()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        for callback in all { #expect(try pair.daemon.post(callback).code == "2005600") }
        var numbers = Numbers()
        let first = try work(pair.daemon, "orders", after: &numbers)
        let used = try move(pair.workspace, from: pair.workspace.database, set: onServer)
        #expect(used.end == .exited(69), "\(used.errors)")
        #expect(try pair.daemon.stop() == .exited(0))

        let there = try move(pair.workspace, from: pair.workspace.database, set: onServer)
        #expect(there.end == .exited(0), "\(there.errors)")
        #expect(there.output.contains { $0.contains("callbacks: 11") }, "\(there.output)")
        let again = try move(pair.workspace, from: pair.workspace.database, set: onServer)
        #expect(again.end == .exited(78))
        #expect(again.errors.contains { $0.contains("the database is not empty") })
        let server = try pair.restarted(set: onServer)
        try expect(server, first)
        _ = try work(server, "shipping", after: &numbers)
        try expectRedeliveries(of: all, server)
        #expect(try server.generate("TRX-2").status == 201)
        all += try [Callback(all[5].merchant, "PAY-ELSE"), Callback()]
        for callback in all.suffix(2) { #expect(try server.post(callback).code == "2005600") }
        let second = try work(server, "invoices", after: &numbers)
        let refusedByServer = try moveBack(pair.workspace)
        #expect(refusedByServer.end == .exited(69))
        #expect(refusedByServer.errors.contains { $0.contains("a receiver uses the database") })
        #expect(try server.stop() == .exited(0))

        let back = try moveBackWhenUnused(pair.workspace)
        #expect(back.end == .exited(0), "\(back.errors)")
        #expect(back.output.contains { $0.contains("callbacks: 17") }, "\(back.output)")
        try checkFile(pair.workspace)
        let file = try pair.restarted(set: Self.back)
        try expect(file, second)
        for reference in ["PAY-OTHER", "PAY-ELSE"] {
            #expect(try file.callbacks("reference=\(reference)").count == 1, "by the index")
        }
        _ = try work(file, "accounting", after: &numbers)
        try expectRedeliveries(of: all, file)
    }

    private static func makeCallbacks() throws -> [Callback] {
        // Columns that are NULL in some rows, in both orders.
        var all = try (1...2).map { try Callback("TRX-P\($0)", "PAY-P\($0)", status: "03") }
        all += try all.map { try Callback($0.merchant, $0.gateway) }
        all += try (1...3).map { _ in try Callback() }
        all.append(try Callback(all[4].merchant, all[4].gateway, amount: "20000.00"))
        // A reference that the row of the payment does not have.
        all.append(try Callback(all[4].merchant, "PAY-OTHER"))
        return all
    }

    /// Checks the file before a receiver uses it.
    private func checkFile(_ workspace: Workspace) throws {
        #expect(try files(workspace) == ["back.db", "back.db.lock"])
        let path = workspace.directory + "back.db"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        // PAY-OTHER and PAY-ELSE, by which their payments are found as well.
        let backlog = try Connection(path: path, mode: .readOnly).integer(
            "SELECT count(*) FROM added_references"
        )
        #expect(backlog == 2)
        let verified = try DatabaseCommands(workspace: workspace).verify("back.db")
        #expect(verified.end == .exited(0), "\(verified.errors)")
    }

    /// The highest numbers that were seen so far, in any of the databases.
    private struct Numbers {
        var sequence = 0
        var callback = 0
        var entry = 0
    }

    /// Adds a payment, a consumer, an attention entry, and a refused callback, and expects new
    /// numbers for them; returns what there is then, but for refused callbacks.
    private func work(
        _ daemon: Daemon,
        _ consumer: String,
        after numbers: inout Numbers
    ) throws -> MovedState {
        let head = try daemon.feed().count
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let last = try #require(try daemon.feed().last)
        #expect(last["partnerReferenceNo"].text == callback.merchant)
        #expect(last["sequence"].integer == head + 1 && head + 1 > numbers.sequence)
        let number = try #require(last["callbackId"].integer)
        #expect(number > numbers.callback)
        let other = try Callback(callback.merchant, callback.gateway, amount: "30000.00")
        #expect(try daemon.post(other).code == "2005600")
        let entry = try #require(try daemon.attention().first?["id"].integer)
        #expect(entry > numbers.entry)
        let move = #"{"position":\#(head)}"#
        #expect(try daemon.call("PUT", "/v1/consumers/\(consumer)", move).status == 201)
        let state = try MovedState(of: daemon)

        #expect(try daemon.post(Callback(key: TestKeys.shared().other)).code == "4015600")
        let refused = try #require(try daemon.callbacks("outcome=refused").first?["id"].integer)
        #expect(refused > number)
        numbers = Numbers(sequence: head + 1, callback: refused, entry: entry)
        return state
    }

    /// Delivers callbacks again, and expects that they are found.
    private func expectRedeliveries(of callbacks: [Callback], _ daemon: Daemon) throws {
        let before = try MovedState(of: daemon)
        for callback in callbacks { #expect(try daemon.post(callback).code == "2005600") }
        let after = try MovedState(of: daemon)
        #expect(after.feed == before.feed)
        #expect(after.callbacks.map { $0["id"] } == before.callbacks.map { $0["id"] })
    }

    private func expect(_ daemon: Daemon, _ state: MovedState, oldest: Int = 1) throws {
        let found = try MovedState(of: daemon, oldest: oldest)
        #expect(found.differences(from: state) == [])
    }

    @Test func `what was erased stays erased, and a removed start of the feed stays removed`()
        throws
    {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace, set: onServer)
        for _ in 0..<6 { #expect(try first.post(Callback()).code == "2005600") }
        #expect(try first.call("PUT", "/v1/consumers/orders", #"{"position":6}"#).status == 201)
        #expect(try first.stop() == .exited(0))
        try run("UPDATE transitions SET recorded_at = 1 WHERE sequence <= 4")
        let server = try Daemon(in: workspace, set: onServer)
        let order = #"{"before":"\#(JakartaNow.nextMillisecond())","transitions":true}"#
        #expect(try server.post("/admin/prune", order).status == 202)
        while try server.get("/admin/prune").json["state"].text == "running" {}
        #expect(try server.post(Callback()).code == "2005600")
        let state = try MovedState(of: server, oldest: 5)
        let bodies = state.callbacks.map { $0["body"].text != nil }
        #expect(bodies == [true] + Array(repeating: false, count: 6))
        #expect(try server.stop() == .exited(0))

        let moved = try moveBackWhenUnused(workspace)
        #expect(moved.end == .exited(0), "\(moved.errors)")
        #expect(moved.output.contains { $0.contains("transitions 5 to 7") }, "\(moved.output)")
        let file = try Daemon(in: workspace, set: Self.back)
        try expect(file, state, oldest: 5)
        #expect(try file.get("/v1/transitions?after=2").status == 410)
        #expect(try file.post(Callback()).code == "2005600")
        #expect(try file.feed(after: 7).map { $0["sequence"].integer } == [8])
    }

    @Test func `the inquiry that a dead receiver has claimed is due in the file`() throws {
        let pair = try Pair(set: onServer)
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.daemon.kill()
        // No receiver hears the callback.
        try pair.gateway.pay("TRX-1")
        let claim = "'inquiry ' || payment_id, 'dead', nextval('fences'), 1, 86400"
        try run("INSERT INTO claims SELECT \(claim) FROM inquiries")
        try run("UPDATE inquiries SET next_at = planned_at")
        let moved = try moveBackWhenUnused(pair.workspace)
        #expect(moved.end == .exited(0), "\(moved.errors)")
        #expect(try run("SELECT count(*) FROM claims WHERE owner = 'dead'") == [1])
        let gateway = pair.gateway.settings
        let daemon = try Daemon(in: pair.workspace, set: gateway + Self.back)
        #expect(try daemon.transaction("TRX-1", until: "success")["status"].text == "success")
    }

    // MARK: What is refused

    @Test func `what cannot be moved is named, and no file is left`() throws {
        let workspace = try Workspace()
        let uri = cluster.address
        let file = workspace.directory + "back.db"
        let missing = try cluster.makeDatabase("empty")
        let rows = [
            (uri, onServer, 78, "pg_dump"), (file, Self.back, 78, "restore"),
            (missing, Self.back, 65, "there are no tables"),
            ("postgresql://u:p@h/d", Self.back, 78, "--from: holds a password"),
            ("postgresql://h/d?nonsense=1", Self.back, 78, "nonsense"),
        ]
        for (source, settings, code, text) in rows {
            let refused = try move(workspace, from: source, set: settings)
            #expect(refused.end == .exited(CInt(code)), "\(source): \(refused.errors)")
            #expect(refused.errors.contains { $0.contains(text) }, "\(refused.errors)")
            #expect(try files(workspace).subtracting(["back.db.lock"]) == [])
        }
        for (name, text) in [("back.db", "already exists"), ("back.db-wal", "back.db-wal")] {
            try workspace.write("", to: name)
            let refused = try moveBack(workspace)
            #expect(refused.end == .exited(78), "\(refused.errors)")
            #expect(refused.errors.contains { $0.contains(text) }, "\(refused.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: workspace.directory + name)).isEmpty)
            try FileManager.default.removeItem(atPath: workspace.directory + name)
        }
    }

    /// What was done to the database in PostgreSQL, and the problem.
    private static let damages = [
        ("UPDATE payments SET paid_amount = paid_amount + 1 WHERE id = 2", "payment TRX-2: "),
        ("DELETE FROM transitions WHERE sequence = 2", "transitions 2 to 2 are missing"),
        ("DELETE FROM attention", "the newest attention entry is 0, expected 1"),
        ("UPDATE ledger SET next_payment = 9", "the newest payment is 3, expected 8"),
        ("UPDATE ledger SET head = 4", "the newest transition is 3, expected 4"),
        ("DELETE FROM meta WHERE key = 'feed'", "no feed id"),
        ("UPDATE meta SET value = '2' WHERE key = 'version'", "version 2, expected 1"),
    ]

    @Test func `a damaged database is refused, and no file is left`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace, set: onServer)
        let callbacks = try (1...3).map { try Callback("TRX-\($0)", "PAY-\($0)") }
        for callback in callbacks { #expect(try daemon.post(callback).code == "2005600") }
        let other = try Callback("TRX-1", "PAY-1", amount: "20000.00")
        #expect(try daemon.post(other).code == "2005600")
        #expect(try daemon.stop() == .exited(0))
        for (index, (sql, problem)) in Self.damages.enumerated() {
            try run("CREATE DATABASE damaged\(index) TEMPLATE postgres")
            let damaged = cluster.address(of: "damaged\(index)")
            try run(sql, on: damaged)
            let refused = try move(workspace, from: damaged, set: Self.back)
            #expect(refused.end == .exited(65), "\(sql): \(refused.errors)")
            #expect(refused.errors.contains { $0.contains(problem) }, "\(refused.errors)")
            #expect(try files(workspace) == ["back.db.lock"], "\(sql)")
        }
        #expect(try moveBackWhenUnused(workspace).end == .exited(0))
    }

    // MARK: Interrupted

    @Test func `an import that was killed leaves no database, and serve makes none`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace, set: onServer)
        for _ in 0..<3 { #expect(try daemon.post(Callback()).code == "2005600") }
        let state = try MovedState(of: daemon)
        #expect(try daemon.stop() == .exited(0))
        // It waits at one of the last tables.
        let blocker = try connect()
        let lock = Query("LOCK TABLE alert_messages IN ACCESS EXCLUSIVE MODE")
        _ = try blocker.begin([lock], withinSeconds: 10)
        let options = Self.back.flatMap { ["--set", $0] }
        let process = try ChildProcess(
            Daemon.program,
            ["import", "--from", cluster.address, "--config", workspace.configurationFile] + options
        )
        while try run("SELECT count(*) FROM pg_locks WHERE NOT granted") == [0] {}
        process.signal(SIGKILL)
        #expect(try process.wait() == .signalled(SIGKILL))
        try blocker.rollBack(withinSeconds: 10)
        #expect(try files(workspace).subtracting(["back.db.lock"]) == ["back.db.importing"])

        let refused = try Daemon.launch(in: workspace, set: Self.back)
        #expect(try refused.wait() == .exited(78))
        let isNamed = { (line: String) in line.contains("cashin-receiver import") }
        #expect(refused.errors.all.contains(where: isNamed), "\(refused.errors.all)")
        let moved = try moveBackWhenUnused(workspace)
        #expect(moved.end == .exited(0), "\(moved.errors)")
        #expect(try !files(workspace).contains("back.db.importing"))
        try expect(Daemon(in: workspace, set: Self.back), state)
    }
}
