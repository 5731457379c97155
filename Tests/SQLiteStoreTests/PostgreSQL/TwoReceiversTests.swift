import Ledger
import Payments
import PostgreSQL
import Support
import Testing

@testable import Store

/// Two receivers on one database in PostgreSQL, each with a store of its own.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: TestDatabase.isPostgreSQL, "one receiver locks a database of SQLite")
)
struct TwoReceiversTests {
    @Test func `callbacks that come to both at once make one dense feed`() async throws {
        let stores = try await TestStore.two()
        // Every callback comes to both receivers.
        let deliveries = try (1...40).map { number in
            try TestDelivery { $0.setReferences(number) }.delivery
        }
        let judgements = try await withThrowingTaskGroup(of: [Judgement].self) { group in
            for store in stores {
                group.addTask {
                    try await store.deliver(deliveries).map { try $0.get() }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(judgements.count { !$0.isRedelivery } == deliveries.count)
        #expect(judgements.count { $0.isRedelivery } == deliveries.count)
        #expect(judgements.allSatisfy { $0.response == .successful })
        for store in stores {
            let feed = try await store.feed()
            #expect(feed.map(\.sequence) == Array(1...40))
            #expect(Set(feed.map(\.partnerReferenceNo)).count == 40)
        }
        for store in stores { await store.store.close() }
    }

    @Test func `a commit that adds nothing has seen what the other has added`() async throws {
        let stores = try await TestStore.two()
        let (own, other) = (stores[0], stores[1].store)
        for number in 1...40 {
            try await own.deliver { $0.setReferences(number) }
            // Before its follower has, mostly.
            try await other.probe()
            #expect(other.window.head == Int64(number))
            await other.signal.wait(behind: Int64(number - 1), seconds: 3_600)
        }
        for store in stores { await store.store.close() }
    }

    @Test func `a commit of one wakes the followers of the other`() async throws {
        let stores = try await TestStore.two()
        let (own, other) = (stores[0].store, stores[1].store)
        for number in 1...3 {
            let waiting = Task {
                await other.signal.wait(behind: Int64(number - 1), seconds: 3_600)
                return try await other.feed(
                    FeedQuery(after: Int64(number - 1)),
                    limit: 10
                ).head
            }
            try await stores[0].deliver { $0.setReferences(number) }
            #expect(try await waiting.value == Int64(number))
        }
        // And a reader of one transaction, by a commit without a transition.
        let mark = other.signal.mark
        let waiting = Task { await other.signal.wait(for: "TRX-1", beyond: mark, seconds: 3_600) }
        try await stores[0].deliver {
            $0.setReferences(1)
            $0.externalID = "again"
            $0.salt = "another body"
        }
        await waiting.value
        for store in [own, other] { await store.close() }
    }

    @Test func `an offset is moved by one of two that compare it`() async throws {
        let stores = try await TestStore.two()
        for number in 1...5 { try await stores[0].deliver { $0.setReferences(number) } }
        let move = ConsumerMove(
            name: "orders",
            offset: 5,
            expected: 0,
            mayRewind: false,
            movedBy: "orders",
            isMovedByAdmin: false
        )
        let outcomes = try await withThrowingTaskGroup(of: ConsumerMove.Outcome.self) { group in
            for store in stores { group.addTask { try await store.store.move(move) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .unexpected(current: 5) } == 1)
        for store in stores { await store.store.close() }
    }
}
