import Crypto
import Foundation
import Glibc
import Support
import Testing

/// What a client notices of a restart on a passed socket, and of a reload: nothing.
@Suite(.blocking)
struct RestartTests {
    @Test func `a restart on a passed socket refuses no connection and loses no callback`() throws {
        let workspace = try Workspace()
        let socket = try PassedSocket()
        let set = ["notify.listen=systemd:\(PassedSocket.name)"]
        var daemon = try Daemon(in: workspace, set: set, passing: socket)
        #expect("\(daemon.notifyEndpoints[0])" == "\(socket.endpoint)")
        let load = RestartLoad(clientCount: 8) { try RawClient(socket.endpoint) }
        for round in 1...3 {
            #expect(load.waitForMore(40), "round \(round)")
            #expect(try daemon.stop() == .exited(0), "round \(round)")
            daemon = try Daemon(in: workspace, set: set, passing: socket)
        }
        #expect(load.waitForMore(40))
        let outcome = try #require(load.end())
        #expect(outcome.refused == [])
        #expect(outcome.unexpected == [])
        let feed = try daemon.feed()
        #expect(feed.map { $0["sequence"].integer } == Array(1...feed.count))
        let merchants = feed.compactMap { $0["partnerReferenceNo"].text }
        #expect(merchants.sorted() == outcome.accepted.map(\.merchant).sorted())
    }

    @Test func `a callback that comes while no process runs is answered by the next one`() throws {
        let workspace = try Workspace()
        let socket = try PassedSocket()
        let set = ["notify.listen=systemd:\(PassedSocket.name)"]
        let first = try Daemon(in: workspace, set: set, passing: socket)
        #expect(try first.post(Callback()).code == "2005600")
        #expect(try first.stop() == .exited(0))
        let client = try RawClient(socket.endpoint)
        try client.send(Callback().request().bytes)
        let second = try Daemon(in: workspace, set: set, passing: socket)
        #expect(try client.response().code == "2005600")
        #expect(try second.feed().count == 2)
    }

    @Test func `reloads under load fail no request, neither callbacks nor the API's`() throws {
        let daemon = try Daemon(in: Workspace())
        let load = try Load(on: daemon, clientCount: 6)
        for round in 1...12 {
            #expect(load.waitUntilAnswered(round * 20))
            let level = round.isMultiple(of: 2) ? "info" : "debug"
            let text = Workspace.configuration.replacing(
                "storage: {",
                with: "log: { level: \"\(level)\" }, storage: {"
            )
            try daemon.workspace.write(text, to: "config.json5")
            daemon.process.signal(SIGHUP)
            #expect(try daemon.get("/v1/transactions", as: "orders").status == 200)
        }
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        let acceptedCount = try daemon.feed().count
        #expect(acceptedCount >= 240)
        #expect(try daemon.stop() == .exited(0))
        let result = try #require(load.end())
        #expect(result.unexpected == [])
    }

    /// Two tokens of one name are valid side by side; the private key is exchanged by a reload too.
    @Test func `a token and the private key are exchanged without an interruption`() throws {
        let daemon = try Daemon(in: Workspace(confirms: "unproven"))
        let workspace = daemon.workspace
        let old = try daemon.open("/v1/transitions?after=latest&wait=55", as: "orders")
        let outcome = try ChildProcess.run(
            Daemon.program,
            [
                "token", "new", "orders", "--scopes", "feed,generate", "--config",
                workspace.configurationFile,
            ]
        )
        #expect(outcome.end == .exited(0))
        let line = try #require(outcome.output.first { $0.contains("{ name: ") })
        let before = try String(contentsOfFile: workspace.configurationFile, encoding: .utf8)
        let both = before.replacing("tokens: [", with: "tokens: [\n\(line)")
        try workspace.write(both, to: "config.json5")
        try workspace.write(workspace.keys.gateway.pem(), to: "merchant-private.pem", mode: 0o600)
        #expect(try daemon.reload()?.contains("contents=cashIn.privateKeyFile") == true)

        let secret = try String(
            contentsOfFile: workspace.directory + "orders-2.token",
            encoding: .utf8
        )
        func list(_ secret: String) throws -> Int {
            var request = WireRequest(method: "GET", target: "/v1/transactions")
            request.add("Authorization", "Bearer \(secret)")
            return try RawClient(daemon.internalEndpoint).exchange(request.bytes).status
        }
        let new = secret.trimmingCharacters(in: .whitespacesAndNewlines)
        let first = try #require(workspace.tokens["orders"])
        #expect(try [list(first), list(new)] == [200, 200])

        let after = both.replacing(
            "{ name: \"orders\", file: \"orders.token\", scopes: [\"feed\", \"generate\"] },",
            with: ""
        )
        try workspace.write(after, to: "config.json5")
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        #expect(try [list(first), list(new)] == [401, 200])
        #expect(try old.response().status == 401)
    }
}
