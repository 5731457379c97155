import Crypto
import Foundation
import Support
import Testing

/// What the gateway really sends, told after some traffic.
@Suite(.blocking)
struct GatewayReportTests {
    private func report(_ daemon: Daemon, _ query: String = "") throws -> JSON {
        let response = try daemon.get("/v1/gateway-report" + query, as: "auditor")
        #expect(response.status == 200, "\(response.text)")
        return response.json
    }

    /// `[member of a row: count]` of a tally whose rows have one member of interest.
    private func counts(_ tally: JSON, _ name: String = "value") -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in tally["values"].items {
            counts[row[name].text ?? row[name].integer.map { "\($0)" } ?? "", default: 0] +=
                row["count"].integer ?? 0
        }
        return counts
    }

    @Test func `a round trip answers the open questions`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        #expect(try pair.daemon.generate("TRX-2").status == 201)
        try pair.gateway.pay("TRX-1", faults: ["references=snap"])
        try pair.gateway.pay("TRX-2", faults: ["references=cash-in"])
        let query = "{\"partnerReferenceNo\":\"TRX-1\"}"
        #expect(try pair.daemon.post("/admin/qr/query", query).status == 200)

        let report = try report(pair.daemon)
        #expect(report.names == ["madeAt", "from", "to", "limit", "callbacks", "outbound"])
        let callbacks = report["callbacks"]
        #expect(callbacks["count"].integer == 2)
        #expect(callbacks["truncated"].bool == false)
        #expect(callbacks["unreadableBodies"].integer == 0)
        #expect(counts(callbacks["roles"]) == ["cash-in": 1, "snap": 1])
        let key = pair.workspace.keys.gateway.publicKey.fingerprint
        #expect(counts(callbacks["keys"]) == [key: 2])
        #expect(counts(callbacks["answers"]) == ["2005600": 2])
        #expect(counts(callbacks["statuses"]) == ["00": 2])
        #expect(counts(callbacks["clients"]) == ["127.0.0.1": 2])
        #expect(counts(callbacks["httpVersions"]) == ["HTTP/1.1": 2])
        #expect(counts(callbacks["headers"])["X-SIGNATURE"] == 2)
        #expect(callbacks["clockDifferenceMilliseconds"]["count"].integer == 2)
        let signature = callbacks["signatures"]["values"][0]
        #expect(signature.names == ["form", "path", "body", "count", "firstAt", "lastAt"])
        let amount = try #require(
            callbacks["members"]["values"].items.first { $0["path"].text == "amount.value" }
        )
        #expect(amount["count"].integer == 2)
        #expect(amount["documented"].bool == true)

        let services = report["outbound"]["services"].items
        #expect(services.map { $0["service"].text } == ["generate", "query"])
        #expect(services.map { $0["calls"].integer } == [2, 1])
        #expect(counts(services[0]["responseCodes"]) == ["2004700": 2])
        #expect(counts(services[1]["responseCodes"]) == ["2005100": 1])
        #expect(services[1]["responseMilliseconds"]["count"].integer == 1)
        #expect(services[1]["serviceCodes"]["values"].items.count == 1)
        #expect(services[1]["amounts"]["values"].items.count == 1)
    }

    @Test func `repetitions, foreign forms and the range are told`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback()
        let request = try first.request()
        for _ in 0..<3 { #expect(try daemon.post(request).code == "2005600") }
        let later = JakartaNow.text(offsetSeconds: 1)
        #expect(try daemon.post(first.renamed().with { $0.timestamp = later }).code == "2005600")
        var number = try Callback()
        number.body.amount = "{\"value\":1.0E7,\"currency\":\"IDR\"}"
        #expect(try daemon.post(number).code == "2005600")
        var broken = try Callback()
        broken.literalBody = Array("{\"a\":".utf8)
        #expect(try daemon.post(broken).code == "4005600")
        // Not authentic: nobody's habits but the sender's.
        #expect(try daemon.post(Callback(key: daemon.workspace.keys.other)).code == "4015600")

        let callbacks = try report(daemon)["callbacks"]
        #expect(callbacks["count"].integer == 4)
        #expect(callbacks["unreadableBodies"].integer == 1)
        #expect(counts(callbacks["roles"]) == ["undecided": 4])
        #expect(counts(callbacks["answers"]) == ["2005600": 3, "4005600": 1])
        let identical = callbacks["repetitions"]["identical"]
        #expect(identical["callbacks"].integer == 1)
        #expect(identical["deliveries"].integer == 2)
        let sameFact = callbacks["repetitions"]["sameFact"]
        #expect(sameFact["facts"].integer == 1)
        #expect(sameFact["callbacks"].integer == 1)
        #expect(sameFact["changedExternalId"].integer == 1)
        #expect(sameFact["keptExternalId"].integer == 0)
        #expect(sameFact["changedTimestamp"].integer == 1)
        let exponents = callbacks["amounts"]["values"].items.filter { $0["exponent"].bool == true }
        #expect(exponents.map { $0["type"].text } == ["number"])

        let newest = try report(daemon, "?limit=1")["callbacks"]
        #expect(newest["count"].integer == 1)
        #expect(newest["truncated"].bool == true)
        #expect(counts(newest["answers"]) == ["4005600": 1])
        #expect(try report(daemon, "?limit=4")["callbacks"]["truncated"].bool == false)
        let past = try report(daemon, "?from=2020-01-01&to=2020-01-02")
        #expect(past["callbacks"]["count"].integer == 0)
        #expect(past["callbacks"]["period"].names == ["firstAt", "lastAt"])
        #expect(past["callbacks"]["period"]["firstAt"] == .null)
        #expect(past["from"].text == "2020-01-01T00:00:00.000+07:00")
        #expect(try report(daemon, "?from=2020-01-01")["callbacks"]["count"].integer == 4)
    }

    @Test func `what cannot be answered is a problem that names its parameter`() throws {
        let daemon = try Daemon(in: Workspace())
        for (query, field) in [
            ("limit=0", "limit"), ("limit=10001", "limit"), ("from=soon", "from"), ("to=", "to"),
            ("from=2026-11-22&to=2026-11-22", "to"), ("day=1", "day"),
        ] {
            let response = try daemon.get("/v1/gateway-report?" + query)
            #expect(response.status == 400, "\(query)")
            #expect(response.json["field"].text == field, "\(query)")
        }
        #expect(try daemon.get("/v1/gateway-report", as: "orders").status == 403)
    }

    @Test func `the command prints it as tables, or as JSON`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1")
        let call = { (more: [String]) in
            try ChildProcess.run(
                Daemon.program,
                [
                    "gateway-report", "--url", "http://\(pair.daemon.internalEndpoint)",
                    "--token-file", pair.workspace.directory + "auditor.token",
                ] + more
            )
        }
        let people = try call([])
        #expect(people.end == .exited(0))
        #expect(people.output.first?.hasPrefix("Callbacks: 1, ") == true)
        for title in ["Signed over", "Members", "Order of the references", "Response codes"] {
            #expect(people.output.contains(title), "\(title)")
        }
        #expect(people.output.contains { $0.hasPrefix("generate: 1 call; response time ") })
        let programs = try call(["--json", "--limit", "1"])
        #expect(programs.output.count == 1)
        let shown = JSON(Array((programs.output.first ?? "").utf8))
        #expect(shown["limit"].integer == 1)
        #expect(shown["callbacks"]["count"].integer == 1)
    }
}
