import Ledger
import Payments
import SQLite
import Testing

@testable import SQLiteStore
@testable import Store

/// Many callbacks about one payment: each is found again, and none costs more than the one before.
@Suite struct CrowdTests {
    private static let count = 3 * 16

    /// The callbacks: the same fact, signed anew each time.
    private func deliveries() throws -> [Delivery] {
        try (0..<Self.count).map { number in
            try TestDelivery {
                $0.externalID = "id-\(number)"
                $0.salt = "\(number)"
            }.delivery
        }
    }

    @Test(arguments: [LedgerPolicy.ConfirmWithQuery.never, .unproven])
    func `every one of a crowd is recognised when it is repeated, also after a restart`(
        rule: LedgerPolicy.ConfirmWithQuery
    ) async throws {
        var test = try await TestStore { $0.confirmWithQuery = rule }
        let deliveries = try deliveries()
        for delivery in deliveries {
            #expect(try await test.deliver(delivery).isRedelivery == false)
        }
        for _ in 1...2 {
            for (number, delivery) in deliveries.enumerated() {
                let judgement = try await test.deliver(delivery)
                #expect(judgement.isRedelivery)
                #expect(judgement.callbackID == Int64(number + 1))
            }
            test = try await test.reopened { $0.confirmWithQuery = rule }
        }
        #expect(try test.integer("SELECT count(*) FROM callbacks") == Int64(Self.count))
    }

    @Test(arguments: [LedgerPolicy.ConfirmWithQuery.never, .unproven])
    func `a crowd is listed under its reference, page by page`(
        rule: LedgerPolicy.ConfirmWithQuery
    ) async throws {
        let test = try await TestStore { $0.confirmWithQuery = rule }
        for delivery in try deliveries() { try await test.deliver(delivery) }
        for reference in ["TRX-1", "PAY-1"] {
            var filter = CallbackFilter()
            filter.reference = reference
            var listed: [Int64] = []
            while true {
                let page = try await test.store.reader.callbacks(filter, limit: 7)
                listed += page.map(\.id)
                guard page.count == 7 else { break }
                filter.beforeID = page.last?.id
            }
            #expect(listed == (1...Int64(Self.count)).reversed())
        }
    }

    @Test func `one of a crowd that takes effect later is still recognised`() async throws {
        var test = try await TestStore { $0.confirmWithQuery = .unproven }
        let deliveries = try deliveries()
        for delivery in deliveries { try await test.deliver(delivery) }
        test = try await test.reopened { $0.confirmWithQuery = .never }
        let last = try #require(deliveries.last)
        #expect(try await test.deliver(last).sequence == 1)
        test = try await test.reopened()
        #expect(try await test.deliver(last).callbackID == Int64(Self.count))
        #expect(try await test.transaction("TRX-1")?.callbackCount == Int64(Self.count))
    }
}
