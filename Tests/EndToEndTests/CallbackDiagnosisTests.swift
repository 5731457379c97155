import Crypto
import Foundation
import Support
import Testing

/// Why a signature does not verify: the route for kept callbacks, and the command for saved ones.
@Suite(.blocking)
struct CallbackDiagnosisTests {
    /// The diagnosis of the newest kept callback.
    private func diagnosis(_ daemon: Daemon) throws -> JSON {
        let id = try #require(try daemon.callbacks().first?["id"].integer)
        let response = try daemon.get("/v1/callbacks/\(id)/diagnosis", as: "auditor")
        #expect(response.status == 200)
        #expect(response["Content-Type"] == "application/json")
        #expect(response.json["callbackId"].integer == id)
        return response.json
    }

    @Test func `a refused callback is explained to the operator and not to the caller`() throws {
        let daemon = try Daemon(in: Workspace())
        var callback = try Callback()
        callback.signedBody = callback.body.bytes + [0x0A]
        let explained = try daemon.post(callback)
        #expect(explained.code == "4015600")

        var other = try Callback()
        other.key = daemon.workspace.keys.other
        let unexplained = try daemon.post(other)
        #expect(explained.body == unexplained.body)

        let unknownKey = try diagnosis(daemon)
        #expect(unknownKey["verdict"].text == "otherKey")
        #expect(unknownKey["changes"].items.isEmpty)
        #expect(unknownKey["signed"] == .null)

        let refused = try daemon.callbacks("externalId=\(callback.externalID)").first
        let id = try #require(refused?["id"].integer)
        let newline = try daemon.get("/v1/callbacks/\(id)/diagnosis").json
        #expect(newline["verdict"].text == "oneChange")
        #expect(newline["changes"].items.map { $0["change"].text } == ["bodyEnd"])
        #expect(newline["changes"][0].names == ["change", "detail", "remedy"])
        #expect(newline["keys"][0]["result"].text == "opens")
        #expect(newline["clock"]["withinTolerance"].bool == true)
        #expect(newline["headers"]["partnerIdMatches"].bool == true)
        #expect(newline["search"]["complete"].bool == true)
        #expect(
            newline.names == [
                "callbackId", "verdict", "answer", "summary", "changes", "candidates", "bodies",
                "keys",
                "signature", "signed", "clock", "headers", "search", "notes",
            ]
        )
    }

    @Test func `an accepted callback verifies over what it matched`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback().with { $0.signedPath = Workspace.publicURL }
        #expect(try daemon.post(callback).code == "2005600")
        let found = try diagnosis(daemon)
        #expect(found["verdict"].text == "verifies")
        let path = try daemon.callbacks().first?["match"]["path"].text
        #expect(path == Workspace.publicURL)
        let signed = found["signed"]["stringToSign"].text
        #expect(signed?.hasPrefix("POST:\(Workspace.publicURL):") == true)
        let candidates = found["candidates"].items
        #expect(candidates.contains { $0["stringToSign"].text == signed })
        #expect(candidates[0].names == ["path", "bodyForm", "stringToSign", "bodySHA256"])
    }

    @Test func `a callback is judged by the keys of today`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try diagnosis(daemon)["verdict"].text == "verifies")
        let other = try daemon.workspace.keys.other.publicKey.pem()
        try daemon.workspace.write(other, to: "cashin-public.pem")
        #expect(try daemon.reload()?.contains("reloaded") == true)
        let found = try diagnosis(daemon)
        #expect(found["verdict"].text == "otherKey")
        let fingerprint = daemon.workspace.keys.gateway.publicKey.fingerprint
        #expect(
            found["notes"].items.map(\.text) == [
                "At receipt, the signature verified over /v1.0/debit/notify (raw) "
                    + "with the key \(fingerprint)."
            ]
        )
    }

    @Test func `a callback under a wrong path is explained too`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.target = "/v1.0/debit/notify/"
        #expect(try daemon.post(request).code == "4045600")
        let found = try diagnosis(daemon)
        #expect(found["verdict"].text == "refusedHeaders")
        #expect(found["headers"]["problems"][0]["responseCode"].text == "4045600")
    }

    // MARK: The command

    private func diagnose(
        _ workspace: Workspace,
        _ arguments: [String]
    ) throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        try ChildProcess.run(
            Daemon.program,
            ["diagnose", "--config", workspace.configurationFile] + arguments
        )
    }

    private func write(_ bytes: [UInt8], to name: String, _ workspace: Workspace) throws -> String {
        let path = workspace.directory + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `a saved request that verifies exits 0, from a file and from standard input`() throws
    {
        let workspace = try Workspace()
        let file = try write(Callback().request().bytes, to: "callback.http", workspace)
        let (end, output, errors) = try diagnose(workspace, [file])
        #expect(end == .exited(0))
        #expect(output.first?.hasPrefix("verifies: ") == true)
        #expect(errors.isEmpty)
        let piped = try ChildProcess.run(
            "/bin/sh",
            [
                "-c", "exec \"$0\" diagnose --config \"$1\" - < \"$2\"", Daemon.program,
                workspace.configurationFile, file,
            ]
        )
        #expect(piped.end == .exited(0))
        #expect(piped.output == output)
    }

    @Test func `a saved request that does not verify exits 65 and says why`() throws {
        let workspace = try Workspace()
        let callback = try Callback().with {
            $0.signedPath = "http://pay.example.id/v1.0/debit/notify"
        }
        let file = try write(callback.request().bytes, to: "callback.http", workspace)
        let (end, output, errors) = try diagnose(workspace, [file])
        #expect(end == .exited(65))
        #expect(output.first?.hasPrefix("oneChange: ") == true)
        #expect(output.contains { $0.hasPrefix("  scheme: ") })
        #expect(errors.isEmpty)

        let json = try diagnose(workspace, ["--json", file])
        #expect(json.end == .exited(65))
        #expect(json.output.count == 1)
        let found = JSON(Array((json.output.first ?? "").utf8))
        #expect(found["changes"].items.map { $0["change"].text } == ["scheme"])
        #expect(!found.names.contains("callbackId"))
    }

    @Test func `offline, the receiver's own rows are judged, and the others are named`() throws {
        let workspace = try Workspace()
        let callback = try Callback().with { $0.timestamp = "2026-11-22T10:00:00+07:00" }
        let good = try write(callback.request().bytes, to: "good.http", workspace)
        let known = try diagnose(workspace, ["--received-at", "2026-11-22T10:00:01+07:00", good])
        #expect(known.end == .exited(0))
        let first = known.output.first ?? ""
        #expect(first.hasPrefix("verifies: Offline, rows 1, 3 to 5 and 7 to 9 of the checks pass"))
        #expect(first.contains("Rows 10 to 12"))
        #expect(!first.contains("--received-at"))
        #expect(try diagnose(workspace, [good]).output.first?.contains("--received-at") == true)

        let late = ["--received-at", "2026-11-22T11:00:00+07:00", good]
        let kept = try diagnose(workspace, late)
        #expect(kept.end == .exited(0))
        #expect(kept.output.first?.contains("3600 s older than the time of receipt") == true)
        let refused = try diagnose(workspace, ["--set", "notify.staleTimestamp=reject"] + late)
        #expect(refused.end == .exited(65))
        #expect(
            refused.output.first?.contains("would be 4015600 Unauthorized. [Timestamp]") == true
        )

        let array = try callback.with { $0.literalBody = Array("[]".utf8) }.request()
        let bad = try diagnose(
            workspace,
            ["--json", write(array.bytes, to: "bad.http", workspace)]
        )
        #expect(bad.end == .exited(65))
        let answer = JSON(Array((bad.output.first ?? "").utf8))["answer"]
        #expect(answer["responseCode"].text == "4005600")
        #expect(answer["row"].integer == 7)
        #expect(answer["replayHelps"] == .null)

        let wrong = try diagnose(workspace, ["--received-at", "yesterday", good])
        #expect(wrong.end == .exited(64))
        #expect(wrong.errors.first?.contains("--received-at is \"yesterday\"") == true)
    }

    @Test func `the API's own document of a callback is diagnosed like the callback`() throws {
        let daemon = try Daemon(in: Workspace())
        var callback = try Callback()
        callback.signedBody = callback.body.bytes + [0x0A]
        #expect(try daemon.post(callback).code == "4015600")
        let id = try #require(try daemon.callbacks().first?["id"].integer)
        let document = try daemon.get("/v1/callbacks/\(id)")
        let file = try write(document.body, to: "callback.json", daemon.workspace)
        let (end, output, errors) = try diagnose(daemon.workspace, [file])
        #expect(end == .exited(65))
        #expect(errors.isEmpty)
        #expect(output.contains { $0.hasPrefix("  bodyEnd: ") })
    }

    @Test func `a flood of diagnoses hurts no callback`() throws {
        let daemon = try Daemon(in: Workspace())
        var refused = try Callback()
        let filling = String(repeating: #"{"value": 10000.50, "x": "é \\/ <b>"}, "#, count: 300)
        refused.literalBody = Array("[\(filling)1]".utf8)
        refused.signedBody = []
        refused.signedPath = "/another"
        #expect(try daemon.post(refused).code == "4015600")
        let id = try #require(try daemon.callbacks().first?["id"].integer)
        // Each on a connection of its own; the responses are read when all callbacks are accepted.
        let clients = try (0..<6).map { _ in try daemon.open("/v1/callbacks/\(id)/diagnosis") }
        for _ in 0..<50 { #expect(try daemon.post(Callback()).code == "2005600") }
        for client in clients {
            #expect(try client.response().json["answer"]["row"].integer == 5)
        }
    }

    @Test func `a further key is tried when it is named`() throws {
        let workspace = try Workspace()
        let callback = try Callback(key: workspace.keys.other)
        let file = try write(callback.request().bytes, to: "callback.http", workspace)
        try workspace.write(workspace.keys.other.publicKey.pem(), to: "new.pem")
        let (end, output, _) = try diagnose(
            workspace,
            ["--key", workspace.directory + "new.pem", file]
        )
        #expect(end == .exited(65))
        #expect(output.contains { $0.hasPrefix("  otherKey: ") && $0.contains("new.pem") })
        #expect(try diagnose(workspace, [file]).output.first?.hasPrefix("otherKey: ") == true)
    }

    @Test func `a curl command is explained, the page's own too`() throws {
        let workspace = try Workspace()
        let request = try Callback().request()
        var command = "curl https://pay.example.id/v1.0/debit/notify"
        for (name, value) in request.fields { command += " \\\n  -H '\(name): \(value)'" }
        command += " \\\n  --data-raw '\(String(decoding: request.body, as: UTF8.self))'\n"
        let file = try write(Array(command.utf8), to: "callback.sh", workspace)
        #expect(try diagnose(workspace, [file]).end == .exited(0))

        let sample = """
            curl --location --request POST 'https://{your_domain}/v1.0/debit/notify \\
            --header 'X-PARTNER-ID: \(Workspace.clientID)' \\
            --header 'X-SIGNATURE: \(Fixture.placeholderSignature)' \\
            --data-raw '\(try Fixture.text("sample-notify.json"))'
            """
        let page = try write(Array(sample.utf8), to: "page.sh", workspace)
        let (end, output, _) = try diagnose(workspace, [page])
        #expect(end == .exited(65))
        #expect(output.first?.hasPrefix("unusableSignature: ") == true)
        #expect(output.contains { $0.contains("typographic quotation marks") })
    }

    @Test func `what cannot be read has its exit code and one line`() throws {
        let workspace = try Workspace()
        let noise = try write(Array("no callback\n\u{1B}[31m".utf8), to: "noise", workspace)
        let rows: [([String], CInt, String)] = [
            ([noise], 65, "it is neither a request nor a curl command"),
            ([workspace.directory + "absent"], 74, "cannot be read"),
            ([workspace.directory], 74, "cannot be read"),
            ([], 64, "FILE is missing"),
            (["--json=1", noise], 64, "--json takes no value"),
            (["--key", workspace.directory + "absent.pem", noise], 65, "it is neither"),
            (["--set", "notify=1", noise], 78, "notify"),
        ]
        for (arguments, code, text) in rows {
            let (end, output, errors) = try diagnose(workspace, arguments)
            #expect(end == .exited(code), "\(arguments)")
            #expect(output.isEmpty)
            #expect(errors.first?.contains(text) == true, "\(errors)")
        }
        let request = try write(Callback().request().bytes, to: "callback.http", workspace)
        let key = try diagnose(workspace, ["--key", workspace.directory + "absent.pem", request])
        #expect(key.end == .exited(74))
        let token = try diagnose(workspace, ["--key", workspace.directory + "ops.token", request])
        #expect(token.end == .exited(65))
        let closed = try ChildProcess.run(
            "/bin/sh",
            [
                "-c", "exec \"$0\" diagnose --config \"$1\" - <&-", Daemon.program,
                workspace.configurationFile,
            ]
        )
        #expect(closed.end == .exited(74))
    }
}
