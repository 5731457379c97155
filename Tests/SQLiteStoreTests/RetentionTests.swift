import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import Recovery
@testable import SQLiteStore
@testable import Store

/// What is erased, and what stays.
@Suite struct RetentionTests {
    private static let remainder = ErasedCallback(
        bodyDigest: [UInt8](repeating: 1, count: 32),
        signedBodyDigest: [UInt8](repeating: 2, count: 32),
        signature: Array("c2ln".utf8)
    )
    private static let day: Int64 = 86_400_000

    @Test func `a callback keeps its facts when its bytes are erased, once`() async throws {
        let store = try await TestStore()
        let judgement = try await store.deliver { _ in }
        let id = judgement.callbackID
        let before = try await store.callback(id)
        #expect(before.erased == nil && !before.body.isEmpty)
        _ = try await store.store.erase([(id, Self.remainder)])
        let other = ErasedCallback(bodyDigest: [], signedBodyDigest: [], signature: [])
        _ = try await store.store.erase([(id, other), (id + 1, other)])
        for isReopened in [false, true] {
            let store = isReopened ? try await store.reopened() : store
            let after = try await store.callback(id)
            #expect(after.erased == Self.remainder)
            #expect(after.head.isEmpty && after.body.isEmpty)
            #expect(after.fact == before.fact && after.outcome == before.outcome)
            #expect(after.verification == before.verification)
            #expect(after.timestamp == before.timestamp)
            #expect(after.sequence == before.sequence)
            #expect(try store.integer("SELECT count(*) FROM callback_contents") == 0)
            #expect(try store.integer("SELECT count(*) FROM erased_callbacks") == 1)
            // It is known again, and no second one is kept.
            let again = try await store.deliver { _ in }
            #expect(again.isRedelivery && again.callbackID == id)
        }
    }

    @Test func `what is old is found across clock steps, and nothing young`() async throws {
        let store = try await TestStore()
        let times: [Int64] = [0, 400, 100, 200, 500].map { TestClock.start + $0 * Self.day }
        for (number, time) in times.enumerated() {
            store.clock.set(time)
            try await store.deliver {
                $0.reference = "TRX-\(number)"
                $0.partner = "PAY-\(number)"
                $0.externalID = "id-\(number)"
            }
        }
        let before = TestClock.start + 201 * Self.day
        let reader = store.store.reader
        let plan = try await reader.erasurePlan(before: before)
        var found: [Int64] = []
        for range in plan.callbacks {
            found += try await reader.callbackBytes(in: range, before: before, limit: 10).map(\.id)
        }
        #expect(found == [1, 3, 4])
        let first = try await reader.callbackBytes(in: 1..<4, before: before, limit: 1)
        #expect(first.map(\.id) == [1])
        let erased = found.map { ($0, Self.remainder) }
        _ = try await store.store.erase(erased)
        #expect(try await reader.erasurePlan(before: TestClock.start).callbacks.isEmpty)
        let rest = try await reader.erasurePlan(before: .max / 2).callbacks
        #expect(rest == [2..<6])
    }

    // MARK: The feed

    /// A store whose transitions 1 to `count` were recorded on days 1 to `count`.
    private static func feed(of count: Int64) async throws -> TestStore {
        let store = try await TestStore()
        for number in 1...count {
            store.clock.set(TestClock.start + number * day)
            try await store.deliver {
                $0.reference = "TRX-\(number)"
                $0.partner = "PAY-\(number)"
                $0.externalID = "id-\(number)"
            }
        }
        return store
    }

    private static func time(_ number: Int64) -> Int64 { TestClock.start + number * day }

    private func move(_ store: TestStore, _ name: String, to offset: Int64) async throws {
        let move = ConsumerMove(
            name: name,
            offset: offset,
            expected: nil,
            mayRewind: true,
            movedBy: "test",
            isMovedByAdmin: true
        )
        _ = try await store.store.move(move)
    }

    @Test func `the feed is cut off in steps, and goes on with the next number`() async throws {
        let store = try await Self.feed(of: 8)
        let reader = store.store.reader
        for (limit, count, oldest) in [(2, 2, 3), (3, 3, 6), (3, 0, 6)] as [(Int, Int, Int64)] {
            let counted = try await reader.removableTransitions(
                recordedBefore: Self.time(6),
                after: oldest - Int64(count) - 1,
                feed: store.store.feed,
                limit: limit
            )
            #expect(counted == TransitionRemoval(count: count, oldest: oldest, heldBy: nil))
            let step = try await store.store.removeTransitions(
                recordedBefore: Self.time(6),
                limit: limit
            )
            #expect(step.removal == counted)
        }
        #expect(try await reader.feedBounds() == FeedBounds(oldest: 6, head: 8))
        let reopened = try await store.reopened()
        let next = try await reopened.deliver {
            $0.reference = "TRX-9"
            $0.partner = "PAY-9"
            $0.externalID = "id-9"
        }
        #expect(next.sequence == 9)
        // The payment is there, its transition is not.
        let payment = try #require(try await reopened.transaction("TRX-1"))
        #expect(payment.status == .success && payment.transitions.isEmpty)
        #expect(payment.lastSequence == 1)
    }

