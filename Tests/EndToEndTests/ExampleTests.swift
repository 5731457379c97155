import Crypto
import Foundation
import Glibc
import Support
import Testing

/// The programs of `deploy/examples` against the receiver and the simulator, as users run them.
@Suite(.blocking)
struct ExampleTests {
    @Test(arguments: ExampleConsumer.available)
    func `each transition is worked once, whoever is killed`(
        kind: ExampleConsumer.Kind
    ) throws {
        let port = try FreePort.next()
        let pair = try Pair(set: ["internal.listen=127.0.0.1:\(port)"])
        var daemon = pair.daemon
        let consumer = ExampleConsumer(kind: kind, workspace: pair.workspace, port: port)
        var process = try consumer.start()
        var random = SeededGenerator(seed: 20_261_129)
        for round in 1...4 {
            for number in 1...6 {
                let reference = "TRX-\(round)-\(number)"
                #expect(try daemon.generate(reference).status == 201)
                #expect(try pair.gateway.pay(reference).status == 200)
                // While it starts, reads what it has missed, works, or waits.
                usleep(UInt32.random(in: 0...300_000, using: &random))
                process.signal(SIGKILL)
                process = try consumer.start()
            }
            switch round {
            case 1: try daemon.kill()
            case 2: #expect(try daemon.stop() == .exited(0))
            default: continue
            }
            daemon = try pair.restarted(set: ["internal.listen=127.0.0.1:\(port)"])
        }
        let head = try daemon.feed().count
        #expect(head >= 48)
        #expect(try consumer.work(untilCount: head) == Array(1...head))
        process.signal(SIGTERM)
        #expect([.exited(0), .signalled(SIGTERM)].contains(try process.wait()))
    }

