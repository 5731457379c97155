import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteFiles
@testable import SQLiteStore
@testable import Store

/// Reads of single rows and of short lists.
@Suite struct SingleReadTests {
    /// A store with the payments 1 to `count`, a second apart.
    private func filled(
        _ count: Int,
        _ status: LatestTransactionStatus = .success
    ) async throws -> TestStore {
        let test = try await TestStore()
        for number in 1...count {
            test.clock.advance(seconds: 1)
            try await test.deliver {
                $0.setReferences(number)
                $0.status = status
            }
        }
        return test
    }

    @Test func `a transition is read by its number`() async throws {
        let test = try await filled(2)
        let feed = try await test.feed()
        #expect(try await test.store.reader.transition(2) == feed.last)
        #expect(try await test.store.reader.transition(3) == nil)
    }

    @Test func `the ranges of a period contain its transitions`() async throws {
        let test = try await filled(3)
        let reader = test.store.reader
        #expect(try await reader.sequences(recordedFrom: nil, to: nil) == [1..<4])
        let later = TestClock.start + 3_600_000
        #expect(try await reader.sequences(recordedFrom: later, to: nil).isEmpty)
        #expect(try await reader.sequences(recordedFrom: nil, to: later) == [1..<4])
        let none = try await TestStore()
        #expect(try await none.store.reader.sequences(recordedFrom: nil, to: later).isEmpty)
    }

    @Test func `open entries are counted by kind, those of payments and the others`() async throws {
        let test = try await filled(1)
        let reader = test.store.reader
        #expect(try await reader.openAttentionCounts().isEmpty)
        try await test.store.raise(.diskLow, detail: "low")
        try await test.store.raise(.clockDifference, detail: "ahead")
        // Another amount of the same payment.
        try await test.deliver {
            $0.sen = 2_000_000
            $0.externalID = "id-2"
        }
        let counts = try await reader.openAttentionCounts()
        #expect(counts["disk-low"] == 1 && counts["clock-difference"] == 1)
        #expect(counts.count == 3, "\(counts)")
        _ = try await test.store.close(.diskLow, by: "ops", note: "")
        #expect(try await reader.openAttentionCounts()["disk-low"] == nil)
    }

    @Test func `the entries of a payment are found by it and by its callbacks`() async throws {
        let test = try await filled(2)
        let conflict = try await test.deliver {
            $0.sen = 2_000_000
            $0.externalID = "id-9"
        }
        try await test.store.raise(.diskLow, detail: "low")
        let (reader, first) = (test.store.reader, try #require(try await test.transaction("TRX-1")))
        let second = try #require(try await test.transaction("TRX-2"))
        let about = try await reader.attention(about: first, callbackIDs: [], limit: 10)
        #expect(about.count == 1 && about[0].partnerReferenceNo == "TRX-1")
        #expect(try await reader.attention(about: second, callbackIDs: [], limit: 10).isEmpty)
        let ids = [conflict.callbackID]
        let byCallback = try await reader.attention(about: second, callbackIDs: ids, limit: 10)
        #expect(byCallback.map(\.id) == about.map(\.id))
    }

    @Test func `open payments are read page by page`() async throws {
        let test = try await filled(3, .pending)
        try await test.deliver {
            $0.partner = "PAY-2"
            $0.reference = "TRX-2"
            $0.externalID = "id-9"
        }
        let reader = test.store.reader
        #expect(try await reader.openPayments(after: 0, limit: 1) == [1])
        #expect(try await reader.openPayments(after: 1, limit: 10) == [3])
    }

    @Test func `the gateway is known once a query has found a payment`() async throws {
        let test = try await TestStore.asking()
        #expect(try await !test.store.reader.isGatewayKnown())
        try await test.query("TRX-1", .nothing)
        #expect(try await !test.store.reader.isGatewayKnown())
        try await test.query("TRX-1", TestAnswer(.success))
        #expect(try await test.store.reader.isGatewayKnown())
    }

    @Test func `the newest signed time is that of the newest readable callbacks`() async throws {
        let test = try await TestStore()
        #expect(try await test.store.reader.newestSignedTime() == nil)
        for (number, seconds) in [Int64(5), 40, 20].enumerated() {
            try await test.deliver {
                $0.setReferences(number)
                $0.signedSecondsAgo = seconds
            }
        }
        #expect(try await test.store.reader.newestSignedTime() == TestClock.start - 5_000)
    }

    @Test func `reads of the feed are counted`() async throws {
        let test = try await filled(1)
        let (reader, before) = (test.store.reader, test.store.reader.feedReadCount)
        _ = try await reader.feedBounds()
        _ = try await reader.offset(recordedFrom: 0)
        _ = try await reader.feed(FeedQuery(after: 0), limit: 1, TestStore.render)
        #expect(reader.feedReadCount == before + 3)
    }

    @Test func `a payment without a status is no transaction`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.status = .refunded }
        let references = [try #require(Reference("PAY-1")), try #require(Reference("TRX-1"))]
        #expect(try await test.store.reader.transactions(withReferences: references).isEmpty)
        try await test.deliver { $0.externalID = "id-2" }
        let found = try await test.store.reader.transactions(withReferences: references)
        #expect(found.map(\.partnerReferenceNo) == ["TRX-1"])
    }

    @Test func `a search by the gateway's reference also compares the amount`() async throws {
        let test = try await filled(2)
        var filter = TransactionFilter()
        filter.referenceNo = Reference("PAY-2")
        for (sen, count) in [(1_000_000, 1), (999_999, 0)] as [(Int64, Int)] {
            filter.amount = Amount(sen: sen)
            let page = try await test.store.reader.transactions(filter, limit: 10)
            #expect(page.transactions.count == count)
            #expect(!page.more)
        }
    }

    @Test func `a search of an empty journal ends at once`() async throws {
        let test = try await TestStore()
        var filter = CallbackFilter()
        filter.outcome = .applied
        let page = try await test.store.reader.callbackPage(filter, limit: 10)
        #expect(page.callbacks.isEmpty && !page.more)
    }
}
