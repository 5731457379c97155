import Foundation
import Support
import Testing

/// Requests to the internal API without a valid token, as an operator sees them.
@Suite(.blocking)
struct UnknownTokenTests {
    @Test func `they are counted, and the first with an unknown token is logged`() throws {
        let daemon = try Daemon(in: try Workspace())
        let secret = Unique.text("wrong-secret-of-a-client-that-was-forgotten")
        for _ in 0..<5 {
            var request = WireRequest(method: "GET", target: "/v1/transitions?token=\(secret)")
            request.add("Authorization", "Bearer \(secret)")
            let answer = try RawClient(daemon.internalEndpoint).exchange(request.bytes)
            #expect(answer.status == 401)
        }
        #expect(try daemon.get("/v1/transitions", as: nil).status == 401)
        #expect(try daemon.get("/healthz", as: nil).status == 200)
        #expect(try daemon.get("/v1/transitions").status == 200)
        let metrics = try daemon.get("/metrics").text
        let name = "cashin_unauthorized_requests_total"
        #expect(metrics.contains("\(name){reason=\"no_token\"} 1\n"), "\(metrics)")
        #expect(metrics.contains("\(name){reason=\"unknown_token\"} 5\n"), "\(metrics)")
        #expect(daemon.logs { $0.contains("had an unknown token") })
        #expect(try daemon.stop() == .exited(0))
        let lines = daemon.log.filter { $0.contains("had an unknown token") }
        #expect(lines.count == 1)
        #expect(lines[0].contains("level=warning"))
        #expect(lines[0].value(of: "client")?.hasPrefix("127.0.0.1:") == true)
        let summary = daemon.log.first { $0.contains("requests with an unknown token not logged") }
        #expect(summary?.value(of: "lines") == "4")
        #expect(!daemon.log.contains { $0.contains(secret) })
    }
}
