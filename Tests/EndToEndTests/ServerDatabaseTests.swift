import Foundation
import Support
import Testing

/// A receiver whose database is in PostgreSQL, whatever the other tests use.
@Suite(
    .blocking,
    .timeLimit(.minutes(10)),
    .enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")
)
struct ServerDatabaseTests {
    @Test func `two receivers answer for one database, and keep what they refuse`() throws {
        let cluster = try PostgreSQLCluster()
        let workspaces = [try Workspace(on: cluster), try Workspace(on: cluster)]
        let daemons = try workspaces.map { try Daemon(in: $0) }
        let callback = try Callback()
        #expect(try daemons[0].post(callback).code == "2005600")
        #expect(try daemons[1].post(callback).code == "2005600")
        let feeds = try daemons.map { try $0.feed() }
        #expect(feeds[0].count == 1 && feeds[0] == feeds[1])
        let heads = try daemons.map { try $0.get("/v1/transitions?after=latest").json["feed"] }
        #expect(heads[0].text != nil && heads[0] == heads[1])

        var forged = try Callback()
        forged.key = workspaces[0].keys.other
        #expect(try daemons[0].post(forged).code == "4015600")
        let refused = try daemons.map { try $0.callbacks("outcome=refused").count }
        #expect(refused == [1, 0])
        #expect(workspaces.map { $0.exists("rejected.db") } == [true, true])
        #expect(workspaces.map { $0.exists("receiver.db") } == [false, false])
        for daemon in daemons { #expect(try daemon.stop() == .exited(0)) }
        #expect(try Daemon(in: workspaces[1]).feed() == feeds[0])
    }

    @Test func `commands for files name what to use instead, and new-feed is for both`() throws {
        let workspace = try Workspace(on: PostgreSQLCluster())
        let commands = DatabaseCommands(workspace: workspace)
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        let feed = try daemon.get("/v1/transitions?after=latest").json["feed"].text
        let rows = [
            (try commands.backup(), "pg_basebackup"), (try commands.restore(), "new-feed"),
            (try commands.compact(before: "2026-01-01"), "VACUUM FULL"),
        ]
        for (outcome, text) in rows {
            #expect(outcome.end == .exited(78))
            #expect(outcome.errors.contains { $0.contains(text) }, "\(outcome.errors)")
        }
        let refused = try commands.newFeed()
        #expect(refused.end == .exited(69))
        #expect(refused.errors.contains { $0.contains("a receiver uses the database") })
        #expect(try daemon.stop() == .exited(0))

        let renewed = try commands.newFeed()
        #expect(renewed.end == .exited(0), "\(renewed.errors)")
        let again = try Daemon(in: workspace)
        let new = try #require(try again.get("/v1/transitions?after=latest").json["feed"].text)
        #expect(new != feed && renewed.output.contains { $0.contains(new) })
        #expect(try again.feed().count == 1)
    }

    // MARK: What is missing

    @Test func `without the server it waits, and says so to the gateway`() throws {
        let cluster = try PostgreSQLCluster()
        try cluster.stop()
        let workspace = try Workspace(on: cluster)
        let process = try Daemon.launch(in: workspace)
        var lines = 0
        let addresses = try (0..<2).map { _ in
            let isWanted = { (line: String) in line.contains("\"listening, not ready\"") }
            let line = try #require(process.errors.first(from: lines, where: isWanted))
            lines = (process.errors.all.firstIndex(of: line) ?? 0) + 1
            return try #require(line.value(of: "address").flatMap { Endpoint($0) })
        }
        // The internal one is the first.
        let ready = try RawClient(addresses[0]).exchange(
            WireRequest(method: "GET", target: "/readyz").bytes
        )
        #expect(ready.status == 503)
        #expect(ready.json["checks"][0]["status"].text?.contains("connect") == true, "\(ready)")
        let answer = try RawClient(addresses[1]).exchange(Callback().request().bytes)
        #expect(answer.code == "5005601")

        try cluster.start()
        let line = process.errors.first { $0.contains("no longer waiting for the database") }
        #expect(line != nil)
    }

    @Test func `a server that starts again is used again`() throws {
        let cluster = try PostgreSQLCluster()
        let daemon = try Daemon(in: Workspace(on: cluster))
        #expect(try daemon.post(Callback("TRX-1")).code == "2005600")
        try cluster.stop("immediate")
        #expect(try daemon.post(Callback("TRX-2")).code == "5005601")
        #expect(try daemon.get("/readyz", as: nil).status == 503)
        try cluster.start()
        while try daemon.get("/readyz", as: nil).status != 200 {}
        #expect(try daemon.post(Callback("TRX-3")).code == "2005600")
        let references = try daemon.feed().map { $0["partnerReferenceNo"].text }
        #expect(references == ["TRX-1", "TRX-3"])
    }

    @Test func `without the standby nothing is acknowledged, and the reason is shown`() async throws
    {
        let pair = try await PostgreSQLPair()
        let daemon = try Daemon(in: Workspace(on: pair.primary, isSingleCopy: false))
        #expect(try daemon.post(Callback("TRX-1")).code == "2005600")
        try pair.standby.stop("immediate")
        let callback = try Callback("TRX-2")
        #expect(try daemon.post(callback).code == "5005601")
        let ready = try daemon.get("/readyz", as: nil)
        #expect(ready.status == 503)
        #expect(ready.text.contains("not writable: "), "\(ready.text)")
        try pair.standby.start()
        while try daemon.post(callback).code != "2005600" {}
        let references = try daemon.feed().map { $0["partnerReferenceNo"].text }
        #expect(references == ["TRX-1", "TRX-2"])
    }

    // MARK: What is refused

    @Test func `a server that keeps one copy needs a word, and a database without tables, too`()
        throws
    {
        let rows = [
            ("storage.singleCopy=false", "synchronous_standby_names is empty"),
            ("storage.create=false", "storage.create is false"),
            ("storage.database=postgresql://h/d?nonsense=1", "nonsense"),
        ]
        let workspace = try Workspace(on: PostgreSQLCluster())
        for (setting, text) in rows {
            let process = try Daemon.launch(in: workspace, set: [setting])
            #expect(try process.wait() == .exited(78))
            #expect(process.errors.all.contains { $0.contains(text) }, "\(process.errors.all)")
        }
    }

    @Test func `check-config finds a malformed URI, and a directory that is missing`() throws {
        let workspace = try Workspace()
        let rows = [
            ("storage.database=postgresql://h/d?nonsense=1", "storage.database: "),
            ("storage.rejectedFile=missing/r.db", "storage.rejectedFile: "),
        ]
        for (setting, text) in rows {
            let options = ["--set", "storage.database=postgresql:///cashin", "--set", setting]
            let result = try ChildProcess.run(
                Daemon.program,
                ["check-config", "--config", workspace.configurationFile] + options
            )
            #expect(result.end == .exited(78))
            #expect(result.errors.contains { $0.contains(text) }, "\(result.errors)")
        }
    }
}
