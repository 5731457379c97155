import Foundation
import Glibc
import Support
import Testing

/// `forward`: each transition reaches one URL, in order, whatever fails on the way.
@Suite(.blocking)
struct ForwardTests {
    private let workspace: Workspace

    /// The key of the HMAC, in hexadecimal.
    private static let key = String(repeating: "5a", count: 32)

    init() throws {
        workspace = try Workspace()
        let secret = Data(repeating: 0x5A, count: 32).base64EncodedString()
        try workspace.write("whsec_\(secret)\n", to: "shop.secret", mode: 0o600)
    }

    /// Starts a forwarder to a receiver.
    private func forward(
        to receiver: MessageReceiver,
        from daemon: Daemon,
        _ options: [String] = []
    ) throws -> ChildProcess {
        try ChildProcess(Daemon.program, arguments(to: receiver.url, from: daemon) + options)
    }

    private func arguments(to url: String, from daemon: Daemon) -> [String] {
        [
            "forward", "--to", url, "--secret-file", workspace.directory + "shop.secret",
            "--consumer", "orders.shop", "--url", "http://\(daemon.internalEndpoint)",
            "--token-file", workspace.directory + "orders.token",
        ]
    }

    private func position(_ daemon: Daemon) throws -> Int? {
        try daemon.get("/v1/consumers/orders.shop").json["position"].integer
    }

