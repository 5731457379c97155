import HTTPCore
import HTTPServer
import Metrics
import Payments
import Store
import Support
import Testing

@testable import Alerts

/// One alert: what it sends, when, and what it remembers.
@Suite(.timeLimit(.minutes(10)))
struct AlertRunnerTests {
    /// Runs `body` with a receiver, and a scene without entries.
    private func with(_ body: (AlertReceiver, AlertScene) async throws -> Void) async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            try await body(receiver, scene)
            await scene.store.close()
        }
    }

    @Test func `an entry is posted when it was open long enough, and when it is resolved`()
        async throws
    {
        try await with { receiver, scene in
            let runner = try await scene.runner(receiver.alert())
            try scene.open(1...1)
            await runner.runPass()
            scene.clocks.advance(seconds: 59)
            await runner.runPass()
            #expect(receiver.requests.isEmpty)
            scene.clocks.advance(seconds: 1)
            await runner.runPass()
            await runner.runPass()
            #expect(receiver.titles == ["late-success"])
            scene.clocks.advance(seconds: 86_400)
            await runner.runPass()
            #expect(receiver.titles.count == 1, "an open entry is posted once")
            try scene.resolve(1...1)
            await runner.runPass()
            await runner.runPass()
            #expect(receiver.titles == ["late-success", "Resolved: late-success"])
            #expect(try scene.integer("SELECT count(*) FROM alert_entries") == 0)
            let request = receiver.requests[0]
            #expect(request.head.text(request.head.target) == "/hook")
            #expect(try scene.counts(of: "ops").results[.sent] == 2)
        }
    }

    @Test func `what is resolved in time is never posted`() async throws {
        try await with { receiver, scene in
            let runner = try await scene.runner(receiver.alert())
            try scene.open(1...1)
            await runner.runPass()
            scene.clocks.advance(seconds: 30)
            try scene.resolve(1...1)
            await runner.runPass()
            scene.clocks.advance(seconds: 3_600)
            await runner.runPass()
            #expect(receiver.requests.isEmpty)
            #expect(try scene.integer("SELECT count(*) FROM alert_entries") == 0)
        }
    }

    @Test func `a kind has one message a minute, and what comes meanwhile is summed up`()
        async throws
    {
        try await with { receiver, scene in
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...1)
            await runner.runPass()
            try scene.open(2...4)
            try scene.open(5...5, .qrRefused)
            scene.clocks.advance(seconds: 10)
            await runner.runPass()
            try scene.resolve(1...2)
            scene.clocks.advance(seconds: 49)
            await runner.runPass()
            #expect(receiver.titles == ["late-success", "qr-refused"])
            #expect(try scene.counts(of: "ops").waiting == 4)
            scene.clocks.advance(seconds: 1)
            await runner.runPass()
            #expect(receiver.titles.last == "late-success: 2 new, 2 resolved")
            #expect(receiver.requests.count == 3)
            #expect(try scene.counts(of: "ops").waiting == 0)
        }
    }

    @Test func `ten thousand entries that were open before are one message`() async throws {
        try await with { receiver, scene in
            try scene.open(1...10_000)
            scene.clocks.advance(seconds: 60)
            let runner = try await scene.runner(receiver.alert())
            await runner.runPass()
            #expect(receiver.titles == ["late-success: 10000 entries"])
            let reported = "SELECT count(*) FROM alert_entries WHERE is_reported = 1"
            #expect(try scene.integer(reported) == 10_000)
            try scene.resolve(1...10_000)
            scene.clocks.advance(seconds: 60)
            await runner.runPass()
            #expect(receiver.titles.last == "Resolved: late-success: 10000 entries")
            #expect(try scene.integer("SELECT count(*) FROM alert_entries") == 0)
        }
    }

    @Test func `a restart neither repeats nor forgets, and continues the minute`() async throws {
        try await with { receiver, scene in
            let alert = receiver.alert("ops", "afterSeconds: 0")
            try scene.open(1...1)
            await (try await scene.runner(alert)).runPass()
            try scene.open(2...2)
            scene.clocks.advance(seconds: 30)
            await (try await scene.runner(alert)).runPass()
            #expect(receiver.titles == ["late-success"])
            // It was to be posted, and is resolved before the message that it waits for.
            try scene.resolve(2...2)
            scene.clocks.advance(seconds: 30)
            let third = try await scene.runner(alert)
            await third.runPass()
            #expect(receiver.titles == ["late-success", "Resolved: late-success"])
            try scene.resolve(1...1)
            scene.clocks.advance(seconds: 60)
            await (try await scene.runner(alert)).runPass()
            #expect(receiver.titles.count == 3)
            scene.clocks.advance(seconds: 60)
            await (try await scene.runner(alert)).runPass()
            #expect(receiver.titles.count == 3)
        }
    }

    @Test func `while a receiver is down, messages wait and are not lost`() async throws {
        try await with { receiver, scene in
            receiver.answer(503)
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...2)
            await runner.runPass()
            await runner.runPass()
            #expect(receiver.requests.count == 1, "it is not tried again at once")
            scene.clocks.advance(seconds: 5)
            await runner.runPass()
            try scene.resolve(1...1)
            scene.clocks.advance(seconds: 9)
            await runner.runPass()
            #expect(receiver.requests.count == 2)
            receiver.answer(204)
            scene.clocks.advance(seconds: 1)
            await runner.runPass()
            #expect(receiver.titles.last == "late-success: 1 new, 1 resolved")
            #expect(receiver.requests.count == 3)
            #expect(scene.log.lines(containing: "level=warning").count == 1)
            #expect(scene.log.lines(containing: "alerts are sent again").count == 1)
            #expect(try scene.counts(of: "ops").results[.failed] == 2)
        }
    }

    @Test func `Retry-After delays the next attempt`() async throws {
        try await with { receiver, scene in
            receiver.answer(429, [("Retry-After", "120")])
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...1)
            await runner.runPass()
            scene.clocks.advance(seconds: 119)
            await runner.runPass()
            #expect(receiver.requests.count == 1)
            scene.clocks.advance(seconds: 1)
            await runner.runPass()
            #expect(receiver.requests.count == 2)
        }
    }

    @Test func `a rejected message is retried slowly, and does not delay other kinds`()
        async throws
    {
        try await with { receiver, scene in
            receiver.answer { request in
                let isRefused = String(decoding: request.body, as: UTF8.self).contains("disk-low")
                return Response(Status(isRefused ? 400 : 200))
            }
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...1, .diskLow)
            try scene.open(2...2)
            await runner.runPass()
            #expect(receiver.titles.sorted() == ["disk-low", "late-success"])
            scene.clocks.advance(seconds: 299)
            await runner.runPass()
            #expect(receiver.requests.count == 2)
            scene.clocks.advance(seconds: 1)
            await runner.runPass()
            #expect(receiver.titles.last == "disk-low")
            #expect(receiver.requests.count == 3)
            let warnings = scene.log.lines(containing: "level=warning")
            #expect(warnings.count == 1, "the same message is logged once: \(warnings)")
            #expect(try scene.counts(of: "ops").results[.rejected] == 2)
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await with { receiver, scene in
            receiver.answer(307, [("Location", "/elsewhere")])
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...1)
            await runner.runPass()
            #expect(receiver.requests.count == 1)
            #expect(scene.log.lines(containing: "redirects are not followed").count == 1)
        }
    }

    @Test func `only the chosen kinds are posted`() async throws {
        try await with { receiver, scene in
            let alert = receiver.alert("ops", "afterSeconds: 0, kinds: ['disk-low', 'qr-refused']")
            let runner = try await scene.runner(alert)
            try scene.open(1...1)
            try scene.open(2...2, .diskLow)
            await runner.runPass()
            #expect(receiver.titles == ["disk-low"])
        }
    }

    @Test func `while commits fail, messages are sent once, and recorded later`() async throws {
        try await with { receiver, scene in
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...1)
            try scene.execute(
                """
                CREATE TRIGGER full BEFORE INSERT ON alert_entries
                BEGIN SELECT RAISE(ABORT, 'full'); END;
                """
            )
            for _ in 1...3 {
                await runner.runPass()
                scene.clocks.advance(seconds: 600)
            }
            #expect(receiver.titles == ["late-success"])
            #expect(try scene.integer("SELECT count(*) FROM alert_entries") == 0)
            try scene.execute("DROP TRIGGER full")
            await runner.runPass()
            #expect(try scene.integer("SELECT is_reported FROM alert_entries") == 1)
            #expect(receiver.requests.count == 1)
        }
    }
}
