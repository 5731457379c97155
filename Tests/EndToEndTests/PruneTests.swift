import Crypto
import Foundation
import Support
import Testing

/// Old heads and bodies are erased: what stays, and who says so.
@Suite(.blocking)
struct PruneTests {
    /// Runs an order to its end.
    private func prune(_ daemon: Daemon, _ members: String = "") throws -> JSON {
        let body = "{\"before\":\"\(JakartaNow.nextMillisecond())\"\(members)}"
        let started = try daemon.post("/admin/prune", body)
        #expect(started.status == 202, "\(started.text)")
        #expect(started["Location"] == "/admin/prune")
        return try Self.end(daemon)
    }

    private static func end(_ daemon: Daemon) throws -> JSON {
        while true {
            let progress = try daemon.get("/admin/prune").json
            if progress["state"].text != "running" { return progress }
        }
    }

    private func dossier(_ daemon: Daemon, _ reference: String) throws -> JSON {
        try daemon.get("/v1/transactions/\(reference)/dossier").json
    }

    private func verify(_ entry: JSON, in directory: String) throws -> [String] {
        let lines = entry["verification"]["lines"].items.compactMap(\.text)
        let script = "cd '\(directory)'\n" + lines.joined(separator: "\n") + "\n"
        let file = directory + Unique.text("lines")
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        return try ChildProcess.run("/bin/sh", [file]).output
    }

    /// Whether any file of the database still has the bytes.
    private func isOnDisk(_ text: String, _ workspace: Workspace) throws -> Bool {
        let names = try FileManager.default.contentsOfDirectory(atPath: workspace.directory)
        return try names.filter { $0.hasPrefix("receiver.db") }.contains { name in
            let file = URL(fileURLWithPath: workspace.directory + name)
            return try Data(contentsOf: file).range(of: Data(text.utf8)) != nil
        }
    }