    /// Waits until a forwarder has read the response to a message: the receiver has the message
    /// earlier, and a forwarder that is stopped between the two sends it again later.
    private func waitUntilForwarded(_ id: String, by process: ChildProcess) throws {
        try #require(
            process.errors.first {
                $0.contains("message=forwarded") && $0.contains("id=\(id) ")
            } != nil
        )
    }

    /// The value of a header field of a message.
    private func field(_ name: String, _ message: MessageReceiver.Message) -> String? {
        message.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    @Test func `messages come in order, signed, each until it is accepted`() throws {
        let daemon = try Daemon(in: workspace)
        let feed = try #require(try daemon.get("/v1/transitions").json["feed"].text)
        let receiver = try MessageReceiver(statuses: [500, 302])
        for _ in 1...3 { #expect(try daemon.post(Callback()).code == "2005600") }
        let process = try forward(to: receiver, from: daemon, ["--from", "beginning"])
        let messages = receiver.messages(5)
        #expect(
            messages.map { field("webhook-id", $0) } == [1, 1, 1, 2, 3].map { "\(feed).\($0)" }
        )
        let transitions = try daemon.feed()
        for (message, sequence) in zip(messages, [1, 1, 1, 2, 3]) {
            #expect(message.json["type"].text == "payment.success")
            let reference = transitions[sequence - 1]["partnerReferenceNo"].text
            #expect(message.json["data"]["partnerReferenceNo"].text == reference)
            #expect(message.json["data"]["sequence"].integer == sequence)
            try checkSignature(of: message)
        }
        // Waits for more, and sends it at once.
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(receiver.messages(6).count == 6)
        try waitUntilForwarded("\(feed).4", by: process)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
        #expect(try position(daemon) == 4)
        #expect(process.errors.all.count { $0.contains("was not accepted") } == 2)
        #expect(process.errors.all.count { $0.contains("message=forwarded") } == 4)
    }

    /// Computes the code with the `openssl` command.
    private func checkSignature(of message: MessageReceiver.Message) throws {
        let id = try #require(field("webhook-id", message))
        let time = try #require(field("webhook-timestamp", message))
        let age = Date.now.timeIntervalSince1970 - (try #require(Double(time)))
        #expect((-5...300).contains(age))
        let text = "\(id).\(time)." + String(decoding: message.body, as: UTF8.self)
        try workspace.write(text, to: "signed")
        let (exitCode, _) = try OpenSSLCommand.run(
            [
                "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(Self.key)", "-binary",
                "-out", "code", "signed",
            ],
            in: URL(filePath: workspace.directory)
        )
        #expect(exitCode == 0)
        let code = try Data(contentsOf: URL(filePath: workspace.directory + "code"))
        #expect(field("webhook-signature", message) == "v1,\(code.base64EncodedString())")
    }

    @Test func `a forwarder that is killed leaves nothing out`() throws {
        let daemon = try Daemon(in: workspace)
        let feed = try #require(try daemon.get("/v1/transitions").json["feed"].text)
        let receiver = try MessageReceiver()
        var process = try forward(to: receiver, from: daemon, ["--from", "beginning"])
        for round in 1...6 {
            for _ in 1...5 { #expect(try daemon.post(Callback()).code == "2005600") }
            // Killed after the first messages of the round: anywhere in the rest.
            #expect(receiver.messages((round - 1) * 5 + round % 5 + 1).count > 0)
            process.signal(SIGKILL)
            try process.wait()
            process = try forward(to: receiver, from: daemon)
        }
        // The last one is sent once, because nothing is killed after it.
        let last = 30
        var sequences: [Int] = []
        repeat {
            sequences = receiver.messages(sequences.count + 1).compactMap {
                $0.json["data"]["sequence"].integer
            }
        } while sequences.last != last
        var next = 1
        for sequence in sequences {
            #expect(sequence <= next, "\(sequences)")
            if sequence == next { next += 1 }
        }
        #expect(next == last + 1)
        try waitUntilForwarded("\(feed).\(last)", by: process)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
        #expect(try position(daemon) == last)
    }

    @Test func `a target or a daemon that is down is waited for`() throws {
        var daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        let receiver = try MessageReceiver(isUp: false)
        let process = try forward(to: receiver, from: daemon, ["--from", "beginning"])
        #expect(process.errors.first { $0.contains("was not accepted") } != nil)
        try receiver.start()
        #expect(receiver.messages(1).count == 1)
        let port = try #require("\(daemon.internalEndpoint)".split(separator: ":").last)
        #expect(try daemon.stop() == .exited(0))
        #expect(process.errors.first { $0.contains("the daemon is not available") } != nil)
        daemon = try Daemon(in: workspace, set: ["internal.listen=127.0.0.1:\(port)"])
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(receiver.messages(2).last?.json["data"]["sequence"].integer == 2)
        process.signal(SIGINT)
        #expect(try process.wait() == .exited(0))
    }

    @Test func `a new consumer and a new feed need a start`() throws {
        var daemon = try Daemon(in: workspace)
        let receiver = try MessageReceiver()
        for _ in 1...2 { #expect(try daemon.post(Callback()).code == "2005600") }
        let first = try forward(to: receiver, from: daemon)
        #expect(try first.wait() == .exited(65))
        #expect(first.errors.all.contains { $0.contains("is new; expected --from") })
        let second = try forward(to: receiver, from: daemon, ["--from", "latest"])
        #expect(second.errors.first { $0.contains("message=forwarding") } != nil)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(receiver.messages(1)[0].json["data"]["sequence"].integer == 3)
        second.signal(SIGTERM)
        #expect(try second.wait() == .exited(0))

        #expect(try daemon.stop() == .exited(0))
        let renewed = try DatabaseCommands(workspace: workspace).newFeed()
        #expect(renewed.end == .exited(0))
        daemon = try Daemon(in: workspace)
        let third = try forward(to: receiver, from: daemon)
        #expect(try third.wait() == .exited(65))
        #expect(third.errors.all.contains { $0.contains("the feed has changed") })
        let fourth = try forward(to: receiver, from: daemon, ["--from", "beginning"])
        #expect(
            receiver.messages(4).dropFirst().map { $0.json["data"]["sequence"].integer } == [
                1, 2, 3,
            ]
        )
        fourth.signal(SIGTERM)
        #expect(try fourth.wait() == .exited(0))
    }

    @Test func `two forwarders under one name do not both go on`() throws {
        let daemon = try Daemon(in: workspace)
        let receiver = try MessageReceiver()
        let one = try forward(to: receiver, from: daemon, ["--from", "beginning"])
        #expect(one.errors.first { $0.contains("message=forwarding") } != nil)
        let other = try forward(to: receiver, from: daemon)
        #expect(other.errors.first { $0.contains("message=forwarding") } != nil)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(receiver.messages(2).count == 2)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(receiver.messages(3).count >= 3)
        // Both may store offset 1, which is no conflict; at 2 the slower one finds another offset,
        // unless both are equally fast again. What counts is that nothing is left out.
        one.signal(SIGTERM)
        other.signal(SIGTERM)
        for end in try [one.wait(), other.wait()] {
            #expect([.exited(0), .exited(65)].contains(end))
        }
        // A message whose response the forwarder has not read is sent again by the next one.
        let last = try forward(to: receiver, from: daemon)
        #expect(last.errors.first { $0.contains("message=forwarding") } != nil)
        #expect(try daemon.post(Callback()).code == "2005600")
        var sequences: [Int] = []
        repeat {
            sequences = receiver.messages(sequences.count + 1).compactMap {
                $0.json["data"]["sequence"].integer
            }
        } while sequences.last != 3
        #expect(Set(sequences) == [1, 2, 3], "\(sequences)")
        last.signal(SIGTERM)
        #expect(try last.wait() == .exited(0))
    }

    @Test(
        arguments: [
            (["--to", "http://shop.example.id/"], 64, "expected https"),
            (["--to", "shop"], 64, "--to: \"shop\""),
            (["--timeout", "0"], 64, "--timeout"),
            (["--secret-file", "missing"], 78, "missing cannot be read"),
            (["--secret-file", "ops.token"], 78, "contains no secret"),
            (["--consumer", "others"], 78, "may only change the consumers"),
        ] as [([String], CInt, String)]
    )
    func `a wrong option is refused by name`(
        options: [String],
        code: CInt,
        reason: String
    ) throws {
        let daemon = try Daemon(in: workspace)
        var arguments = arguments(to: "https://shop.example.id/x", from: daemon)
        if let index = arguments.firstIndex(of: options[0]) {
            arguments.removeSubrange(index...(index + 1))
        }
        let isFile = options[0] == "--secret-file"
        let value = isFile ? workspace.directory + options[1] : options[1]
        let result = try ChildProcess.run(
            Daemon.program,
            arguments + [options[0], value, "--from", "latest"]
        )
        #expect(result.end == .exited(code), "\(result.errors)")
        #expect(result.errors.contains { $0.contains(reason) }, "\(result.errors)")
    }
}
