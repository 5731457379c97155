import Ledger
import Payments
import SQLite
import SQLiteFiles
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Open payments whose schedule has ended, or that never had one, get one query each.
@Suite struct ResumedInquiryTests {
    /// A receive-only store with this many open payments, which nothing follows.
    private static func receiveOnly(_ count: Int) async throws -> TestStore {
        let test = try await TestStore()
        let deliveries = try (1...count).map { number in
            var delivery = TestDelivery()
            delivery.setReferences(number)
            delivery.status = .initiated
            return try delivery.delivery
        }
        for result in await test.deliver(deliveries) { _ = try result.get() }
        #expect(try test.integer("SELECT count(*) FROM inquiries") == 0)
        return test
    }

    @Test(arguments: [(1, 1), (199, 1), (200, 1), (201, 2), (401, 3)])
    func `what is open is queried about once outbound is configured, 200 in a commit`(
        count: Int,
        commits: UInt64
    ) async throws {
        let test = try await Self.receiveOnly(count)
        var policy = LedgerPolicy()
        policy.isOutbound = true
        test.store.reconfigure(policy: policy, rejectedKept: 100)
        let before = test.store.commitCounts.commits
        #expect(try await test.store.resumeInquiries() == count)
        #expect(test.store.commitCounts.commits == before + commits)
        #expect(try await test.store.reader.dueInquiryCount(at: test.clock.now) == count)
        #expect(try await test.store.resumeInquiries() == 0, "each has one")
        await test.store.close()
    }

    @Test func `a generated payment is held where reconcile is off`() async throws {
        let test = try await TestStore.asking(schedule: InquirySchedule()) {
            $0.isReconciling = false
        }
        try await test.generate()
        var holds = 0
        while try test.integer("SELECT count(*) FROM inquiries") == 1 {
            let next = try #require(try test.integer("SELECT next_at FROM inquiries"))
            test.clock.set(max(test.clock.now, next))
            let ids = try await test.store.reader.deadlines(
                dueAt: test.clock.now,
                includesQueries: true,
                limit: 200
            )
            #expect(ids.count == 1)
            let isValid = test.clock.now < TestClock.start + 900_000
            try await test.store.endUnsentInquiries(ids, reason: "reconcile is off")
            holds += 1
            #expect(try await test.attention() == (isValid ? [] : ["unresolved-payment×1"]))
            try #require(holds < 10)
        }
        #expect(holds == 3, "two steps of the open code, and the first one after its validity")
        #expect(try await test.attention() == ["unresolved-payment×1"])
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.status == .pending)
        #expect(transaction.attention == ["unresolved-payment"])
        await test.store.close()
    }

    @Test(.onSQLite) func `two new databases have different seeds of the reference index`()
        async throws
    {
        var seeds: Set<String> = []
        for _ in 1...4 {
            let test = try await TestStore()
            let sql = "SELECT value FROM meta WHERE key = 'index_seed'"
            let seed = try #require(try test.connection().text(sql))
            #expect(seed.utf8.count == 2 * SeededHash.seedBytes)
            seeds.insert(seed)
            // It stays with the database.
            let again = try await test.reopened()
            #expect(try again.connection().text(sql) == seed)
            await again.store.close()
        }
        #expect(seeds.count == 4)
    }
}