    @Test func `heads and bodies go, and the dossier still proves what was said`() throws {
        let pair = try Pair()
        let daemon = pair.daemon
        #expect(try daemon.generate("TRX-1").status == 201)
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        #expect(try daemon.transaction("TRX-1", until: "success")["final"].bool == true)
        let before = try dossier(daemon, "TRX-1")
        let callback = before["callbacks"][0]
        let call = before["exchanges"][0]

        let progress = try prune(daemon)
        #expect(progress["state"].text == "done" && progress["percent"].integer == 100)
        #expect(progress["callbacks"].integer == 1)
        #expect(progress["gatewayCalls"].integer == before["exchanges"].items.count)
        let after = try dossier(daemon, "TRX-1")
        #expect(before["transaction"].names.contains("status"))
        for name in before["transaction"].names {
            #expect(after["transaction"][name] == before["transaction"][name], "\(name)")
        }
        let body = try #require(callback["body"].text)
        let erased = after["callbacks"][0]
        let gone = ["body", "headers", "requestLine", "requestHead"]
        for name in gone { #expect(erased[name] == .null, "\(name)") }
        let kept = callback.names.filter { !gone.contains($0) }
        for name in kept where !["erased", "verification"].contains(name) {
            #expect(erased[name] == callback[name], "\(name)")
        }
        let digest = try sha256(Array(body.utf8).span).hex
        #expect(erased["erased"]["bodySha256"].text == digest)
        #expect(erased["erased"]["signedBodySha256"].text == digest)
        #expect(erased["erased"]["signature"] == callback["signature"])
        let directory = pair.workspace.directory
        #expect(try verify(erased, in: directory) == ["Verified OK"])

        let erasedCall = after["exchanges"][0]
        for name in ["requestHead", "requestBody", "responseHead", "responseBody"] {
            #expect(call[name] != .null && erasedCall[name] == .null, "\(name)")
        }
        for (name, member) in [("request", "requestBody"), ("response", "responseBody")] {
            let bytes = Array((call[member].text ?? "").utf8)
            let digest = try sha256(bytes.span).hex
            #expect(erasedCall["erased"][name + "BodySha256"].text == digest)
        }
        #expect(erasedCall["stringToSign"] == call["stringToSign"])
        #expect(erasedCall["signature"] == call["signature"])
        #expect(try verify(erasedCall, in: directory) == ["Verified OK"])
        // A second order finds nothing more.
        #expect(try prune(daemon)["callbacks"].integer == 0)
        #expect(try daemon.get("/v1/gateway-report").status == 200)
        #expect(try daemon.get("/v1/callbacks").json["callbacks"].items.count == 1)
    }

    @Test(.onSQLite) func `what is erased is no longer in the files`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let mark = Unique.text("confidential")
        var callback = try Callback()
        callback.literalBody = Array(
            String(decoding: callback.body.bytes, as: UTF8.self)
                .replacing("{", with: "{\"payer\":\"\(mark)\",", maxReplacements: 1).utf8
        )
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try isOnDisk(mark, workspace))
        #expect(try prune(daemon)["callbacks"].integer == 1)
        #expect(try daemon.stop() == .exited(0))
        #expect(try !isOnDisk(mark, workspace))
    }

    @Test func `replay and diagnosis say that the body is erased`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let spaced = try Callback().with {
            $0.literalBody = Array("{ ".utf8) + $0.body.bytes.dropFirst()
            $0.signedBody = $0.body.bytes
        }
        #expect(try daemon.post(spaced).code == "2005600")
        #expect(try prune(daemon)["callbacks"].integer == 2)
        let diagnosis = try daemon.get("/v1/callbacks/1/diagnosis")
        check(diagnosis, 410, "body-erased", field: "id")
        let replay = try daemon.post("/admin/callbacks/replay", "{\"ids\":[1,2]}")
        #expect(replay.status == 200)
        for result in replay.json["results"].items {
            #expect(result["problem"].text == "body-erased")
            #expect(result["before"] == result["after"])
        }
        // The hash of what was received, and of what was signed.
        let erased = try daemon.get("/v1/callbacks/2").json["erased"]
        let sent = try #require(spaced.literalBody)
        #expect(erased["bodySha256"].text == (try sha256(sent.span).hex))
        let signed = try sha256(spaced.body.bytes.span).hex
        #expect(erased["signedBodySha256"].text == signed)
        // A redelivery is known by its signature.
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.get("/v1/callbacks/1").json["deliveries"]["count"].integer == 2)
    }

    @Test func `refused requests of the time go`() throws {
        let daemon = try Daemon(in: Workspace())
        let forged = try Callback(key: TestKeys.shared().other)
        #expect(try daemon.post(forged).code == "4015600")
        #expect(try daemon.callbacks("outcome=refused").count == 1)
        #expect(try prune(daemon, ",\"dryRun\":true")["refusals"].integer == 1)
        #expect(try prune(daemon)["refusals"].integer == 1)
        #expect(try daemon.callbacks().isEmpty)
    }

    @Test func `a dry run counts and writes nothing`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let progress = try prune(daemon, ",\"dryRun\":true,\"transitions\":true")
        #expect(progress["callbacks"].integer == 1 && progress["dryRun"].bool == true)
        #expect((progress["bytes"].integer ?? 0) > 500)
        #expect(progress["removedTransitions"].integer == 0, "younger than 400 days")
        #expect(try daemon.get("/v1/callbacks/1").json["body"].text != nil)
    }

    @Test func `a wrong order is refused with its field`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.get("/admin/prune").json["state"].text == "idle")
        let rows = [
            ("{}", "before"), (#"{"before":1}"#, "before"), (#"{"before":"2026-13-01"}"#, "before"),
            (#"{"before":"2999-01-01"}"#, "before"),
            (#"{"before":"2026-01-01","transitions":1}"#, "transitions"),
            (#"{"before":"2026-01-01","dryRun":"yes"}"#, "dryRun"),
        ]
        for (body, field) in rows {
            let response = try daemon.post("/admin/prune", body)
            check(response, 400, "invalid-member", field: field, "\(body)")
        }
        let order = #"{"before":"2026-01-01"}"#
        #expect(try daemon.post("/admin/prune", order, as: "orders").status == 403)
    }

    /// Milliseconds since the epoch so many days ago.
    private func daysAgo(_ days: Int) -> Int {
        Int(Date().timeIntervalSince1970 * 1_000) - days * 86_400_000
    }

    @Test func `the feed is cut off below every consumer and 400 days`() throws {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        for _ in 0..<6 { #expect(try first.post(Callback()).code == "2005600") }
        #expect(try first.call("PUT", "/v1/consumers/orders", #"{"position":2}"#).status == 201)
        #expect(try first.stop() == .exited(0))
        try workspace.runSQL(
            """
            UPDATE transitions SET recorded_at = \(daysAgo(401)) WHERE sequence <= 4;
            UPDATE transitions SET recorded_at = \(daysAgo(399)) WHERE sequence = 5;
            """
        )
        let daemon = try Daemon(in: workspace)
        let held = try prune(daemon, ",\"transitions\":true")
        #expect(held["removedTransitions"].integer == 2 && held["oldest"].integer == 3)
        #expect(held["heldBy"].text == "orders")
        #expect(try daemon.call("PUT", "/v1/consumers/orders", #"{"position":6}"#).status == 200)
        let cut = try prune(daemon, ",\"transitions\":true")
        #expect(cut["removedTransitions"].integer == 2 && cut["oldest"].integer == 5)
        #expect(cut["heldBy"] == .null)
        let expired = try daemon.get("/v1/transitions?after=2")
        check(expired, 410, "position-expired", field: "after", members: ["oldest"])
        #expect(expired.json["oldest"].integer == 5)
        #expect(try daemon.feed(after: 4).map { $0["sequence"].integer } == [5, 6])
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.get("/v1/transitions?after=latest").json["head"].integer == 7)
    }

    // MARK: storage.bodyDays

    @Test func `bodyDays erases by itself, by the gateway's time, and not what is young`() throws {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        for _ in 0..<3 { #expect(try first.post(Callback()).code == "2005600") }
        #expect(try first.stop() == .exited(0))
        // A clock that runs ahead: by it, all is old; by what the gateway signed, nothing is.
        try workspace.runSQL(
            """
            UPDATE callbacks SET received_at = \(daysAgo(11)) WHERE id <= 2;
            UPDATE callbacks SET signed_ms = \(daysAgo(8));
            """
        )
        let ahead = try Daemon(in: workspace, set: ["storage.bodyDays=5"])
        #expect(try Self.ended(ahead)["callbacks"].integer == 0)
        #expect(try ahead.post(Callback()).code == "2005600")
        try workspace.write(
            Workspace.configuration.replacing(
                "database: \"receiver.db\"",
                with: "database: \"receiver.db\", bodyDays: 10"
            ),
            to: "config.json5"
        )
        #expect(try ahead.stop() == .exited(0))
        let daemon = try Daemon(in: workspace)
        #expect(try Self.ended(daemon)["callbacks"].integer == 2)
        let bodies = try daemon.callbacks().map { $0["body"].text != nil }
        #expect(bodies == [true, true, false, false])
        #expect(daemon.logs { $0.contains("message=erased") && $0.contains("callbacks=2") })
    }

    /// The progress as soon as something was ordered and has ended.
    private static func ended(_ daemon: Daemon) throws -> JSON {
        while true {
            let progress = try daemon.get("/admin/prune").json
            if !["running", "idle"].contains(progress["state"].text) { return progress }
        }
    }

    // MARK: The command

    private func command(
        _ workspace: Workspace,
        _ arguments: [String]
    ) throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        try ChildProcess.run(
            Daemon.program,
            ["prune", "--config", workspace.configurationFile] + arguments
        )
    }

    @Test(.onSQLite) func `the command erases a database at rest, and gives the space back`() throws
    {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        for _ in 0..<50 { #expect(try daemon.post(Callback()).code == "2005600") }
        #expect(try daemon.stop() == .exited(0))
        let size = { try Data(contentsOf: URL(fileURLWithPath: workspace.database)).count }
        let before = try size()
        let counted = try command(
            workspace,
            ["--before", JakartaNow.nextMillisecond(), "--dry-run"]
        )
        #expect(counted.end == .exited(0))
        #expect(counted.output.first == "Dry run: nothing was written.")
        #expect(counted.output.contains { $0.contains("50 callbacks") })
        let erased = try command(
            workspace,
            ["--before", JakartaNow.nextMillisecond(), "--compact", "--json"]
        )
        #expect(erased.end == .exited(0), "\(erased.errors)")
        #expect(JSON(Array(erased.output.joined().utf8))["callbacks"].integer == 50)
        #expect(try size() < before)
        let again = try Daemon(in: workspace)
        #expect(try again.feed().count == 50)
        #expect(try again.get("/v1/callbacks/1").json["erased"]["signature"].text != nil)
    }

    @Test(.onSQLite) func `the command goes through the daemon that runs`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        guard case .loopback(let port) = daemon.internalEndpoint else { return }
        #expect(try daemon.post(Callback()).code == "2005600")
        try workspace.write(
            Workspace.configuration.replacing(
                "internal: {\n    listen: \"127.0.0.1:0\"",
                with: "internal: {\n    listen: \"127.0.0.1:\(port)\""
            ),
            to: "config.json5"
        )
        let compact = try command(
            workspace,
            ["--before", JakartaNow.nextMillisecond(), "--compact"]
        )
        #expect(compact.end == .exited(69))
        #expect(compact.errors.contains { $0.contains("stop it first") })
        #expect(try daemon.get("/admin/prune").json["state"].text == "idle")
        let erased = try command(workspace, ["--before", JakartaNow.nextMillisecond()])
        #expect(erased.end == .exited(0), "\(erased.errors)")
        #expect(erased.output.contains { $0.contains("1 callbacks") })
        #expect(try daemon.get("/admin/prune").json["callbacks"].integer == 1)
    }

    @Test(.onSQLite) func `the command says what is wrong with its arguments`() throws {
        let workspace = try Workspace()
        let rows: [(arguments: [String], code: CInt, text: String)] = [
            ([], 64, "--before DAY is missing"),
            (["--before", "yesterday"], 64, "not in the future"),
            (["--before", "2999-01-01"], 64, "not in the future"),
            (["--before", "2026-01-01", "--compact", "--dry-run"], 64, "without --dry-run"),
            (["--before", "2026-01-01"], 74, "does not exist"),
        ]
        for row in rows {
            let result = try command(workspace, row.arguments)
            #expect(result.end == .exited(row.code), "\(row)")
            #expect(result.errors.contains { $0.contains(row.text) }, "\(row): \(result.errors)")
        }
    }
}
