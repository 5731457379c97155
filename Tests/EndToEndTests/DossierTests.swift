import Crypto
import Foundation
import Support
import Testing

/// All evidence of one payment, verified with nothing but a shell and the `openssl` command.
@Suite(.blocking)
struct DossierTests {
    private func dossier(_ daemon: Daemon, _ reference: String) throws -> JSON {
        let response = try daemon.get("/v1/transactions/\(reference)/dossier", as: "auditor")
        #expect(response.status == 200, "\(response.text)")
        #expect(response["Content-Type"] == "application/json")
        return response.json
    }

    /// What the lines of an entry print, run in a directory of their own.
    private func verify(
        _ entry: JSON,
        in directory: String,
        _ change: (String) -> String = { $0 }
    ) throws -> (end: ChildProcess.End, output: [String]) {
        let lines = entry["verification"]["lines"].items.compactMap(\.text)
        let place = directory + Unique.text("verify")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let script = "cd '\(place)' || exit 99\n" + change(lines.joined(separator: "\n")) + "\n"
        let file = place + "/lines.sh"
        try Data(script.utf8).write(to: URL(fileURLWithPath: file))
        let (end, output, _) = try ChildProcess.run("/bin/sh", [file])
        return (end, output)
    }

    @Test func `every callback and every request verifies with openssl, and no changed one`()
        throws
    {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        let query = "{\"partnerReferenceNo\":\"TRX-1\"}"
        #expect(try pair.daemon.post("/admin/qr/query", query).status == 200)
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["final"].bool == true)