    @Test func `the newest transition stays, whatever its age`() async throws {
        let store = try await Self.feed(of: 3)
        let step = try await store.store.removeTransitions(recordedBefore: .max, limit: 10)
        #expect(step.removal == TransitionRemoval(count: 2, oldest: 3, heldBy: nil))
        let fresh = try await TestStore()
        let none = try await fresh.store.removeTransitions(recordedBefore: .max, limit: 10)
        #expect(none.removal == TransitionRemoval(count: 0, oldest: 1, heldBy: nil))
        await fresh.store.close()
        let reopened = try await store.reopened()
        #expect(try await reopened.store.reader.feedBounds().head == 3)
    }

    @Test func `no consumer loses what it has not passed`() async throws {
        let store = try await Self.feed(of: 8)
        try await move(store, "fast", to: 8)
        try await move(store, "slow", to: 4)
        let all = Self.time(8)
        let step = try await store.store.removeTransitions(recordedBefore: all, limit: 100)
        #expect(step.removal == TransitionRemoval(count: 4, oldest: 5, heldBy: "slow"))
        try await move(store, "slow", to: 6)
        // One that is there from before a restore has passed nothing of this feed.
        let reopened = try await store.reopened()
        try reopened.database().execute(
            "UPDATE consumers SET feed = 'other' WHERE name = 'fast'"
        )
        let held = try await reopened.store.removeTransitions(recordedBefore: all, limit: 100)
        #expect(held.removal == TransitionRemoval(count: 0, oldest: 5, heldBy: "fast"))
        _ = try await reopened.store.removeConsumer("fast")
        let rest = try await reopened.store.removeTransitions(recordedBefore: all, limit: 100)
        #expect(rest.removal == TransitionRemoval(count: 2, oldest: 7, heldBy: "slow"))
    }

    @Test func `a list by time does not go through what was removed`() async throws {
        let store = try await Self.feed(of: 8)
        _ = try await store.store.removeTransitions(recordedBefore: Self.time(6), limit: 100)
        var filter = TransactionFilter()
        filter.by = .updated
        let page = try await store.store.reader.transactions(filter, limit: 10)
        #expect(page.transactions.map(\.partnerReferenceNo) == ["TRX-8", "TRX-7", "TRX-6"])
        #expect(!page.more)
        #expect(page.next == 6)
    }

    @Test func `a page tells from where on the feed is kept`() async throws {
        let store = try await Self.feed(of: 8)
        _ = try await store.store.removeTransitions(recordedBefore: Self.time(6), limit: 100)
        let page = try await store.store.reader.feed(FeedQuery(after: 0), limit: 1)
        #expect(page.oldest == 6)
    }

    @Test func `old refusals go`() async throws {
        let store = try await TestStore()
        for number in 1...3 as ClosedRange<Int64> {
            store.store.add(
                RejectedRequest(
                    receivedMilliseconds: Self.time(number),
                    client: "203.0.113.7",
                    head: [1],
                    body: [2],
                    code: "4015600",
                    problem: "Unauthorized. [Signature]",
                    externalID: nil,
                    isPlausible: true
                )
            )
        }
        try await store.flushRefusals()
        let reader = store.store.reader
        #expect(try await reader.refusalCount(receivedBefore: Self.time(3)) == 2)
        #expect(try await store.store.removeRefusals(receivedBefore: Self.time(3)) == 2)
        let left = try await reader.callbacks(CallbackFilter(), limit: 10)
        #expect(left.map(\.receivedMilliseconds) == [Self.time(3)])
    }

    @Test(.onSQLite) func `compacting gives the space back and keeps everything else`() async throws
    {
        let store = try await Self.feed(of: 200)
        let ids = Array(1...200 as ClosedRange<Int64>)
        _ = try await store.store.erase(ids.map { ($0, Self.remainder) })
        let feed = try await store.feed()
        await store.store.close()
        let size = try DatabaseCompaction.run(store.path)
        #expect(size.after < size.before)
        let reopened = try await store.reopened()
        #expect(try await reopened.feed() == feed)
        #expect(try await reopened.callback(1).erased == Self.remainder)
    }
}
