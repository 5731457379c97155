import Foundation
import Support
import Testing

/// `GET /metrics` of the built daemon.
@Suite(.blocking)
struct MetricsTests {
    private func samples(_ daemon: Daemon) throws -> [String: String] {
        let answer = try daemon.get("/metrics")
        #expect(answer.status == 200)
        #expect(answer["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        let lines = answer.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let pairs = lines.map { line -> (String, String) in
            let blank = line.lastIndex(of: " ") ?? line.startIndex
            return (String(line[..<blank]), String(line[line.index(after: blank)...]))
        }
        #expect(pairs.allSatisfy { $0.0.hasPrefix("cashin_") && Double($0.1) != nil })
        return Dictionary(pairs) { first, second in
            Issue.record("a sample is there twice")
            return first
        }
    }

    @Test func `what happened is counted`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1")
        let forged = try Callback().with { $0.signedPath = "/another" }
        #expect(try pair.daemon.post(forged).code == "4015600")
        _ = try pair.daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"TRX-1\"}")
        let samples = try samples(pair.daemon)
        #expect(samples["cashin_callbacks_total{outcome=\"applied\"}"] == "1")
        #expect(samples["cashin_notify_responses_total{code=\"2005600\"}"] == "1")
        #expect(samples["cashin_notify_responses_total{code=\"4015600\"}"] == "1")
        #expect(samples["cashin_callback_duration_seconds_count"] == "1")
        let generated = "cashin_gateway_calls_total{service=\"generate\",outcome=\"accepted\"}"
        #expect(samples[generated] == "1")
        let asked = "cashin_gateway_calls_total{service=\"query\",outcome=\"found\"}"
        #expect(samples[asked] == "1")
        #expect(samples["cashin_gateway_up"] == "1")
        #expect(samples["cashin_feed_head"] == "2")
        #expect(samples["cashin_attention_open{kind=\"late-success\"}"] == "0")
        #expect(samples["cashin_http_connections{listener=\"internal\"}"] == "1")
        #expect((samples["cashin_commits_total"].flatMap { Int($0) } ?? 0) >= 3)
    }

    @Test func `it takes the scope for it`() throws {
        let daemon = try Daemon(in: try Workspace())
        #expect(try daemon.get("/metrics", as: "orders").status == 403)
        #expect(try daemon.get("/metrics", as: nil).status == 401)
        #expect(try daemon.get("/metrics?x=1").status == 400)
    }
}
