import HTTPCore
import HTTPServer
import Metrics
import Payments
import Store
import Support
import Testing

@testable import Alerts

/// All alerts together: start, reload and stop.
@Suite(.timeLimit(.minutes(10)))
struct AlertServiceTests {
    private func with(_ body: (AlertReceiver, AlertScene) async throws -> Void) async throws {
        try await AlertReceiver.with { receiver in
            let scene = try await AlertScene()
            try await body(receiver, scene)
            await scene.store.close()
        }
    }

    @Test func `a commit that opens an entry wakes the alerts`() async throws {
        try await with { receiver, scene in
            let service = scene.service()
            await service.apply(
                try scene.configuration(
                    receiver.alert("one", path: "/one", "afterSeconds: 0"),
                    receiver.alert("two", path: "/two", "afterSeconds: 0, kinds: ['disk-low']"),
                    receiver.alert(
                        "three",
                        path: "/three",
                        "afterSeconds: 0, kinds: ['qr-refused']"
                    )
                )
            )
            try await scene.store.raise(.diskLow, detail: "1 MB is free")
            await receiver.reach(2)
            let targets = receiver.requests.map { $0.head.text($0.head.target) }
            #expect(targets.sorted() == ["/one", "/two"])
            await service.close()
        }
    }

    @Test func `stopping interrupts a message under way`() async throws {
        try await with { receiver, scene in
            receiver.answer { _ in nil }
            let service = scene.service()
            await service.apply(
                try scene.configuration(receiver.alert("ops", "afterSeconds: 0"))
            )
            try await scene.store.raise(.diskLow, detail: "1 MB is free")
            await receiver.reach(1)
            await service.close()
            #expect(scene.log.lines(containing: "level=warning").isEmpty)
            #expect(try scene.integer("SELECT is_reported FROM alert_entries") == 0)
        }
    }

    @Test func `a reload starts new alerts, and stops and forgets removed ones`() async throws {
        try await with { receiver, scene in
            let old = receiver.alert("old", path: "/old", "afterSeconds: 0")
            let new = receiver.alert("new", path: "/new", "afterSeconds: 0")
            let service = scene.service()
            await service.apply(try scene.configuration(old))
            try await scene.store.raise(.diskLow, detail: "1 MB is free")
            await receiver.reach(1)
            // The entry was open before the alert was configured.
            await service.apply(try scene.configuration(new))
            await receiver.reach(2)
            await service.close()
            let targets = receiver.requests.map { $0.head.text($0.head.target) }
            #expect(targets == ["/old", "/new"])
            let others = "SELECT count(*) FROM alert_entries WHERE alert = 'old'"
            #expect(try scene.integer(others) == 0)
            #expect(
                try scene.integer("SELECT count(*) FROM alert_messages WHERE alert = 'old'") == 0
            )
            #expect(!scene.metrics.alerts.values.contains { $0.name == "old" })
        }
    }

    @Test func `a changed alert continues under its name`() async throws {
        try await with { receiver, scene in
            let service = scene.service()
            await service.apply(
                try scene.configuration(
                    receiver.alert("ops", path: "/a", "afterSeconds: 0, kinds: ['disk-low']")
                )
            )
            try await scene.store.raise(.gatewayUnreachable, detail: "no response")
            try await scene.store.raise(.diskLow, detail: "1 MB is free")
            // What was recorded is not repeated.
            await scene.log.reach(1, "sent an alert")
            // More kinds: what is open of them is posted, and nothing is repeated.
            await service.apply(
                try scene.configuration(receiver.alert("ops", path: "/b", "afterSeconds: 0"))
            )
            await scene.log.reach(2, "sent an alert")
            await service.close()
            #expect(receiver.titles == ["disk-low", "gateway-unreachable"])
            // Fewer kinds: the others are forgotten.
            let fewer = receiver.alert("ops", path: "/b", "afterSeconds: 0, kinds: ['disk-low']")
            await (try await scene.runner(fewer)).runPass()
            #expect(try scene.integer("SELECT count(*) FROM alert_entries") == 1)
        }
    }

    @Test func `a receiver that does not respond delays only its own messages`() async throws {
        try await with { receiver, scene in
            receiver.answer { request in
                request.head.text(request.head.target) == "/hangs" ? nil : Response(.ok)
            }
            let service = scene.service()
            await service.apply(
                try scene.configuration(
                    receiver.alert("hangs", path: "/hangs", "afterSeconds: 0"),
                    receiver.alert("works", path: "/works", "afterSeconds: 0")
                )
            )
            try await scene.store.raise(.diskLow, detail: "1 MB is free")
            await receiver.reach(2)
            try await scene.store.raise(.gatewayUnreachable, detail: "no response")
            await receiver.reach(3)
            #expect(receiver.requests.last?.head.text(receiver.requests[2].head.target) == "/works")
            await service.close()
        }
    }
}
