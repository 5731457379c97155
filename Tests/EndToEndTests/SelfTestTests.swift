import Foundation
import Support
import Testing

/// `POST /admin/self-test` and the command `self-test`.
@Suite(.blocking)
struct SelfTestTests {
    private func checks(_ answer: RawResponse) -> [String: JSON] {
        Dictionary(
            uniqueKeysWithValues: answer.json["checks"].items.map { ($0["name"].text ?? "", $0) }
        )
    }

    @Test func `a receiver that is set up passes, and nothing has changed`() throws {
        let pair = try Pair(isPublished: true)
        let answer = try pair.daemon.post("/admin/self-test", "")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["passed"].bool == true, "\(answer.text)")
        let checks = checks(answer)
        #expect(
            checks.mapValues { $0["outcome"].text } == ["gateway": "passed", "publicURL": "passed"]
        )
        #expect(checks["gateway"]?["detail"].text?.contains("(4045101 ") == true)
        #expect(checks["publicURL"]?["detail"].text?.contains("(4015600)") == true)
        #expect(pair.gateway.requestCount("query") == 1)
        #expect(try pair.gateway.payments().isEmpty)
        #expect(try pair.daemon.get("/v1/transactions").json["transactions"].items.isEmpty)
        #expect(try pair.daemon.feed().isEmpty)
        #expect(try pair.daemon.attention().isEmpty)
        #expect(try pair.daemon.stop() == .exited(0))
    }

    @Test func `a made-up reference that is reported as unknown by its status passes too`() throws {
        let pair = try Pair(options: ["--fault", "not-found=status"], isPublished: true)
        let answer = try pair.daemon.post("/admin/self-test", "")
        #expect(answer.json["passed"].bool == true, "\(answer.text)")
        #expect(try pair.daemon.attention().isEmpty)
    }

    /// Settings or a fault of the gateway, and what the check of the gateway says.
    static let gatewayRows: [(set: [String], fault: String?, detail: String, remedy: String)] = [
        (
            ["cashIn.privateKeyFile=gateway/gateway-private.pem"], nil,
            "The gateway rejected the credentials: ", "Give Cash In the public key"
        ),
        (
            [], "response=html-403", "The response is not the gateway's: the response is HTML",
            "Check cashIn.baseURL"
        ),
        (
            [], "response=html-502", "The gateway did not respond: ",
            "Check cashIn.baseURL, proxyURL"
        ),
        (
            ["cashIn.baseURL=http://127.0.0.1:9/pg/fo"], nil,
            "The gateway did not respond: connect",
            "Check cashIn.baseURL, proxyURL"
        ),
    ]

    @Test(arguments: gatewayRows.indices)
    func `a gateway that does not accept a query fails, with what to do`(_ index: Int) throws {
        let row = Self.gatewayRows[index]
        let pair = try Pair(set: row.set, isPublished: true)
        if let fault = row.fault { try pair.gateway.setFaults([fault]) }
        let answer = try pair.daemon.post("/admin/self-test", "")
        #expect(answer.status == 200)
        #expect(answer.json["passed"].bool == false)
        let check = checks(answer)["gateway"] ?? .null
        #expect(check["outcome"].text == "failed")
        #expect(check["detail"].text?.hasPrefix(row.detail) == true, "\(answer.text)")
        #expect(check["remedy"].text?.hasPrefix(row.remedy) == true, "\(answer.text)")
        #expect(checks(answer)["publicURL"]?["outcome"].text == "passed")
    }

    @Test func `another server at the public URL fails`() throws {
        let pair = try Pair()
        let port = pair.gateway.port
        let url = "http://127.0.0.1:\(port)/v1.0/debit/notify"
        #expect(try pair.daemon.stop() == .exited(0))
        let daemon = try pair.restarted(set: ["notify.publicURL=\(url)"])
        let check = checks(try daemon.post("/admin/self-test", ""))["publicURL"] ?? .null
        #expect(check["outcome"].text == "failed")
        #expect(
            check["detail"].text
                == "The response to a post to \(url) is not this receiver's: HTTP status 404, "
                + "Content-Type \"application/json\"."
        )
    }

    @Test func `without outbound calls only the public URL is tested`() throws {
        let workspace = try Workspace()
        let port = try FreePort.next()
        let url = "http://127.0.0.1:\(port)/v1.0/debit/notify"
        let daemon = try Daemon(
            in: workspace,
            set: ["notify.listen=127.0.0.1:\(port)", "notify.publicURL=\(url)"]
        )
        let answer = try daemon.post("/admin/self-test", "")
        #expect(answer.json["passed"].bool == true, "\(answer.text)")
        #expect(
            checks(answer).mapValues { $0["outcome"].text }
                == ["gateway": "skipped", "publicURL": "passed"]
        )
    }

    @Test func `the command shows the checks and fails with them`() throws {
        let pair = try Pair(isPublished: true)
        let run = {
            try ChildProcess.run(
                Daemon.program,
                [
                    "self-test", "--config", pair.workspace.configurationFile,
                    "--url", "http://\(pair.daemon.internalEndpoint)",
                ]
            )
        }
        let passed = try run()
        #expect(passed.end == .exited(0), "\(passed.errors)")
        #expect(
            passed.output.map { $0.prefix { $0 != "." } } == [
                "gateway: passed", "publicURL: passed",
            ]
        )
        try pair.gateway.setFaults(["response=redirect"])
        let failed = try run()
        #expect(failed.end == .exited(69))
        #expect(failed.output.first?.hasPrefix("gateway: failed. The response is not") == true)
        #expect(failed.errors == ["cashin-receiver self-test: the self-test failed"])
    }
}
