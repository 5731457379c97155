import AlertMessages
import Configuration
import HTTPCore
import HTTPServer
import Support
import Testing

@testable import Alerts

/// One message: what is sent, and what a response means.
@Suite(.timeLimit(.minutes(10)))
struct AlertSenderTests {
    private func alert(
        _ receiver: AlertReceiver,
        _ members: String = ""
    ) throws
        -> Configuration.Alert
    {
        let element = receiver.alert("ops", path: "/a%20b?c=d", members)
        let loaded = try ConfigurationFixture().load(["alerts=[\(element)]"])
        return try #require(loaded.configuration.alerts.first)
    }

    private func send(
        to receiver: AlertReceiver,
        _ members: String = "",
        by sender: AlertSender = AlertSender()
    ) async throws -> AlertOutcome {
        let message = AlertMessage(testOf: "ops", url: nil)
        let outcome = await sender.send(message, to: try alert(receiver, members))
        await sender.close()
        return outcome
    }

    private func field(_ name: String, _ request: Request?) -> String? {
        guard let head = request?.head, case .value(let range) = head.single(name) else {
            return nil
        }
        return head.text(range)
    }

    @Test func `a message has the configured headers, and usual ones for the others`()
        async throws
    {
        try await AlertReceiver.with { receiver in
            let first = try await send(to: receiver)
            #expect(first == .sent(status: 200))
            let usual = receiver.requests.first
            #expect(usual?.head.text(usual?.head.method ?? 0..<0) == "POST")
            #expect(field("Content-Type", usual) == "application/json")
            #expect(field("User-Agent", usual)?.hasPrefix("cashin-receiver/") == true)
            #expect(field("Host", usual) == "127.0.0.1:\(receiver.port)")
            let headers = "'user-agent': 'x', 'CONTENT-TYPE': 'application/x+json', 'X-A': 'b'"
            let second = try await send(to: receiver, "headers: { \(headers) }")
            #expect(second == .sent(status: 200))
            let own = receiver.requests.last
            #expect(field("User-Agent", own) == "x")
            #expect(field("Content-Type", own) == "application/x+json")
            #expect(field("X-A", own) == "b")
        }
    }

    @Test(arguments: [
        (200, "sent"), (201, "sent"), (204, "sent"), (299, "sent"), (300, "rejected"),
        (301, "rejected"), (302, "rejected"), (303, "rejected"), (304, "rejected"),
        (307, "rejected"), (308, "rejected"), (400, "rejected"), (401, "rejected"),
        (403, "rejected"), (404, "rejected"), (408, "failed"), (410, "rejected"),
        (413, "rejected"), (422, "rejected"), (425, "failed"), (429, "failed"),
        (451, "rejected"), (500, "failed"), (502, "failed"), (503, "failed"), (504, "failed"),
        (599, "failed"),
    ])
    func `the status decides whether a message is sent again`(
        status: Int,
        expected: String
    ) async throws {
        try await AlertReceiver.with { receiver in
            receiver.answer(status)
            let outcome = try await send(to: receiver)
            switch outcome {
            case .sent(let code):
                #expect((expected, code) == ("sent", status))
            case .failed(let reason, let seconds):
                #expect((expected, seconds) == ("failed", nil))
                #expect(reason == "http://127.0.0.1:\(receiver.port) responded with \(status)")
            case .rejected(let reason):
                #expect(expected == "rejected")
                #expect(
                    reason.hasPrefix("http://127.0.0.1:\(receiver.port) responded with \(status)")
                )
            case .interrupted: Issue.record("it was not interrupted")
            }
        }
    }

    @Test(arguments: [
        ("0", 0), ("120", 120), ("99999999999999999999", .max), ("", nil), ("+5", nil),
        ("-5", nil), ("5 s", nil), ("Sun, 06 Nov 1994 08:49:37 GMT", nil),
    ])
    func `Retry-After is read in seconds`(value: String, seconds: Int?) async throws {
        try await AlertReceiver.with { receiver in
            receiver.answer(503, [("Retry-After", value)])
            guard case .failed(_, let read) = try await send(to: receiver) else {
                Issue.record("it did not fail")
                return
            }
            #expect(read == seconds)
        }
    }

    @Test func `a receiver that does not respond in time has failed`() async throws {
        try await AlertReceiver.with { receiver in
            receiver.answer { _ in nil }
            let outcome = try await send(to: receiver, by: AlertSender(requestSeconds: 1))
            guard case .failed(let reason, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.contains("timed out after 1 s"), "\(reason)")
            #expect(!reason.contains("a%20b"))
        }
    }
}
