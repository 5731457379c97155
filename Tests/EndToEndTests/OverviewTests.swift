import Crypto
import Support
import Testing

/// `GET /v1/overview`: what the first view of the page shows.
@Suite(.blocking)
struct OverviewTests {
    /// The overview of a daemon when `isWanted` is true of it; it is made again every two seconds.
    private func overview(
        _ daemon: Daemon,
        when isWanted: (JSON) -> Bool = { _ in true }
    ) throws -> JSON {
        let deadline = ContinuousClock.now + .seconds(Int(Patience.seconds))
        while true {
            let answer = try daemon.get("/v1/overview", as: "orders")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["Cache-Control"] == "no-store")
            if isWanted(answer.json) || ContinuousClock.now > deadline { return answer.json }
        }
    }

    /// The parts of today that are the same after a restart.
    private func today(_ overview: JSON) -> [JSON] {
        ["day", "hours", "callbacks", "paid", "paidAmount", "expired", "refused"]
            .map { overview["today"][$0] }
    }

    @Test func `a new receiver is well, and nothing has happened today`() throws {
        let daemon = try Daemon(in: Workspace())
        let overview = try overview(daemon)
        #expect(overview["health"]["status"].text == "ok")
        #expect(
            overview["health"]["sentence"].text
                == "All is well: no payment yet today; no callback has arrived yet."
        )
        #expect(overview["health"]["reasons"].items.isEmpty)
        #expect(overview["today"]["hours"].items.map { $0["hour"].integer } == Array(0...23))
        #expect(overview["today"]["paidAmount"]["value"].text == "0.00")
        #expect(overview["latency"]["medianSeconds"] == .null)
        #expect(overview["latency"]["buckets"].items.count == 9)
        #expect(overview["gateway"]["lastCallbackAt"] == .null)
        #expect(overview["head"].integer == 0)
        #expect(overview["feed"].text?.count == 32)
        #expect(overview["checks"].items.map { $0["status"].text } == ["ok", "ok", "ok"])
        #expect(overview["disk"]["isLow"].bool == false)
        #expect((overview["disk"]["databaseBytes"].integer ?? 0) > 0)
    }

    @Test func `payments, refused callbacks and consumers are shown, also after a restart`() throws
    {
        let pair = try Pair()
        for reference in ["TRX-1", "TRX-2", "TRX-3"] {
            #expect(try pair.daemon.generate(reference, amount: "25000.00").status == 201)
        }
        for reference in ["TRX-1", "TRX-2"] {
            #expect(try pair.gateway.pay(reference).status == 200)
            _ = try pair.daemon.transaction(reference, until: "success")
        }
        #expect(try pair.gateway.cancel("TRX-3").status == 200)
        _ = try pair.daemon.transaction("TRX-3", until: "cancelled")
        let refused = try Callback(key: pair.workspace.keys.other)
        #expect(try pair.daemon.post(refused).code == "4015600")
        let move = #"{"position":2}"#
        #expect(try pair.daemon.call("PUT", "/v1/consumers/orders", move).status == 201)

        let seen = try overview(pair.daemon) { $0["today"]["refused"].integer == 1 }
        let day = seen["today"]
        #expect(day["callbacks"].integer == 3)
        #expect(day["paid"].integer == 2)
        #expect(day["paidAmount"]["value"].text == "50000.00")
        #expect(day["expired"].integer == 1)
        #expect(day["hours"].items.compactMap { $0["paid"].integer }.reduce(0, +) == 2)
        #expect(seen["latency"]["count"].integer == 2)
        #expect(
            seen["latency"]["buckets"].items.compactMap { $0["count"].integer }.reduce(0, +) == 2
        )
        #expect(seen["environment"].text == "local")
        #expect(seen["gatewayHost"].text == "127.0.0.1")
        #expect(seen["gateway"]["state"].text == "ok")
        #expect(seen["gateway"]["lastResponseAt"].text != nil)
        #expect(seen["gateway"]["lastFailure"] == .null)
        #expect(seen["consumers"][0]["name"].text == "orders")
        #expect(seen["consumers"][0]["lag"].integer == (seen["head"].integer ?? 0) - 2)
        #expect(seen["health"]["status"].text == "ok")
        #expect(
            seen["health"]["sentence"].text?
                .hasPrefix(
                    "All is well: 2 payments today, IDR 50000.00; the last callback came at "
                )
                == true
        )

        #expect(try pair.daemon.stop() == .exited(0))
        let again = try pair.restarted()
        #expect(today(try overview(again)) == today(seen))
    }

    @Test func `a replayed callback is no longer refused, but counted where it was received`()
        throws
    {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let callback = try Callback(key: workspace.keys.other)
        #expect(try daemon.post(callback).code == "4015600")
        let before = try overview(daemon) { $0["today"]["refused"].integer == 1 }
        #expect(before["today"]["callbacks"].integer == 0)
        try workspace.write(workspace.keys.other.publicKey.pem(), to: "cashin-public.pem")
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        let answer = try daemon.call("POST", "/admin/callbacks/replay", #"{"outcome":"refused"}"#)
        #expect(answer.json["results"][0]["after"].text == "applied", "\(answer.text)")
        let after = try overview(daemon)
        #expect(after["today"]["callbacks"].integer == 1)
        #expect(after["today"]["refused"].integer == 0)
        #expect(after["today"]["paid"].integer == 1)
    }

    @Test func `what is wrong is said first`() throws {
        let daemon = try Daemon(in: Workspace())
        let unreadable = try Callback().with { $0.body.latestTransactionStatus = "\"99\"" }
        #expect(try daemon.post(unreadable).status == 400)
        let seen = try overview(daemon) { $0["attention"]["open"].integer == 1 }
        #expect(seen["health"]["status"].text == "attention")
        #expect(seen["health"]["sentence"].text == "1 attention entry is open.")
        #expect(seen["health"]["reasons"][0]["name"].text == "entries-open")
        #expect(seen["health"]["reasons"][0]["count"].integer == 1)
        #expect(seen["attention"]["kinds"][0]["kind"].text == "invalid-callback")
        #expect(seen["attention"]["oldestOpenedAt"].text != nil)
    }

    @Test func `a receiver without a private key calls no gateway`() throws {
        let daemon = try Daemon(in: Workspace())
        let seen = try overview(daemon)
        #expect(seen["environment"].text == "none")
        #expect(seen["gatewayHost"] == .null)
        #expect(seen["gateway"]["state"].text == "none")
    }

    @Test func `all that ask at once get the same overview`() throws {
        let daemon = try Daemon(in: Workspace())
        let clients = try (0..<20).map { _ in try daemon.open("/v1/overview", as: "orders") }
        let texts = try clients.map { try $0.response().text }
        // One, or two where two seconds ended among them.
        #expect(Set(texts).count <= 2)
    }
}
