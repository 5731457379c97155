import Crypto
import Foundation
import Support
import Testing

/// What the lines of requests tell: references, request IDs, tokens, and floods in short.
@Suite(.blocking)
struct LogLineTests {
    @Test func `a callback's line has its references and the proxy's name of the request`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        var request = try callback.request()
        request.add("X-Request-ID", "9f1c2d3e-1")
        #expect(try daemon.post(request).code == "2005600")
        let line = daemon.process.errors.first { $0.contains(callback.externalID) }
        #expect(line?.value(of: "originalReferenceNo") == callback.merchant)
        #expect(line?.value(of: "originalPartnerReferenceNo") == callback.gateway)
        #expect(line?.value(of: "requestId") == "9f1c2d3e-1")

        // Its amount is missing; one with a hostile request ID.
        var broken = try Callback()
        broken.body.amount = nil
        var odd = try broken.request()
        odd.add("X-Request-ID", "a level=error")
        #expect(try daemon.post(odd).code == "4005602")
        let second = daemon.process.errors.first { $0.contains(broken.externalID) }
        #expect(second?.contains("references=\"\(broken.gateway) \(broken.merchant)\"") == true)
        #expect(second?.value(of: "requestId") == nil)
    }

    @Test(.onSQLite) func `a callback that is not stored keeps its references in the log`() throws {
        let daemon = try Daemon(in: Workspace())
        try StorageFailureTests.limitFiles(of: daemon, to: 0)
        var callbacks: [Callback] = []
        for _ in 0..<25 {
            let callback = try Callback()
            #expect(try daemon.post(callback).code == "5005601")
            callbacks.append(callback)
        }
        for callback in callbacks {
            let line = daemon.process.errors.first { $0.contains(callback.merchant) }
            #expect(line?.value(of: "code") == "5005601")
        }
        try StorageFailureTests.limitFiles(of: daemon, to: nil)
    }

    @Test func `a request to the internal API is a line with its token, unless it is routine`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        var request = daemon.internalRequest("GET", "/v1/attention?state=open", as: "ops")
        request.add("X-Request-ID", "abc")
        #expect(try RawClient(daemon.internalEndpoint).exchange(request.bytes).status == 200)
        let line = daemon.process.errors.first { $0.contains("path=/v1/attention ") }
        #expect(line?.contains("level=info message=\"api request\"") == true)
        #expect(line?.value(of: "method") == "GET")
        #expect(line?.value(of: "token") == "ops")
        #expect(line?.value(of: "status") == "200")
        #expect(line?.value(of: "requestId") == "abc")

        #expect(try daemon.get("/v1/callbacks", as: "orders").status == 403)
        let refused = daemon.process.errors.first { $0.contains("path=/v1/callbacks ") }
        #expect(refused?.value(of: "token") == "orders")
        #expect(refused?.value(of: "status") == "403")

        for target in ["/readyz", "/healthz", "/metrics", "/v1/transitions"] {
            #expect(try daemon.get(target).status == 200)
        }
        #expect(try daemon.call("PUT", "/v1/consumers/a", "{\"position\":0}").status == 201)
        #expect(try daemon.get("/v1/transitions?limit=0").status == 400)

        _ = daemon.process.errors.first { $0.value(of: "status") == "400" }
        let lines = daemon.log.filter { $0.contains("\"api request\"") }
        let paths = lines.compactMap { $0.value(of: "path") }
        #expect(paths == ["/v1/attention", "/v1/callbacks", "/v1/transitions"])
    }

    @Test func `a flood is summarised, and hides neither callbacks nor those with our client id`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        let stray = WireRequest(target: "/wp-login.php").bytes
        for _ in 0..<100 { #expect(try client.exchange(stray).status == 404) }
        let forged = try Callback(key: RSAPrivateKey.generate())
        #expect(try daemon.post(forged).code == "4015600")
        let good = try Callback()
        #expect(try daemon.post(good).code == "2005600")
        for _ in 0..<30 { #expect(try daemon.get("/v1/attention", as: nil).status == 401) }
        #expect(try daemon.stop() == .exited(0))

        let log = daemon.log
        #expect(log.count { $0.value(of: "code") == "4045600" } == 20)
        #expect(log.count { $0.contains(forged.externalID) } == 1)
        #expect(log.count { $0.contains(good.externalID) } == 1)
        #expect(log.count { $0.value(of: "status") == "401" } == 20)
        let summary = log.first { $0.contains("\"refused requests not logged\"") }
        #expect(summary?.value(of: "lines") == "80")
        #expect(summary?.value(of: "mostly") == "path")
        let api = log.first { $0.contains("\"refused api requests not logged\"") }
        #expect(api?.value(of: "lines") == "10")
        #expect(!log.contains { $0.contains("refused callbacks not logged") })
    }

    @Test func `a reload changes the level, and says so at either level`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let write = { (level: String) in
            let text = Workspace.configuration.replacing(
                "  storage:",
                with: "  log: { level: \"\(level)\" },\n  storage:"
            )
            try workspace.write(text, to: "config.json5")
        }
        for (level, isShown) in [("debug", true), ("warning", false), ("debug", true)] {
            try write(level)
            #expect(try daemon.reload()?.contains("message=reloaded") == true)
            let count = daemon.log.count
            // The line of a request is written before the next one of its connection is read.
            let client = try RawClient(daemon.internalEndpoint)
            for target in ["/readyz", "/healthz"] {
                let request = WireRequest(method: "GET", target: target)
                #expect(try client.exchange(request.bytes).status == 200)
            }
            #expect(try daemon.post(Callback()).code == "2005600")
            if isShown {
                let line = daemon.process.errors.first(from: count) { $0.contains("path=/readyz") }
                #expect(line?.contains("level=debug") == true)
            }
        }
        #expect(try daemon.stop() == .exited(0))
        #expect(daemon.log.count { $0.value(of: "message") == "callback" } == 2)
        #expect(daemon.log.count { $0.contains("path=/readyz") } == 2)
    }

    @Test(
        arguments: [
            "message=x token=TOKEN", "message=x header=\"Bearer abc\"",
            "message=x key=\"-----BEGIN PRIVATE KEY-----\"", "message=x signature=SIGNATURE",
        ]
    )
    func `the search for secrets finds them`(sample: String) throws {
        let workspace = try Workspace()
        let signature = try Callback().request().value("X-SIGNATURE")
        let line = sample.replacing("TOKEN", with: workspace.tokens["ops"] ?? "")
            .replacing("SIGNATURE", with: signature)
        #expect(LogSecrets.secret(in: line, of: workspace) != nil)
        let harmless = "message=x path=\(workspace.directory)"
        #expect(LogSecrets.secret(in: harmless, of: workspace) == nil)
    }
}
