import Crypto
import Foundation
import Support
import Testing

/// What is written about requests, and what must never be.
@Suite(.blocking)
struct RequestLogTests {
    @Test(arguments: ["text", "json"], ["info", "debug"])
    func `a request is one line, and no line holds what is secret`(
        format: String,
        level: String
    ) throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["log.format=\(format)", "log.level=\(level)"]
        )
        let marker = Unique.text("body-marker")
        var signatures: [String] = []
        let changes: [@Sendable (inout Callback) -> Void] = [
            { _ in }, { $0.body.amount = nil }, { $0.signedPath = "/other" },
            { $0.literalBody = Array("{\"\(marker)\":".utf8) },
            { $0.timestamp = JakartaNow.text(offsetSeconds: -4000) }, { $0.partnerID = "nobody" },
        ]
        for change in changes {
            var callback = try Callback()
            callback.body.others = ["\"note\":\"\(marker)\""]
            let request = try callback.with(change).request()
            signatures.append(request.value("X-SIGNATURE"))
            let count = daemon.log.count
            _ = try daemon.post(request)
            let line = daemon.process.errors.first(from: count) { $0.contains(callback.externalID) }
            #expect(line != nil)
        }
        let client = try daemon.connect()
        _ = try client.exchange(Array("POST / HTTP/1.1\r\nX-Odd: \(marker)\r\n\r\n".utf8))
        for target in ["/v1/transitions?after=\(marker)", "/v1/callbacks", "/v1/attention"] {
            _ = try daemon.get(target)
        }
        #expect(try daemon.stop() == .exited(0))

        let log = daemon.log
        let lines = log.filter {
            $0.contains("\"message\":\"callback\"") || $0.contains("message=callback ")
        }
        #expect(lines.count == changes.count)
        let secrets =
            Array(daemon.workspace.tokens.values) + [marker] + signatures
            + [
                try daemon.workspace.keys.gateway.publicKey.pem().split(separator: "\n").map(
                    String.init
                )[1]
            ]
        for secret in secrets {
            #expect(!log.contains { $0.contains(secret) || $0.contains(secret.prefix(40)) })
        }
        if format == "json" {
            for line in log { #expect(JSON(Array(line.utf8))["message"].text != nil, "\(line)") }
        } else {
            let form = /time=\S+\+07:00 level=(debug|info|warning|error) message=.+/
            for line in log { #expect(line.wholeMatch(of: form) != nil, "\(line)") }
        }
    }

    @Test func `whatever a peer sends, a line stays a line`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.set("X-EXTERNAL-ID", "a\"level=error")
        #expect(try daemon.post(request).code == "2005600")
        request.target = "/x%0Alevel=error?y=\"z\""
        _ = try daemon.post(request)
        _ = try daemon.get("/v1/%0Alevel=error")
        #expect(try daemon.stop() == .exited(0))
        #expect(!daemon.log.contains { $0.hasPrefix("level=") || $0.contains(" level=error") })
    }

    @Test func `under the journal every line has its priority and no time`() throws {
        let workspace = try Workspace()
        let process = try ChildProcess(
            Daemon.program,
            [
                "serve", "--config", workspace.configurationFile, "--set",
                "cashIn.publicKeyFiles=[]",
            ],
            environment: ["JOURNAL_STREAM": "8:1"]
        )
        #expect(process.errors.first { $0.contains("listener=notify") } != nil)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
        #expect(process.errors.all.allSatisfy { $0.wholeMatch(of: /<[3-7]>level=.*/) != nil })
        #expect(process.errors.all.contains { $0.hasPrefix("<4>level=warning") })
        #expect(process.errors.all.contains { $0.hasPrefix("<6>level=info message=listening") })
    }
}
