import Foundation
import Glibc
import Support
import Testing

/// The internal API from a shell: the built program asks the running daemon.
@Suite(.blocking)
struct ShellTests {
    private func shell(
        _ arguments: [String],
        _ daemon: Daemon,
        as token: String = "ops"
    ) throws
        -> (end: ChildProcess.End, output: [String], errors: [String])
    {
        try ChildProcess.run(Daemon.program, arguments + access(to: daemon, as: token))
    }

    private func access(to daemon: Daemon, as token: String = "ops") -> [String] {
        [
            "--url", "http://\(daemon.internalEndpoint)",
            "--token-file", "\(daemon.workspace.directory)\(token).token",
        ]
    }

    @Test func `what the daemon knows is shown to people and to programs`() throws {
        let daemon = try Daemon(in: Workspace())
        let none = try shell(["transitions"], daemon)
        #expect((none.end, none.output) == (.exited(0), ["No transitions."]))
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")

        for (arguments, target) in [
            (["transitions"], "/v1/transitions"), (["callbacks"], "/v1/callbacks"),
            (["transaction", callback.merchant], "/v1/transactions/\(callback.merchant)"),
            (["attention"], "/v1/attention"), (["transactions"], "/v1/transactions"),
        ] {
            let people = try shell(arguments, daemon)
            #expect(people.end == .exited(0))
            #expect(people.errors.isEmpty)
            let isKnown = people.output.contains { $0.contains(callback.merchant) }
            #expect(isKnown == (arguments != ["attention"]), "\(people.output)")
            let programs = try shell(arguments + ["--json"], daemon)
            #expect(programs.end == .exited(0))
            #expect(programs.output == [try daemon.get(target).text])
        }
    }