        let dossier = try dossier(pair.daemon, "TRX-1")
        #expect(dossier["transaction"] == (try pair.daemon.transaction("TRX-1")))
        #expect(dossier["exchanges"].items.map { $0["service"].text } == ["query", "generate"])
        #expect(dossier["callbacks"].items.count == 1)
        #expect(dossier["truncated"] == .array([]))
        for entry in dossier["callbacks"].items + dossier["exchanges"].items {
            let directory = pair.workspace.directory
            let verified = try verify(entry, in: directory)
            #expect(verified.end == .exited(0))
            #expect(verified.output == ["Verified OK"])
            // Any byte of the body, of the path and of the timestamp counts.
            for (old, new) in [
                ("printf '%s' 'ey", "printf '%s' 'eo"), ("'POST:/", "'POST:/x"),
                ("+07:00'", "+07:01'"),
            ] {
                let changed = try verify(entry, in: directory) { script in
                    #expect(script.contains(old))
                    return script.replacing(old, with: new)
                }
                #expect(changed.end == .exited(1), "\(old)")
                #expect(changed.output == ["Verification failure"], "\(old)")
            }
        }
    }

    @Test func `what was sent and received stands there byte for byte`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["final"].bool == true)
        let dossier = try dossier(pair.daemon, "TRX-1")

        let callback = dossier["callbacks"][0]
        let id = try #require(callback["id"].integer)
        let shown = try pair.daemon.get("/v1/callbacks/\(id)").json
        #expect(shown.names.isSuperset(of: ["id", "body", "outcome"]))
        for name in shown.names { #expect(callback[name] == shown[name], "\(name)") }
        let head = try #require(callback["requestHead"].text)
        let signature = try #require(callback["signature"].text)
        #expect(head.hasPrefix("POST /v1.0/debit/notify HTTP/1.1\r\n"))
        #expect(head.contains("\r\nX-SIGNATURE: \(signature)\r\n"))
        let body = try #require(callback["body"].text)
        let path = try #require(callback["match"]["path"].text)
        let timestamp = try #require(callback["timestamp"].text)
        let digest = try sha256(Array(body.utf8).span)
        #expect(callback["stringToSign"].text == "POST:\(path):\(digest):\(timestamp)")

        let generate = dossier["exchanges"][0]
        let requestBody = try #require(generate["requestBody"].text)
        #expect(JSON(Array(requestBody.utf8))["partnerReferenceNo"].text == "TRX-1")
        let target = "/pg/fo/api/v1.0/qr/qr-mpm-generate"
        #expect(generate["requestHead"].text?.hasPrefix("POST \(target) HTTP/1.1\r\n") == true)
        #expect(generate["responseStatus"].integer == 200)
        #expect(generate["responseHead"].text?.hasPrefix("HTTP/1.1 200 ") == true)
        let answer = JSON(Array((generate["responseBody"].text ?? "").utf8))
        #expect(answer["referenceNo"] == dossier["transaction"]["referenceNo"])
        #expect(generate["externalId"].text?.count == 32)
        #expect(generate["error"] == .null)
        #expect(generate["startedAt"].text != nil && generate["finishedAt"].text != nil)

        let keys = dossier["keys"].items
        #expect(keys.map { $0["use"].text } == ["gateway", "merchant"])
        let merchant = pair.workspace.keys.other.publicKey
        #expect(keys[1]["pem"].text == (try merchant.pem()))
        #expect(generate["verification"]["keyFingerprint"].text == merchant.fingerprint)
        #expect(keys[0]["fingerprint"] == callback["match"]["keyFingerprint"])
    }

    @Test func `a minified body and a complete URL verify as they were signed`() throws {
        let daemon = try Daemon(in: Workspace())
        let plain = try Callback()
        let spaced = plain.renamed().with {
            $0.literalBody = Array("{ ".utf8) + $0.body.bytes.dropFirst()
            $0.signedBody = $0.body.bytes
            $0.signedPath = Workspace.publicURL
        }
        #expect(try daemon.post(plain).code == "2005600")
        #expect(try daemon.post(spaced).code == "2005600")
        let dossier = try dossier(daemon, plain.merchant)
        let callbacks = dossier["callbacks"].items
        #expect(callbacks.map { $0["match"]["body"].text } == ["minified", "raw"])
        for callback in callbacks {
            let verified = try verify(callback, in: daemon.workspace.directory)
            #expect(verified.output == ["Verified OK"])
        }
        #expect(dossier["exchanges"] == .array([]))
        #expect(dossier["keys"].items.map { $0["use"].text } == ["gateway"])
    }

    @Test func `a key that is not configured any more takes the lines away, not the evidence`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let other = try daemon.workspace.keys.other.publicKey.pem()
        try daemon.workspace.write(other, to: "cashin-public.pem")
        #expect(try daemon.reload()?.contains("reloaded") == true)
        let dossier = try dossier(daemon, callback.merchant)
        #expect(dossier["callbacks"][0]["verification"] == .null)
        #expect(dossier["callbacks"][0]["stringToSign"].text != nil)
        #expect(dossier["keys"] == .array([]))
    }

    @Test func `a payment that the gateway never took has its call and no callback`() throws {
        // Nobody listens there.
        let pair = try Pair(set: ["cashIn.baseURL=http://127.0.0.1:1/pg/fo"])
        #expect(try pair.daemon.generate("TRX-1").status == 503)
        let dossier = try dossier(pair.daemon, "TRX-1")
        #expect(dossier["transaction"]["status"].text == "created")
        #expect(dossier["callbacks"] == .array([]))
        let exchange = dossier["exchanges"][0]
        #expect(exchange["responseStatus"] == .null)
        #expect(exchange["responseHead"] == .null)
        #expect(exchange["responseBody"] == .null)
        #expect(exchange["error"].text != nil)
        let verified = try verify(exchange, in: pair.workspace.directory)
        #expect(verified.output == ["Verified OK"])
    }

    @Test func `a payment whose roles were put right is found under both names`() throws {
        let pair = try Pair(
            set: ["notify.confirmWithQuery=never", "reconcile.enabled=false"]
        )
        try pair.gateway.pay("ELSEWHERE-1", faults: ["references=snap"], amount: "5000.00")
        let guessed = try #require(try pair.daemon.feed().first?["partnerReferenceNo"].text)
        #expect(guessed != "ELSEWHERE-1")
        let query = "{\"partnerReferenceNo\":\"ELSEWHERE-1\"}"
        #expect(try pair.daemon.post("/admin/qr/query", query).status == 200)
        for name in [guessed, "ELSEWHERE-1"] {
            let dossier = try dossier(pair.daemon, name)
            #expect(dossier["transaction"]["partnerReferenceNo"].text == "ELSEWHERE-1")
            #expect(dossier["callbacks"].items.count == 1)
            #expect(dossier["exchanges"].items.map { $0["service"].text } == ["query"])
        }
    }

    @Test func `callbacks that contradict a payment, and resolved entries, belong to it`() throws {
        let pair = try Pair(set: ["reconcile.enabled=false"])
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        let known = try pair.daemon.transaction("TRX-1")
        let gateway = try #require(known["referenceNo"].text)
        // The merchant's number with another of the gateway's, and the reverse.
        for pairOfReferences in [("TRX-1", "PAY-other"), ("TRX-other", gateway)] {
            let callback = try Callback(pairOfReferences.0, pairOfReferences.1)
            #expect(try pair.daemon.post(callback).code == "2005600")
        }
        #expect(try pair.gateway.cancel("TRX-1").status == 200)
        // Late money: attention until a query says so, too.
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        let query = "{\"partnerReferenceNo\":\"TRX-1\"}"
        #expect(try pair.daemon.post("/admin/qr/query", query).status == 200)
        let dossier = try dossier(pair.daemon, "TRX-1")
        #expect(dossier["callbacks"].items.count == 4)
        let late = dossier["attention"].items.filter { $0["kind"].text == "late-success" }
        #expect(late.count == 1)
        #expect(late.first?["resolvedAt"].text != nil)
        #expect(dossier["attention"].items.contains { $0["kind"].text == "reference-mismatch" })
        #expect(
            dossier["transaction"]["attention"]
                == (try pair.daemon.transaction("TRX-1")["attention"])
        )
    }

    @Test func `what cannot be answered is a problem`() throws {
        let daemon = try Daemon(in: Workspace())
        let unknown = try daemon.get("/v1/transactions/TRX-none/dossier")
        #expect(unknown.status == 404)
        #expect(unknown.json["type"].text == "urn:cashin-receiver:problem:transaction-not-found")
        #expect(unknown.json["field"].text == "partnerReferenceNo")
        #expect(try daemon.get("/v1/transactions/%20/dossier").status == 404)
        #expect(try daemon.get("/v1/transactions/TRX-1/dossier?wait=1").status == 400)
        #expect(try daemon.get("/v1/transactions/TRX-1/dossier", as: "orders").status == 403)
    }

    @Test func `the command prints it, or writes it where nothing is`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let file = daemon.workspace.directory + "dossier.json"
        let call = { (more: [String]) in
            try ChildProcess.run(
                Daemon.program,
                [
                    "dossier", callback.merchant, "--url", "http://\(daemon.internalEndpoint)",
                    "--token-file", daemon.workspace.directory + "auditor.token",
                ] + more
            )
        }
        let printed = try call([])
        #expect(printed.end == .exited(0))
        #expect(printed.output.count == 1)
        let shown = JSON(Array((printed.output.first ?? "").utf8))
        #expect(shown["transaction"]["partnerReferenceNo"].text == callback.merchant)

        let written = try call(["--out", file])
        #expect((written.end, written.output) == (.exited(0), []))
        let kept = JSON([UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
        #expect(kept["callbacks"] == shown["callbacks"])
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let again = try call(["--out", file])
        #expect(again.end == .exited(74))
        #expect(again.errors.first?.contains("already there") == true)
    }
}
