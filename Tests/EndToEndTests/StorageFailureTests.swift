import Foundation
import Support
import Testing

/// A disk that takes no more: nothing is promised, and nothing but the disk decides what is known.
@Suite(.onSQLite, .blocking)
struct StorageFailureTests {
    /// Bounds how long files may get that the daemon writes; nil takes the bound away.
    static func limitFiles(of daemon: Daemon, to bytes: Int?) throws {
        let result = try ChildProcess.run(
            "/usr/bin/prlimit",
            ["--pid", "\(daemon.process.id)", "--fsize=\(bytes.map(String.init) ?? "unlimited"):"]
        )
        #expect(result.end == .exited(0), "\(result.errors)")
    }

    @Test(arguments: [0, 4096, 100_000])
    func `what cannot be committed is answered 5005601 and leaves no trace`(bytes: Int) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let before = try Callback(status: "02")
        #expect(try daemon.post(before).code == "2005600")
        let feed = try daemon.feed()
        #expect(feed.count == 1)

        try Self.limitFiles(of: daemon, to: bytes)
        // Under the larger bound some commits still fit; each must be whole or not there.
        var stored = [before]
        var lost: [Callback] = []
        while lost.count < 3, stored.count < 200 {
            let callback = try Callback()
            let response = try daemon.post(callback)
            switch response.code {
            case "2005600": stored.append(callback)
            default:
                #expect(response.status == 500)
                #expect(response.code == "5005601")
                #expect(response.message == "Internal Server Error")
                #expect(response["X-EXTERNAL-ID"] == callback.externalID)
                lost.append(callback)
            }
        }
        #expect(lost.count == 3)
        try Self.check(daemon, stored, lost)
        // Under the larger bound there is room again once the failed commit is taken back.
        if bytes < 10_000 { #expect(try daemon.get("/readyz", as: nil).status == 503) }
        #expect(try daemon.get("/healthz", as: nil).status == 200)
        #expect(daemon.logs { $0.contains("level=error") && $0.contains("cannot commit") })

        try Self.limitFiles(of: daemon, to: nil)
        for callback in lost { #expect(try daemon.post(callback).code == "2005600") }
        try Self.check(daemon, stored + lost, [])
        #expect(try daemon.get("/readyz", as: nil).status == 200)
        #expect(try Array(daemon.feed().prefix(1)) == feed)
        #expect(daemon.logs { $0.contains("commits again") })
        #expect(try daemon.stop() == .exited(0))
        try Self.check(Daemon(in: workspace), stored + lost, [])
    }

    @Test func `a disk that takes no more is an answer to the watchdog`() throws {
        let manager = try ServiceManager()
        let daemon = try Daemon(
            in: Workspace(),
            environment: manager.environment(watchdogSeconds: 0.2)
        )
        #expect(manager.next { $0 == "WATCHDOG=1" } != nil)
        try Self.limitFiles(of: daemon, to: 0)
        // Without a callback: the watchdog goes through a commit.
        #expect(daemon.process.errors.first { $0.contains("cannot commit") } != nil)
        manager.forget()
        for _ in 0..<2 { #expect(manager.next { $0 == "WATCHDOG=1" } != nil) }
        try Self.limitFiles(of: daemon, to: nil)
        #expect(daemon.process.errors.first { $0.contains("commits again") } != nil)
        #expect(try daemon.stop() == .exited(0))
    }

    @Test func `asking for readiness does not keep the writer busy`() throws {
        let daemon = try Daemon(in: Workspace())
        try Self.limitFiles(of: daemon, to: 0)
        let client = try RawClient(daemon.internalEndpoint)
        let request = WireRequest(method: "GET", target: "/readyz").bytes
        let began = Date()
        for _ in 0..<300 { #expect(try client.exchange(request).status == 503) }
        let seconds = Date().timeIntervalSince(began)
        try Self.limitFiles(of: daemon, to: nil)
        let line = try daemon.get("/metrics").text.split(separator: "\n").first {
            $0.hasPrefix("cashin_commit_failures_total ")
        }
        let failures = try #require(line?.split(separator: " ").last.flatMap { Int($0) })
        #expect(failures >= 1)
        #expect(Double(failures) <= seconds + 1)
    }

    @Test func `answers that cannot be written are not asked for again and again`() throws {
        let pair = try Pair(set: ["reconcile.whileOpenSeconds=[1]"])
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1", faults: ["drop"])
        try Self.limitFiles(of: pair.daemon, to: 0)
        // The question comes due, its answer cannot be written, and nor can a generate intent.
        let told = pair.daemon.process.errors.first { $0.contains("cannot commit") }
        #expect(told != nil)
        let asked = pair.gateway.process.errors.all.count
        let again = pair.gateway.process.errors.first(from: asked, withinSeconds: 3) {
            $0.value(of: "service") == "query"
        }
        #expect(again == nil)
        let refused = try pair.daemon.generate("TRX-2")
        #expect(refused.status == 503)
        #expect(refused.json["type"].text?.hasSuffix(":store-unavailable") == true)
        try Self.limitFiles(of: pair.daemon, to: nil)
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["status"].text == "success")
        #expect(pair.gateway.requestCount("query") <= 3)
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    /// Everything stored is in the feed in its order, without a gap, and nothing lost is anywhere.
    private static func check(
        _ daemon: Daemon,
        _ stored: [Callback],
        _ lost: [Callback]
    ) throws {
        let feed = try daemon.feed()
        #expect(feed.map { $0["partnerReferenceNo"].text } == stored.map(\.merchant))
        #expect(feed.map { $0["sequence"].integer } == stored.indices.map { $0 + 1 })
        for callback in lost {
            #expect(try daemon.get("/v1/transactions/\(callback.merchant)").status == 404)
            #expect(try daemon.callbacks("externalId=\(callback.externalID)").isEmpty)
        }
    }

    @Test func `a database that is none is told, and nothing is served`() throws {
        let workspace = try Workspace()
        try workspace.write(
            String(repeating: "This is no database. ", count: 100),
            to: "receiver.db"
        )
        let process = try Daemon.launch(in: workspace)
        #expect(try process.wait() == .exited(78))
        #expect(process.errors.all.contains { $0.contains("receiver.db") })
        #expect(!process.errors.all.contains { $0.contains("message=listening") })
    }

    @Test func `a database in a directory that is not there is told`() throws {
        let workspace = try Workspace()
        let process = try Daemon.launch(
            in: workspace,
            set: ["storage.database=missing/receiver.db"]
        )
        #expect(try process.wait() == .exited(78))
        #expect(process.errors.all.contains { $0.contains("missing/receiver.db") })
    }
}
