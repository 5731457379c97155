import Payments
import Store
import Support
import Testing

@testable import Alerts

/// Alerts after a step of the wall clock.
@Suite(.timeLimit(.minutes(10)))
struct AlertClockTests {
    @Test func `an entry from before the clock was set back is posted at once`() async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            try scene.open(1...1)
            scene.clocks.step(seconds: -86_400 * 365)
            try scene.open(2...2)
            let runner = try await scene.runner(receiver.alert())
            await runner.runPass()
            #expect(receiver.titles == ["late-success"])
            scene.clocks.advance(seconds: 60)
            await runner.runPass()
            #expect(receiver.titles.count == 2, "the other one is not delayed by it")
            await scene.store.close()
        }
    }

    @Test func `a message from the future delays nothing`() async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            let alert = receiver.alert("ops", "afterSeconds: 0")
            try scene.open(1...1)
            await (try await scene.runner(alert)).runPass()
            scene.clocks.step(seconds: -86_400)
            try scene.open(2...2)
            await (try await scene.runner(alert)).runPass()
            #expect(receiver.titles.count == 2)
            await scene.store.close()
        }
    }

    @Test func `the minute between messages does not depend on the wall clock`() async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            let runner = try await scene.runner(receiver.alert("ops", "afterSeconds: 0"))
            try scene.open(1...1)
            await runner.runPass()
            scene.clocks.step(seconds: 86_400)
            try scene.open(2...2)
            await runner.runPass()
            #expect(receiver.titles.count == 1)
            scene.clocks.step(seconds: -2 * 86_400)
            scene.clocks.advance(seconds: 60)
            await runner.runPass()
            #expect(receiver.titles.count == 2)
            await scene.store.close()
        }
    }
}