    @Test func `following the feed ends when its reader does`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        let words = [Daemon.program, "transitions", "--follow", "--json"] + access(to: daemon)
        // Nothing more comes that could be written and fail.
        let result = try ChildProcess.run(
            "/bin/sh",
            ["-c", words.joined(separator: " ") + " | head -n 1"]
        )
        #expect(result.end == .exited(0))
        #expect(result.output.count == 1)
        #expect(result.errors.isEmpty)
    }

    @Test func `the configuration says where and as whom`() throws {
        let daemon = try Daemon(in: Workspace())
        let workspace = daemon.workspace
        let address = "\(daemon.internalEndpoint)"
        // As it is on disk: any port, which only the daemon knows.
        let unknown = try ChildProcess.run(
            Daemon.program,
            ["transitions", "--config", workspace.configurationFile]
        )
        #expect(unknown.end == .exited(78))
        #expect(unknown.errors.count == 1)
        #expect(unknown.errors.first?.contains("give --url URL") == true)

        let text = Workspace.configuration.replacing(
            "internal: {\n    listen: \"127.0.0.1:0\"",
            with: "internal: {\n    listen: \"\(address)\""
        )
        try workspace.write(text, to: "known.json5")
        // What only the daemon may read is not looked at.
        try FileManager.default.removeItem(atPath: workspace.directory + "cashin-public.pem")
        try FileManager.default.removeItem(atPath: workspace.directory + "ops.token")
        let known = ["--config", workspace.directory + "known.json5"]
        for command in ["transitions", "attention", "callbacks"] {
            let outcome = try ChildProcess.run(Daemon.program, [command] + known)
            #expect(outcome.end == .exited(0), "\(outcome.errors)")
            #expect(outcome.output.count == 1)
        }
    }

    @Test func `refusals are told with their exit codes`() throws {
        let daemon = try Daemon(in: Workspace())
        try daemon.workspace.write(String(repeating: "x", count: 32), to: "wrong.token")
        let cases: [(arguments: [String], token: String, code: CInt, text: String)] = [
            (["transaction", "TRX-none"], "ops", 65, "(field partnerReferenceNo)"),
            (["attention", "--kind", "x"], "ops", 65, "kind must be one of"),
            (["transitions", "--after", "7"], "ops", 65, "(field after)"),
            (["transitions"], "wrong", 78, "wrong.token)"),
            (["callbacks"], "orders", 78, "orders.token)"),
            (["transitions"], "none", 78, "--token-file: "),
            (["transitions", "--limit", "x"], "ops", 64, "--limit \"x\": expected"),
        ]
        for (arguments, token, code, text) in cases {
            let outcome = try shell(arguments, daemon, as: token)
            #expect(outcome.end == .exited(code), "\(arguments)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.count == 1)
            let line = outcome.errors.first ?? ""
            #expect(line.hasPrefix("cashin-receiver \(arguments[0]): "))
            #expect(line.contains(text), "\(line)")
        }
        let access = access(to: daemon)
        #expect(try daemon.stop() == .exited(0))
        let outcome = try ChildProcess.run(Daemon.program, ["transitions"] + access)
        #expect(outcome.end == .exited(69))
        #expect(outcome.errors.first?.contains("Connection refused") == true)
    }

    @Test func `an operator decides from a shell`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback(status: "05")
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.post(Callback(callback.merchant, callback.gateway)).code == "2005600")
        let entry = try #require(daemon.attention("kind=late-success").first?["id"].integer)
        let resolve = ["attention", "resolve", "\(entry)", "--note", "seen", "--accept"]
        let refused = try shell(resolve + ["04", "--amount", "15.000"], daemon)
        #expect(refused.end == .exited(64))
        #expect(refused.errors.first?.contains("--amount: 15.000 may mean 15000") == true)
        let dry = try shell(resolve + ["00", "--dry-run"], daemon)
        #expect(dry.end == .exited(0), "\(dry.errors)")
        #expect(dry.output.first == "Dry run: nothing was written.")
        #expect(try daemon.feed().count == 1)
        let resolved = try shell(resolve + ["00", "--json"], daemon)
        #expect(resolved.end == .exited(0), "\(resolved.errors)")
        let json = JSON(Array((resolved.output.first ?? "").utf8))
        #expect(json["transition"]["to"].text == "success")

        let reference = callback.merchant
        let undone = try shell(["accept", reference, "--status", "06", "--note", "n"], daemon)
        #expect(undone.end == .exited(0), "\(undone.errors)")
        #expect(try daemon.transaction(reference)["status"].text == "failed")
        let success = try Callback()
        #expect(try daemon.post(success).code == "2005600")
        let barred = try shell(
            ["accept", success.merchant, "--status", "05", "--note", "n"],
            daemon
        )
        #expect(barred.end == .exited(65))
        #expect(barred.errors.first?.contains("from success by 05") == true)
        let replay = try shell(["replay", "1", "2"], daemon)
        #expect(replay.end == .exited(0), "\(replay.errors)")
        #expect(replay.output.count == 3)
        // A daemon that only receives cannot query: 501.
        let reconcile = try shell(["reconcile"], daemon)
        #expect(reconcile.end == .exited(70))
        #expect(reconcile.errors.first?.contains("not configured") == true)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `the feed is followed across a restart, until a signal`(_ signal: CInt) throws {
        let workspace = try Workspace()
        var daemon = try Daemon(in: workspace)
        let address = "\(daemon.internalEndpoint)"
        let follower = try ChildProcess(
            Daemon.program,
            ["transitions", "--follow", "--json"] + access(to: daemon)
        )
        func sees(_ callback: Callback) throws -> Bool {
            #expect(try daemon.post(callback).code == "2005600")
            return follower.output.first { $0.contains("\"\(callback.merchant)\"") } != nil
        }
        let callbacks = try (0..<3).map { _ in try Callback() }
        #expect(try sees(callbacks[0]))
        #expect(try sees(callbacks[1]))

        #expect(try daemon.stop() == .exited(0))
        #expect(follower.errors.first { $0.contains("retrying until the daemon responds") } != nil)
        daemon = try Daemon(in: workspace, set: ["internal.listen=\(address)"])
        #expect(try sees(callbacks[2]))
        #expect(follower.errors.all.count == 1)

        follower.signal(signal)
        #expect(try follower.wait() == .exited(0))
        let sequences = follower.output.all.map { JSON(Array($0.utf8))["sequence"].integer }
        #expect(sequences == [1, 2, 3])
    }

    @Test func `a payment is generated, drawn, asked about and paid from a shell`() throws {
        let pair = try Pair()
        let arguments = ["generate", "--reference", "TRX-1", "--amount", "10000.00"]
        let first = try ChildProcess.run(
            Daemon.program,
            arguments + access(to: pair.daemon, as: "orders"),
            environment: ["LANG": "C.UTF-8"]
        )
        #expect(first.end == .exited(0), "\(first.errors)")
        #expect(first.output.contains { $0.contains("TRX-1") })
        let json = try shell(arguments + ["--json"], pair.daemon, as: "orders")
        #expect(json.end == .exited(0))
        let content = JSON(Array((json.output.first ?? "").utf8))["qrContent"].text
        #expect(content?.hasPrefix("000201") == true)
        // Half blocks where libqrencode is there, which the tests install.
        #expect(first.output.count { $0.contains("\u{2580}") || $0.contains("\u{2584}") } > 10)

        let other = try shell(
            ["generate", "--reference", "TRX-1", "--amount", "2"],
            pair.daemon,
            as: "orders"
        )
        #expect(other.end == .exited(65))
        #expect(other.errors.first?.contains("field partnerReferenceNo") == true)

        try pair.gateway.pay("TRX-1", faults: ["drop"])
        let query = try shell(["query", "TRX-1"], pair.daemon, as: "orders")
        #expect(query.end == .exited(0), "\(query.errors)")
        #expect(query.output.contains { $0.contains("success") })
        let unknown = try shell(["query", "TRX-2"], pair.daemon, as: "orders")
        #expect(unknown.end == .exited(65))
        #expect(unknown.errors.first?.contains("4045101") == true)
    }
}
