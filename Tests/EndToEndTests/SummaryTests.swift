import Support
import Testing

/// `GET /v1/summary` and the command `summary`.
@Suite(.blocking)
struct SummaryTests {
    private static func shell(_ arguments: [String], _ daemon: Daemon) throws -> [String] {
        let result = try ChildProcess.run(
            Daemon.program,
            ["summary"] + arguments + [
                "--url", "http://\(daemon.internalEndpoint)",
                "--token-file", "\(daemon.workspace.directory)orders.token",
            ]
        )
        #expect(result.end == .exited(0), "\(result.errors)")
        return result.output
    }

    @Test func `payments are summed by day and status, for people and programs`() throws {
        let pair = try Pair()
        let daemon = pair.daemon
        #expect(try Self.shell([], daemon) == ["No payments."])
        let body = #"{"partnerReferenceNo":"TRX-1","amount":"25000","feeAmount":"250"}"#
        #expect(try daemon.call("POST", "/admin/qr/generate", body).status == 201)
        let day = JakartaNow.text().prefix(10)
        let created = try daemon.get("/v1/summary?by=created&from=\(day)", as: "orders").json
        #expect(created["by"].text == "created")
        #expect(created["from"].text == "\(day)T00:00:00.000+07:00")
        #expect(created["to"] == .null)
        #expect(created["days"][0]["status"].text == "pending")
        #expect(try daemon.get("/v1/summary").json["days"].items.isEmpty)

        for reference in ["TRX-2", "TRX-3"] {
            #expect(try daemon.generate(reference).status == 201)
        }
        for reference in ["TRX-1", "TRX-2"] {
            #expect(try pair.gateway.pay(reference).status == 200)
            _ = try daemon.transaction(reference, until: "success")
        }
        let summary = try daemon.get("/v1/summary", as: "orders")
        let sums = summary.json["days"]
        #expect(sums.items.count == 1)
        #expect(sums[0]["count"] == summary.json["totals"][0]["count"])
        #expect(sums[0]["count"].integer == 2)
        #expect(sums[0]["amount"]["value"].text == "35000.00")
        #expect(sums[0]["feeAmount"]["value"].text == "250.00")
        #expect(sums[0]["refundedAmount"]["value"].text == "0.00")

        #expect(try Self.shell(["--json"], daemon) == [summary.text])
        let table = try Self.shell(["--by", "created"], daemon)
        #expect(table.count == 5)
        #expect(table[0].split(separator: " ") == Self.titles)
        #expect(table[4].hasPrefix("total"))
    }

    private static let titles: [Substring] = [
        "DAY", "STATUS", "COUNT", "AMOUNT", "FEE", "REFUNDED",
    ]

    @Test func `a period that is none is refused`() throws {
        let daemon = try Daemon(in: Workspace())
        for (query, field) in [
            ("from=2026-11-22&to=2026-11-22", "to"), ("from=2026-11-23&to=2026-11-22", "to"),
            ("by=expired", "by"), ("from=22/11/2026", "from"), ("to=yesterday", "to"),
        ] {
            let response = try daemon.get("/v1/summary?\(query)")
            check(response, 400, "invalid-parameter", field: field, "\(query)")
        }
    }
}