    /// Kills it at the first call that makes something durable, at the second, and so on.
    @Test(
        .enabled(if: Strace.isPossible, "strace may not attach here"),
        arguments: ExampleConsumer.available.filter { $0 != .cron }
    )
    func `work and offset are one commit`(kind: ExampleConsumer.Kind) throws {
        let port = try FreePort.next()
        let workspace = try Workspace()
        let consumer = ExampleConsumer(kind: kind, workspace: workspace, port: port)
        let daemon = try Daemon(in: workspace, set: ["internal.listen=127.0.0.1:\(port)"])
        for _ in 1...3 { #expect(try daemon.post(Callback()).code == "2005600") }
        var head = 3
        var killCount = 0
        var last: ChildProcess?
        while last == nil {
            let process = try consumer.start(killedAtSync: killCount + 1)
            var hasEnded = false
            repeat {
                hasEnded = process.errors.waitForEnd(withinSeconds: 0.05)
            } while try !hasEnded && consumer.work().count < head
            // Killed after its work, it ends now; else it waits for more.
            if !hasEnded, !process.errors.waitForEnd(withinSeconds: 1) {
                last = process
                break
            }
            #expect(try process.wait() == .signalled(SIGKILL))
            killCount += 1
            let next = try consumer.start()
            // One more: a repetition of the work that is done would have ended it.
            #expect(try daemon.post(Callback()).code == "2005600")
            head += 1
            #expect(try consumer.work(untilCount: head) == Array(1...head))
            next.signal(SIGKILL)
            try next.wait()
            try consumer.reset()
        }
        #expect(killCount > 0)
        // The one that waits ends at its next sync or request.
        try workspace.write(String(repeating: "x", count: 40), to: "orders.token")
        #expect(try daemon.post(Callback()).code == "2005600")
        let ends: [ChildProcess.End?] = [.exited(65), .signalled(SIGKILL)]
        #expect(ends.contains(try last?.wait()))
    }

    @Test(arguments: ExampleConsumer.available)
    func `another feed and a removed start need a decision`(kind: ExampleConsumer.Kind) throws {
        let port = try FreePort.next()
        let workspace = try Workspace()
        let set = ["internal.listen=127.0.0.1:\(port)"]
        let consumer = ExampleConsumer(kind: kind, workspace: workspace, port: port)
        var daemon = try Daemon(in: workspace, set: set)
        for _ in 1...2 { #expect(try daemon.post(Callback()).code == "2005600") }
        #expect(try consumer.advance(toCount: 2) == [1, 2])
        #expect(try daemon.stop() == .exited(0))
        #expect(try DatabaseCommands(workspace: workspace).newFeed().end == .exited(0))

        daemon = try Daemon(in: workspace, set: set)
        let changed = try consumer.run()
        #expect(changed.end == .exited(65), "\(changed.errors)")
        #expect(changed.errors.contains { $0.contains("The feed is") }, "\(changed.errors)")
        #expect(changed.errors.contains { $0.contains("find out up to which transition") })
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try consumer.advance(toCount: 3, after: 2) == [1, 2, 3])

        #expect(try daemon.stop() == .exited(0))
        try workspace.runSQL("UPDATE transitions SET recorded_at = 0 WHERE sequence <= 2")
        daemon = try Daemon(in: workspace, set: set)
        let order = #"{"before":"2000-01-01","transitions":true}"#
        #expect(try daemon.post("/admin/prune", order).status == 202)
        while try daemon.get("/admin/prune").json["state"].text == "running" { usleep(20_000) }
        try consumer.reset()
        let expired = try consumer.run()
        #expect(expired.end == .exited(65), "\(expired.errors)")
        #expect(expired.errors.contains { $0.contains("oldest transition in the feed is 3") })
    }

    @Test(arguments: ExampleConsumer.available)
    func `a refused token is said`(kind: ExampleConsumer.Kind) throws {
        let workspace = try Workspace()
        let port = try FreePort.next()
        let daemon = try Daemon(in: workspace, set: ["internal.listen=127.0.0.1:\(port)"])
        try workspace.write(String(repeating: "x", count: 40), to: "orders.token")
        let result = try ExampleConsumer(kind: kind, workspace: workspace, port: port).run()
        #expect([.exited(65), .exited(78)].contains(result.end))
        #expect(result.errors.contains { $0.contains("token") }, "\(result.errors)")
        _ = daemon
    }

    // MARK: Messages of forward

    /// The command line of the example that receives messages.
    private func receiver(
        _ kind: ExampleConsumer.Kind,
        _ workspace: Workspace,
        port: UInt16
    ) throws -> ChildProcess {
        let directory = ExampleConsumer.directory
        let (secret, store) = (workspace.directory + "shop.secret", workspace.directory + "shop.db")
        var environment: [String: String] = [:]
        var command: [String]
        switch kind {
        case .php:
            environment = ["WEBHOOK_SECRET_FILE": secret, "WEBHOOK_DATABASE": store]
            command = ["php", "-S", "127.0.0.1:\(port)", directory + "webhook.php"]
        case .node:
            command = [
                "node", directory + "webhook.mjs", "--secret-file", secret, "--store", store,
            ]
            command += ["--port", "\(port)"]
        default:
            command = ["python3", directory + "webhook.py", "--secret-file", secret]
            command += ["--database", store, "--port", "\(port)"]
        }
        return try ChildProcess("/usr/bin/env", command, environment: environment)
    }

    /// A message signed with `key`.
    private func message(_ id: String, secondsAgo: Int, key: [UInt8]) throws -> WireRequest {
        let time = Int(Date.now.timeIntervalSince1970) - secondsAgo
        let body = #"{"data":{"partnerReferenceNo":"TRX-9","to":"success"}}"#
        let signed = Array("\(id).\(time).\(body)".utf8)
        let code = try HashFunction.sha256.authenticationCode(of: signed.span, key: key.span)
        var request = WireRequest(target: "/")
        request.add("Connection", "close")
        request.add("webhook-id", id)
        request.add("webhook-timestamp", "\(time)")
        request.add("webhook-signature", "v1,other v1,\(Data(code).base64EncodedString())")
        request.body = Array(body.utf8)
        return request
    }

    @Test(arguments: ExampleConsumer.available.filter { $0 != .cron })
    func `messages are checked, and worked once`(kind: ExampleConsumer.Kind) throws {
        let workspace = try Workspace()
        let key = [UInt8](repeating: 0x5A, count: 32)
        try workspace.write("whsec_\(Data(key).base64EncodedString())\n", to: "shop.secret")
        let port = try FreePort.next()
        let daemon = try Daemon(in: workspace)
        var shop = try receiver(kind, workspace, port: port)
        let forwarder = try ChildProcess(
            Daemon.program,
            [
                "forward", "--to", "http://127.0.0.1:\(port)/", "--secret-file",
                workspace.directory + "shop.secret", "--consumer", "orders.shop", "--from",
                "beginning", "--url", "http://\(daemon.internalEndpoint)", "--token-file",
                workspace.directory + "orders.token",
            ]
        )
        for number in 1...6 {
            #expect(try daemon.post(Callback()).code == "2005600")
            let id = "\(number) "
            #expect(
                forwarder.errors.first {
                    $0.contains("message=forwarded") && $0.contains(".\(id)")
                } != nil
            )
            guard number == 3 else { continue }
            shop.signal(SIGKILL)
            try shop.wait()
            shop = try receiver(kind, workspace, port: port)
        }
        forwarder.signal(SIGTERM)
        #expect(try forwarder.wait() == .exited(0))

        let other = [UInt8](repeating: 0x5B, count: 32)
        let cases: [(WireRequest, Int)] = [
            (try message("a", secondsAgo: 0, key: other), 401),
            (try message("a", secondsAgo: 400, key: key), 401),
            (try message("a", secondsAgo: -400, key: key), 401),
            (try message("a", secondsAgo: 0, key: key), 204),
            (try message("a", secondsAgo: 10, key: key), 204),
        ]
        for (request, status) in cases {
            let response = try RawClient(.loopback(port: port)).exchange(request.bytes)
            #expect(response.status == status)
        }
        let worked = (shop.output.all + shop.errors.all).filter { $0.contains("TRX-9 success") }
        #expect(worked.count == 1)
    }
}
