import Crypto
import Foundation
import Support
import Testing

/// What operators do: look at what needs attention, accept a status, judge kept callbacks again.
@Suite(.blocking)
struct OperatorTests {
    private static func body(_ text: String) -> String {
        text.replacingOccurrences(of: "'", with: "\"")
    }

    // MARK: Attention

    @Test func `an accepted status stands in the feed under the operator's name`() throws {
        let daemon = try Daemon(in: try Workspace())
        let callback = try Callback(status: "05")
        #expect(try daemon.post(callback).code == "2005600")
        // A success after the cancellation: only a query could decide, and none can be asked.
        let late = try Callback(callback.merchant, callback.gateway)
        #expect(try daemon.post(late).code == "2005600")
        let entry = try #require(daemon.attention("kind=late-success").first)
        let id = try #require(entry["id"].integer)
        let answer = try daemon.post(
            "/admin/attention/\(id)/resolve",
            Self.body("{'note':'bank statement seen','accept':'00'}")
        )
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["attention"]["resolvedBy"].text == "ops")
        #expect(answer.json["attention"]["note"].text == "bank statement seen")
        #expect(answer.json["attention"]["resolvedAt"].text != nil)
        let transition = answer.json["transition"]
        #expect(transition["source"].text == "operator")
        #expect(transition["operator"].text == "ops")
        #expect(transition["from"].text == "cancelled")
        #expect(transition["to"].text == "success")
        #expect(try daemon.feed().last == transition)
        #expect(try daemon.transaction(callback.merchant)["status"].text == "success")
        #expect(try daemon.attention().isEmpty)
        let again = try daemon.post(
            "/admin/attention/\(id)/resolve",
            Self.body("{'note':'again'}")
        )
        #expect(again.status == 409)
        #expect(again.json["type"].text?.hasSuffix(":already-resolved") == true)
    }

    /// A daemon that may query and does not, so what waits for a query goes on waiting.
    private static func waitingDaemon(in workspace: Workspace? = nil) throws -> Daemon {
        try Daemon(
            in: workspace ?? Workspace(confirms: "unproven"),
            set: ["reconcile.enabled=false"]
        )
    }

    @Test func `a callback about an unknown payment is accepted by the payment's reference`() throws
    {
        let daemon = try Self.waitingDaemon()
        let callback = try Callback(amount: "12000.00")
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().isEmpty)
        let entry = try #require(daemon.attention("kind=unconfirmed-callback").first)
        let decision = "'note':'asked the gateway by phone'"
        let target = "/admin/transactions/\(callback.merchant)/accept"
        let byEntry = try daemon.post(
            "/admin/attention/\(entry["id"].integer ?? 0)/resolve",
            Self.body("{\(decision),'accept':'00'}")
        )
        check(byEntry, 409, "not-allowed", field: "accept")
        #expect(byEntry.json["detail"].text?.contains(target) == true, "\(byEntry.text)")
        // The amount is the one of the only fact.
        let answer = try daemon.post(target, Self.body("{\(decision),'status':'00'}"))
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["transition"]["callbackId"] == entry["callbackId"])
        #expect(answer.json["transition"]["amount"]["value"].text == "12000.00")
        #expect(try daemon.transaction(callback.merchant)["status"].text == "success")
        #expect(try daemon.callbacks().first?["outcome"].text == "applied")
        #expect(try daemon.attention().isEmpty)
        // A redelivery says nothing new.
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().count == 1)
    }

    @Test func `what cannot be accepted is refused and nothing is resolved`() throws {
        let daemon = try Daemon(in: try Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let contradiction = try Callback(callback.merchant, callback.gateway, status: "05")
        #expect(try daemon.post(contradiction).code == "2005600")
        let entry = try #require(daemon.attention("kind=contradicts-success").first)
        let target = "/admin/attention/\(entry["id"].integer ?? 0)/resolve"
        let conflict = try daemon.post(target, Self.body("{'note':'n','accept':'05'}"))
        #expect(conflict.status == 409)
        #expect(conflict.json["type"].text?.hasSuffix(":not-allowed") == true)
        #expect(conflict.json["field"].text == "accept")
        for (body, field) in [
            ("{}", "note"), ("{'note':''}", "note"), ("{'note':1}", "note"),
            ("{'note':'n','accept':'01'}", "accept"), ("{'note':'n','accept':0}", "accept"),
            ("{'note':'n','acept':'00'}", "acept"),
        ] {
            let answer = try daemon.post(target, Self.body(body))
            #expect(answer.status == 400, "\(body)")
            #expect(answer.json["field"].text == field, "\(body)")
        }
        for id in ["999", "x", "-1"] {
            let answer = try daemon.post(
                "/admin/attention/\(id)/resolve",
                Self.body("{'note':'n'}")
            )
            #expect(answer.status == 404)
        }
        #expect(try daemon.post(target, "{}", as: "orders").status == 403)
        #expect(try daemon.attention().count == 1)
        #expect(try daemon.post(target, Self.body("{'note':'seen'}")).status == 200)
        #expect(try daemon.attention().isEmpty)
        #expect(try daemon.feed().count == 1)
    }

    @Test func `an entry closes when its only fact stands`() throws {
        let daemon = try Daemon(in: try Workspace(), set: ["notify.externalIdConflict=reject"])
        let first = try Callback()
        let second = try Callback().with { $0.externalID = first.externalID }
        #expect(try daemon.post(first).code == "2005600")
        #expect(try daemon.post(second).code == "4095600")
        #expect(try daemon.attention("kind=external-id-conflict").count == 1)
        // Signed again under an id of its own it is applied, and nothing is left to decide.
        let renamed = second.renamed().with { $0.timestamp = JakartaNow.text(offsetSeconds: -5) }
        #expect(try daemon.post(renamed).code == "2005600")
        #expect(try daemon.attention("kind=external-id-conflict").isEmpty)
        #expect(try daemon.feed().count == 2)
        // The refused one is acknowledged now, as its fact stands.
        #expect(try daemon.post(second).code == "2005600")
    }

    @Test func `several callbacks about one payment are accepted as one`() throws {
        let daemon = try Self.waitingDaemon()
        let callback = try Callback()
        for age in [1, 60, 120] {
            let again = callback.renamed().with {
                $0.timestamp = JakartaNow.text(offsetSeconds: -age)
            }
            #expect(try daemon.post(again).code == "2005600")
        }
        #expect(try daemon.attention("kind=unconfirmed-callback").count == 1)
        let target = "/admin/transactions/\(callback.merchant)/accept"
        let answer = try daemon.post(target, Self.body("{'note':'n','status':'00'}"))
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try daemon.feed().count == 1)
        #expect(try daemon.get("/v1/transactions").json["transactions"].items.count == 1)
        #expect(try daemon.attention().isEmpty)
    }

    // MARK: Replay

    @Test func `refused for want of the right key, they move to the journal when it is there`()
        throws
    {
        let workspace = try Workspace()
        try workspace.write(workspace.keys.other.publicKey.pem(), to: "cashin-public.pem")
        let daemon = try Daemon(in: workspace)
        let callbacks = try (0..<3).map { _ in try Callback() }
        for callback in callbacks { #expect(try daemon.post(callback).code == "4015600") }
        let refused = try daemon.callbacks("outcome=refused")
        #expect(refused.count == 3)
        try workspace.write(workspace.keys.gateway.publicKey.pem(), to: "cashin-public.pem")
        #expect(try daemon.reload() != nil)

        let request = Self.body("{'outcome':'refused','dryRun':true}")
        let dry = try daemon.post("/admin/callbacks/replay", request)
        #expect(dry.status == 200, "\(dry.text)")
        #expect(
            dry.json["results"].items.map { $0["after"].text } == ["applied", "applied", "applied"]
        )
        #expect(try daemon.feed().isEmpty)
        #expect(try daemon.callbacks("outcome=refused").count == 3)

        let answer = try daemon.post(
            "/admin/callbacks/replay",
            Self.body("{'outcome':'refused'}")
        )
        let results = answer.json["results"].items
        #expect(results.map { $0["before"].text } == ["refused", "refused", "refused"])
        #expect(results.map { $0["after"].text } == ["applied", "applied", "applied"])
        #expect(results.map { $0["sequence"].integer } == [1, 2, 3])
        #expect(try daemon.callbacks("outcome=refused").isEmpty)
        let moved = try daemon.callbacks()
        #expect(moved.map { $0["id"].integer } == refused.map { $0["id"].integer })
        #expect(moved.map { $0["body"] } == refused.map { $0["body"] })
        #expect(moved.map { $0["receivedAt"] } == refused.map { $0["receivedAt"] })
        #expect(
            try daemon.feed().map { $0["partnerReferenceNo"].text } == callbacks.map(\.merchant)
        )
        // Again: what has caused a transition does nothing.
        let ids = moved.compactMap { $0["id"].integer }
        let again = try daemon.post(
            "/admin/callbacks/replay",
            "{\"ids\":[\(ids.map { "\($0)" }.joined(separator: ","))]}"
        )
        #expect(again.json["results"].items.allSatisfy { $0["sequence"] == .null })
        #expect(try daemon.feed().count == 3)
        // The gateway's own redelivery is recognised, also after a crash.
        #expect(try daemon.post(callbacks[0]).code == "2005600")
        try daemon.kill()
        let restarted = try Daemon(in: workspace)
        #expect(try restarted.post(callbacks[1]).code == "2005600")
        #expect(try restarted.callbacks().count == 3)
        #expect(try restarted.feed().count == 3)
    }

    @Test func `what waited for a query that could not be asked is applied under other options`()
        throws
    {
        let workspace = try Workspace(confirms: "unproven")
        let waiting = try Self.waitingDaemon(in: workspace)
        let callback = try Callback()
        #expect(try waiting.post(callback).code == "2005600")
        #expect(try waiting.callbacks().first?["outcome"].text == "awaitingQuery")
        #expect(try waiting.stop() == .exited(0))
        let daemon = try Daemon(
            in: workspace,
            set: ["reconcile.enabled=false", "notify.confirmWithQuery=never"]
        )
        let answer = try daemon.post("/admin/callbacks/replay", "{\"ids\":[1]}")
        #expect(answer.json["results"][0]["before"].text == "awaitingQuery")
        #expect(answer.json["results"][0]["after"].text == "applied")
        #expect(try daemon.transaction(callback.merchant)["status"].text == "success")
        #expect(try daemon.callbacks().first?["outcome"].text == "applied")
    }

    @Test func `a callback that cannot be read stays as it is, and commits go on`() throws {
        let daemon = try Self.waitingDaemon()
        let invalid = try Callback(status: "99")
        #expect(try daemon.post(invalid).code == "4005601")
        for _ in 0..<3 {
            let answer = try daemon.post("/admin/callbacks/replay", "{\"ids\":[1]}")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json["results"][0]["after"].text == "invalid")
        }
        #expect(!daemon.log.contains { $0.contains("cannot commit") })
    }

    @Test func `the clock of a replay is the time of receipt`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let stale = try Callback().with { $0.timestamp = JakartaNow.text(offsetSeconds: -400) }
        #expect(try daemon.post(stale).code == "2005600")
        let replay = {
            try daemon.post("/admin/callbacks/replay", "{\"ids\":[1]}").json["results"][0]
        }
        #expect(try replay()["after"].text == "stale")
        try workspace.write(
            Workspace.configuration.replacingOccurrences(
                of: "notify: {",
                with: "notify: { timestampToleranceSeconds: 500,"
            ),
            to: "config.json5"
        )
        #expect(try daemon.reload() != nil)
        #expect(try replay()["after"].text == "applied")
        #expect(try daemon.feed().count == 1)
    }

    @Test func `a wrong replay request is refused with the member to blame`() throws {
        let daemon = try Daemon(in: try Workspace())
        for (body, field) in [
            ("{}", "outcome"), ("{'ids':[]}", "ids"), ("{'ids':['1']}", "ids"),
            ("{'ids':[1],'outcome':'stale'}", "outcome"), ("{'outcome':'lost'}", "outcome"),
            ("{'outcome':'stale','from':'yesterday'}", "from"),
            ("{'outcome':'stale','dryRun':1}", "dryRun"), ("{'id':[1]}", "id"),
        ] {
            let answer = try daemon.post("/admin/callbacks/replay", Self.body(body))
            #expect(answer.status == 400, "\(body)")
            #expect(answer.json["field"].text == field, "\(body)")
        }
        let unknown = try daemon.post("/admin/callbacks/replay", "{\"ids\":[7]}")
        #expect(unknown.status == 404)
        let none = try daemon.post("/admin/callbacks/replay", Self.body("{'outcome':'stale'}"))
        #expect(none.json["results"].items.isEmpty)
    }
}
