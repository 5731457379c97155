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
    @Test func `what goes wrong fires its rules, and no others`() throws {
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
        let raised = try daemon.attentionEntry("callbacks-refused")
        #expect(raised["id"].integer != nil)
        let noisy = try daemon.scrape()

        let atOnce = [
            "CashinAuthenticRefused", "CashinCallbacksRefused", "CashinLogErrors",
            "CashinReloadRefused", "CashinTokensRefused",
        ]
        let lasting = [
            "CashinAttentionUrgent", "CashinConsumerStopped", "CashinReloadRefused",
        ]
        let expectations = [("3m", []), ("6m", atOnce), ("40m", lasting)]
        try workspace.write(Self.test(quiet, noisy, expectations), to: "fired.yml")
        let file = workspace.directory + "fired.yml"
        #expect(try Promtool.complaint(["test", "rules", file]) == nil)
    }

    /// A test for promtool in which all metrics change from one scrape to another after 4 minutes.
    ///
    /// - Parameter expectations: the rules that fire at each time.
    private static func test(
        _ before: Scrape,
        _ after: Scrape,
        _ expectations: [(time: String, rules: [String])]
    ) -> String {
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
        for (time, rules) in expectations {
            lines.append("      - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})")
            lines.append("        eval_time: \(time)")
            lines.append("        exp_samples:\(rules.isEmpty ? " []" : "")")
            for rule in rules {
                lines.append("          - {labels: '{alertname=\"\(rule)\"}', value: 1}")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
