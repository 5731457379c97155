import Crypto
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
        #expect(pairs.allSatisfy { $0.0.hasPrefix("cashin_") || $0.0.hasPrefix("process_") })
        #expect(pairs.allSatisfy { Double($0.1) != nil })
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
        #expect(samples["cashin_commit_submissions_count"] == samples["cashin_commits_total"])
        #expect(samples["cashin_commit_duration_seconds_count"] == samples["cashin_commits_total"])
        let refused = "cashin_callbacks_refused_total{authentic=\"false\",reason=\"signature\"}"
        #expect(samples[refused] == "1")
        #expect(samples["cashin_callbacks_total{outcome=\"refused\"}"] == "1")
        let key = pair.workspace.keys.gateway.publicKey.fingerprint.prefix(12)
        #expect(samples["cashin_callbacks_authentic_total{key=\"\(key)\"}"] == "1")
        #expect(samples["cashin_http_requests_total{listener=\"notify\"}"] == "2")
        #expect(samples["cashin_http_requests_in_flight{listener=\"notify\"}"] == "0")
        #expect(samples["cashin_api_responses_total{status=\"401\"}"] == "0")
        let difference = samples["cashin_clock_difference_seconds"].flatMap { Double($0) }
        #expect(difference.map { abs($0) < 60 } == true)
        let file = TestDatabase.isPostgreSQL ? "rejected" : "database"
        let size = samples["cashin_database_size_bytes{file=\"\(file)\"}"].flatMap { Int($0) }
        #expect((size ?? 0) >= 4_096)
        let start = samples["process_start_time_seconds"].flatMap { Double($0) } ?? 0
        #expect(abs(Date().timeIntervalSince1970 - start) < 600)
        #expect((samples["process_open_fds"].flatMap { Int($0) } ?? 0) > 10)
        #expect((samples["process_resident_memory_bytes"].flatMap { Int($0) } ?? 0) > 1_000_000)
    }

    @Test func `it takes the scope for it`() throws {
        let daemon = try Daemon(in: try Workspace())
        #expect(try daemon.get("/metrics", as: "orders").status == 403)
        #expect(try daemon.get("/metrics", as: nil).status == 401)
        #expect(try daemon.get("/metrics?x=1").status == 400)
    }
}
