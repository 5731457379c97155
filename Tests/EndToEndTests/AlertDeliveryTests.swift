import Foundation
import Support
import Testing

/// Alerts of the built daemon, towards a receiver on loopback.
@Suite(.blocking)
struct AlertDeliveryTests {
    private func setting(_ receiver: MessageReceiver, _ members: String = "") -> String {
        "alerts=[{ name: 'ops', url: '\(receiver.url)', afterSeconds: 0, \(members) }]"
    }

    /// Posts two successes of one payment with different amounts; returns its reference.
    @discardableResult
    private func raiseSecondPayment(_ daemon: Daemon) throws -> String {
        let first = try Callback(amount: "10000.00")
        #expect(try daemon.post(first).code == "2005600")
        let second = try Callback(first.merchant, first.gateway, amount: "20000.00")
        #expect(try daemon.post(second).code == "2005600")
        return first.merchant
    }

    private func resolve(_ daemon: Daemon, _ reference: String) throws {
        let entry = try daemon.attention().first { $0["partnerReferenceNo"].text == reference }
        let id = try #require(entry?["id"].integer)
        let answer = try daemon.call("POST", "/admin/attention/\(id)/resolve", "{\"note\":\"ok\"}")
        #expect(answer.status == 200, "\(answer.text)")
    }

    /// Lets the minute between two messages of a kind pass, while no daemon runs.
    private func endMinute(_ workspace: Workspace) throws {
        try workspace.runSQL("UPDATE alert_messages SET sent_at = sent_at - 60000")
    }

    @Test func `an entry is posted, and its resolution after a restart`() throws {
        let workspace = try Workspace()
        let receiver = try MessageReceiver()
        let daemon = try Daemon(in: workspace, set: [setting(receiver)])
        let reference = try raiseSecondPayment(daemon)
        let opened = try #require(receiver.messages(1).first)
        #expect(opened.target == "/hook")
        #expect(opened.head.contains("\r\nContent-Type: application/json\r\n"))
        #expect(opened.json["state"].text == "open")
        #expect(opened.json["title"].text == "possible-second-payment: \(reference)")
        #expect(opened.json["reference"].text == reference)
        #expect(opened.json["url"] == .null, "a port that the system chooses is not fixed")
        #expect(daemon.logs { $0.contains("message=\"sent an alert\"") })
        #expect(try daemon.stop() == .exited(0))
        try endMinute(workspace)

        let second = try Daemon(in: workspace, set: [setting(receiver)])
        try resolve(second, reference)
        let resolved = try #require(receiver.messages(2).last)
        #expect(resolved.json["state"].text == "resolved")
        #expect(resolved.json["title"].text == "Resolved: possible-second-payment: \(reference)")
        #expect(resolved.json["detail"].text?.hasPrefix("resolved by ops: ok (it was: ") == true)
        #expect(second.logs { $0.contains("message=\"sent an alert\"") })
        try second.kill()

        // After a crash, too, nothing is repeated: another entry is the next message.
        try endMinute(workspace)
        let third = try Daemon(in: workspace, set: [setting(receiver)])
        let other = try raiseSecondPayment(third)
        let messages = receiver.messages(3)
        #expect(messages.count == 3)
        #expect(messages.last?.json["reference"].text == other)
        #expect(messages.last?.json["openCount"].integer == 1)
        let metrics = try third.get("/metrics").text
        #expect(metrics.contains("cashin_alert_entries_waiting{name=\"ops\"} 0\n"), "\(metrics)")
    }

    @Test func `what comes within a minute is summed up after a restart`() throws {
        let workspace = try Workspace()
        let receiver = try MessageReceiver()
        let daemon = try Daemon(in: workspace, set: [setting(receiver)])
        try raiseSecondPayment(daemon)
        #expect(receiver.messages(1).count == 1)
        try raiseSecondPayment(daemon)
        try raiseSecondPayment(daemon)
        // The entries are on the list of the alert when their rows are.
        for _ in 0..<600 {
            if try workspace.runSQL("SELECT count(*) FROM alert_entries") == ["3"] { break }
            usleep(50_000)
        }
        #expect(try daemon.stop() == .exited(0))
        #expect(receiver.messages(1).count == 1)
        try endMinute(workspace)
        let second = try Daemon(in: workspace, set: [setting(receiver)])
        let message = try #require(receiver.messages(2).last)
        #expect(message.json["title"].text == "possible-second-payment: 2 entries")
        _ = second
    }

    @Test func `a receiver that was down gets its message when it is up`() throws {
        let receiver = try MessageReceiver(isUp: false)
        let daemon = try Daemon(in: try Workspace(), set: [setting(receiver)])
        let reference = try raiseSecondPayment(daemon)
        #expect(daemon.logs { $0.contains("cannot send an alert") })
        try receiver.start()
        #expect(receiver.messages(1).first?.json["reference"].text == reference)
        #expect(daemon.logs { $0.contains("alerts are sent again") })
        #expect(!daemon.log.contains { $0.contains("/hook") })
    }

    @Test func `a receiver that hangs delays neither callbacks nor the stop`() throws {
        let receiver = try MessageReceiver(isHanging: true)
        let daemon = try Daemon(in: try Workspace(), set: [setting(receiver)])
        try raiseSecondPayment(daemon)
        #expect(receiver.messages(1).count == 1)
        for _ in 0..<50 { #expect(try daemon.post(Callback()).code == "2005600") }
        #expect(try daemon.get("/readyz").status == 200)
        #expect(try daemon.stop() == .exited(0))
        // The message was interrupted: it is no failure, and the next start sends it again.
        #expect(!daemon.log.contains { $0.contains("cannot send an alert") })
    }

    @Test func `a reload adds an alert, which posts what is open`() throws {
        let workspace = try Workspace()
        let receiver = try MessageReceiver()
        let daemon = try Daemon(in: workspace)
        let reference = try raiseSecondPayment(daemon)
        let body = "'{\"text\": \"${title} ${kind}\"}'"
        let alerts = "alerts: [{ name: 'chat', url: '\(receiver.url)', body: \(body), "
        let text = Workspace.configuration.replacingOccurrences(
            of: "  storage: {",
            with: "  \(alerts) afterSeconds: 0 }],\n  storage: {"
        )
        try workspace.write(text, to: "config.json5")
        #expect(try daemon.reload()?.contains("changed=alerts") == true)
        let message = try #require(receiver.messages(1).first)
        #expect(
            String(decoding: message.body, as: UTF8.self)
                == "{\"text\": \"possible-second-payment: \(reference) possible-second-payment\"}"
        )
        let test = try ChildProcess.run(
            Daemon.program,
            ["alerts", "test", "chat", "--config", workspace.configurationFile]
        )
        #expect(test.end == .exited(0))
        #expect(test.output == ["chat: sent, http://127.0.0.1:\(receiver.port) responded with 200"])
        #expect(receiver.messages(2).last?.json["text"].text == "Test of the alert chat test")
    }
}
