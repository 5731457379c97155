import Crypto
import Foundation
import Support
import Testing

/// What Prometheus and Grafana are given: metrics, `deploy/prometheus`, and the article Metrics.
@Suite(.blocking)
struct PrometheusTests {
    private static let rules = "deploy/prometheus/alerts.yml"
    private static let dashboard = "deploy/prometheus/dashboard.json"
    private static let article = "Sources/Receiver/Receiver.docc/Metrics.md"

    /// The scrape of a daemon that has had a callback, and has a consumer and an alert, so that all
    /// series are there.
    private func fullScrape() throws -> Scrape {
        let alert = "alerts=[{ name: 'ops', url: 'http://127.0.0.1:9/' }]"
        let daemon = try Daemon(in: Workspace(), set: [alert])
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.call("PUT", "/v1/consumers/orders", "{\"position\":0}").status < 300)
        return try daemon.scrape()
    }

    @Test func `every metric has a row in the article, with its type and labels`() throws {
        let scrape = try fullScrape()
        let rows = try Repository.text(Self.article).matches(
            of: /\| `((?:cashin|process)_[a-z0-9_]+)(?:\{([a-z,]+)\})?` \| ([a-z]+) \|/
        )
        let documented = Dictionary(
            rows.map { ("\($0.output.1)", ("\($0.output.3)", "\($0.output.2 ?? "")")) },
            uniquingKeysWith: { first, _ in first }
        )
        #expect(Set(documented.keys) == Set(scrape.types.keys))
        for (name, row) in documented {
            #expect(scrape.types[name] == row.0, "\(name)")
            let labels = Set(row.1.split(separator: ",").map(String.init))
            #expect(scrape.labels(of: name) == labels, "\(name)")
        }
    }

    @Test(
        arguments: [
            rules, "deploy/prometheus/alerts.test.yml", dashboard, "README.md",
            "deploy/OPERATING.md", "Sources/Receiver/Receiver.docc/Storage.md",
        ]
    )
    func `every metric that is named exists`(file: String) throws {
        let scrape = try fullScrape()
        let names = Scrape.names(in: try Repository.text(file))
        if file.hasPrefix("deploy/prometheus") { #expect(names.count > 20) }
        for name in names {
            // A person may name a histogram, Prometheus only its series.
            let isNamed = scrape.has(name) || (file.hasSuffix(".md") && scrape.types[name] != nil)
            #expect(isNamed, "\(name) in \(file)")
        }
    }
}

/// The same, checked by Prometheus' own tool.
@Suite(
    .blocking,
    .enabled(if: Promtool.program != nil, "promtool is not installed (apt-get install prometheus)")
)
struct PromtoolTests {
    private static let directory = Repository.root + "/deploy/prometheus/"

    @Test func `the metrics follow the conventions`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        try workspace.write(try daemon.scrape().text, to: "metrics")
        let input = workspace.directory + "metrics"
        #expect(try Promtool.complaint(["check", "metrics"], input: input) == nil)
    }

    @Test func `the rules are in order, and fire when they should and only then`() throws {
        #expect(try Promtool.complaint(["check", "rules", Self.directory + "alerts.yml"]) == nil)
        let tests = Self.directory + "alerts.test.yml"
        #expect(try Promtool.complaint(["test", "rules", tests]) == nil)
        // Every rule has a test that it fires.
        let rules = try Repository.text("deploy/prometheus/alerts.yml")
        let text = try Repository.text("deploy/prometheus/alerts.test.yml")
        let names = rules.matches(of: /- alert: (\w+)/).map { "\($0.output.1)" }
        #expect(names.count > 20)
        for name in names { #expect(text.contains("ALERTS{alertname=\"\(name)\","), "\(name)") }
    }

    @Test func `the sample of a scrape is a configuration`() throws {
        let workspace = try Workspace()
        let sample = try Repository.text("deploy/prometheus/scrape.yml")
            .replacing("/etc/prometheus/cashin-receiver.token", with: "ops.token")
            .replacing("/etc/prometheus/rules/cashin-receiver.yml", with: "alerts.yml")
        try workspace.write(sample, to: "prometheus.yml")
        let rules = try Repository.text("deploy/prometheus/alerts.yml")
        try workspace.write(rules, to: "alerts.yml")
        let file = workspace.directory + "prometheus.yml"
        #expect(try Promtool.complaint(["check", "config", file]) == nil)
    }

    @Test func `every query of the dashboard is one`() throws {
        let workspace = try Workspace()
        let dashboard = JSON(Array(try Repository.text("deploy/prometheus/dashboard.json").utf8))
        let queries = dashboard["panels"].items.flatMap { panel in
            panel["targets"].items.compactMap { $0["expr"].text }
        }
        #expect(queries.count > 30)
        let annotations = dashboard["annotations"]["list"].items.compactMap { $0["expr"].text }
        // As rules, because promtool checks the expressions of those.
        let rules = (queries + annotations).enumerated().map { index, query in
            let expression = query.replacing("$__rate_interval", with: "5m")
                .replacing("$job", with: "cashin-receiver").replacing("$instance", with: ".*")
            return "      - {record: \"dashboard:query:\(index)\", expr: '\(expression)'}"
        }
        let text = "groups:\n  - name: dashboard\n    rules:\n" + rules.joined(separator: "\n")
        #expect(!text.contains("$"))
        try workspace.write(text + "\n", to: "rules.yml")
        let file = workspace.directory + "rules.yml"
        #expect(try Promtool.complaint(["check", "rules", file]) == nil)
    }
}
