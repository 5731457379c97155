import Crypto
import Foundation
import Support
import Testing

/// Real traffic, and which rules of `deploy/prometheus/alerts.yml` fire on it.
@Suite(
    .blocking,
    .enabled(if: Promtool.program != nil, "promtool is not installed (apt-get install prometheus)")
)
struct FiredRulesTests {
    /// The rules that fire at a time, in minutes; the metrics change at minute 5.
    private typealias Fired = (minute: Int, rules: [String])

    private func expect(
        _ fired: [Fired],
        from quiet: Scrape,
        to noisy: Scrape,
        in workspace: Workspace
    ) throws {
        try workspace.write(Self.test(quiet, noisy, [(3, [])] + fired), to: "fired.yml")
        let file = workspace.directory + "fired.yml"
        #expect(try Promtool.complaint(["test", "rules", file]) == nil)
    }

    @Test func `refused callbacks, tokens and reloads, and a consumer that stands still`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.call("PUT", "/v1/consumers/orders", "{\"position\":0}").status < 300)
        let quiet = try daemon.scrape()

        let other = try RSAPrivateKey.generate()
        for _ in 0..<4 { #expect(try daemon.post(Callback(key: other)).code == "4015600") }
        let foreign = try Callback().with { $0.partnerID = "CID-OTHER" }
        #expect(try daemon.post(foreign).code == "4015600")
        for _ in 0..<25 { #expect(try daemon.get("/v1/transitions", as: nil).status == 401) }
        try workspace.write("{ notify: 1 }", to: "config.json5")
        #expect(try daemon.reload()?.contains("reload refused") == true)
        #expect(try daemon.attentionEntry("callbacks-refused")["id"].integer != nil)

        let atOnce = [
            "CashinAuthenticRefused", "CashinCallbacksRefused", "CashinLogErrors",
            "CashinReloadRefused", "CashinTokensRefused",
        ]
        let lasting = ["CashinAttentionUrgent", "CashinConsumerStopped", "CashinReloadRefused"]
        try expect([(6, atOnce), (40, lasting)], from: quiet, to: daemon.scrape(), in: workspace)
    }

    @Test(.onSQLite) func `a database that cannot commit`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        let quiet = try daemon.scrape()
        try StorageFailureTests.limitFiles(of: daemon, to: 0)
        #expect(try daemon.post(Callback()).code == "5005601")
        let noisy = try daemon.scrape()
        try StorageFailureTests.limitFiles(of: daemon, to: nil)
        let atOnce = ["CashinCallbacksFail", "CashinCommitsFail", "CashinLogErrors"]
        try expect([(6, atOnce), (40, [])], from: quiet, to: noisy, in: workspace)
    }

    @Test(.onSQLite) func `a disk that is low`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        let quiet = try daemon.scrape()
        let text = Workspace.configuration.replacing(
            "database: \"receiver.db\"",
            with: "database: \"receiver.db\", minimumFreeBytes: 1000000000000000"
        )
        try workspace.write(text, to: "config.json5")
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        #expect(try daemon.attentionEntry("disk-low")["id"].integer != nil)
        let lasting = ["CashinAttentionUrgent", "CashinDiskLow"]
        try expect(
            [(6, ["CashinDiskLow"]), (40, lasting)],
            from: quiet,
            to: daemon.scrape(),
            in: workspace
        )
    }

    @Test func `a clock that differs`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let quiet = try daemon.scrape()
        for _ in 0..<3 {
            let late = try Callback().with { $0.timestamp = JakartaNow.text(offsetSeconds: -900) }
            #expect(try daemon.post(late).code == "2005600")
        }
        #expect(try daemon.attentionEntry("clock-difference")["id"].integer != nil)
        let lasting = ["CashinAttentionOpen", "CashinAttentionUrgent", "CashinClockDifference"]
        try expect([(6, []), (40, lasting)], from: quiet, to: daemon.scrape(), in: workspace)
    }

    @Test func `a gateway that is down`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        let quiet = try pair.daemon.scrape()
        pair.gateway.process.signal(SIGKILL)
        try pair.gateway.process.wait()
        #expect(try pair.daemon.generate("TRX-2").status == 503)
        var noisy = try pair.daemon.scrape()
        for _ in 0..<20 where noisy.samples["cashin_gateway_up"] == "1" {
            _ = try pair.daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"TRX-1\"}")
            noisy = try pair.daemon.scrape()
        }
        let lasting = ["CashinGatewayDown", "CashinGenerateFails"]
        try expect(
            [(6, []), (12, lasting), (40, ["CashinGatewayDown"])],
            from: quiet,
            to: noisy,
            in: pair.workspace
        )
    }

    /// A test for promtool in which all metrics change from one scrape to another at minute 5.
    private static func test(_ before: Scrape, _ after: Scrape, _ fired: [Fired]) -> String {
        var lines = [
            "rule_files: [\"\(Repository.root)/deploy/prometheus/alerts.yml\"]", "tests:",
            "  - interval: 1m", "    input_series:",
        ]
        let target = "job=\"cashin-receiver\",instance=\"a\""
        for (sample, value) in after.samples.sorted(by: { $0.key < $1.key }) {
            let name = sample.prefix { $0 != "{" }
            let labels = sample.dropFirst(name.count).dropFirst().dropLast()
            let all = labels.isEmpty ? target : "\(labels),\(target)"
            let start = before.samples[sample].map { "\($0)x4" } ?? "_x5"
            lines.append("      - series: '\(name){\(all)}'")
            lines.append("        values: '\(start) \(value)x60'")
        }
        lines.append("    promql_expr_test:")
        for (minute, rules) in fired {
            lines.append("      - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})")
            lines.append("        eval_time: \(minute)m")
            lines.append("        exp_samples:\(rules.isEmpty ? " []" : "")")
            for rule in rules {
                lines.append("          - {labels: '{alertname=\"\(rule)\"}', value: 1}")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
