import Overview
import Payments
import Store
import Testing

@testable import InternalAPI

/// Consumers for which transitions wait.
@Suite struct LateConsumersTests {
    private let feed: SmallFeed

    init() async throws { feed = try await SmallFeed() }

    private func late(at now: Int64) async throws -> [HealthFacts.LateConsumer] {
        let store = feed.store
        let consumers = try await store.reader.consumers(after: "", limit: 100)
        return try await LateConsumers(store, head: store.window.head, at: now).among(consumers)
    }

    private func move(_ name: String, to offset: Int64) async throws {
        let move = ConsumerMove(
            name: name,
            offset: offset,
            expected: nil,
            mayRewind: true,
            movedBy: "ops",
            isMovedByAdmin: true
        )
        _ = try await feed.store.move(move)
    }

    @Test func `one is late when its next transition has waited for five minutes`() async throws {
        // Recorded at 1, 2 and 3 ms since the epoch; consumers are moved at 0 ms.
        try await feed.add([.success, .success, .success])
        for (name, offset) in [("a", 3), ("b", 1), ("c", 0)] as [(String, Int64)] {
            try await move(name, to: offset)
        }
        let wait = LateConsumers.waitMilliseconds
        #expect(try await late(at: wait).isEmpty)
        let c = HealthFacts.LateConsumer(name: "c", lag: 3)
        #expect(try await late(at: wait + 1) == [c])
        #expect(try await late(at: wait + 2) == [HealthFacts.LateConsumer(name: "b", lag: 2), c])
        try feed.execute("UPDATE consumers SET updated_at = 3 WHERE name = 'b'")
        #expect(try await late(at: wait + 2) == [c])
        try feed.execute("UPDATE consumers SET feed = 'another' WHERE name = 'c'")
        #expect(try await late(at: wait + 2).isEmpty)
        await feed.store.close()
    }

    @Test func `a consumer whose next transition was removed is late`() async throws {
        try await feed.add([.success, .success])
        try await move("a", to: 0)
        try feed.execute("DELETE FROM transitions WHERE sequence = 1")
        let wait = LateConsumers.waitMilliseconds
        #expect(try await late(at: wait) == [HealthFacts.LateConsumer(name: "a", lag: 2)])
        await feed.store.close()
    }
}
