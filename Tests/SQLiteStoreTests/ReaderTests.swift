import Ledger
import Payments
import SQLite
import Testing

@testable import SQLiteStore
@testable import Store

/// Lists for the API: order, pages, filters.
@Suite struct ReaderTests {
    /// A journal of five payments with a refusal after each; ids 1 to 10, one second apart.
    private func filled() async throws -> TestStore {
        let test = try await TestStore()
        for number in 1...5 {
            try await test.deliver {
                $0.setReferences(number)
                $0.status = number == 5 ? .refunded : .success
            }
            test.clock.advance(milliseconds: 1_000)
            test.store.add(refusal(number, at: test.clock.now))
            try await test.flushRefusals()
            test.clock.advance(milliseconds: 1_000)
        }
        return test
    }

    private func refusal(_ number: Int, at milliseconds: Int64) -> RejectedRequest {
        RejectedRequest(
            receivedMilliseconds: milliseconds,
            client: "198.51.100.1",
            head: Array("POST /\(number)".utf8),
            body: [0xFF],
            code: "4015600",
            problem: "Unauthorized. [Signature]",
            externalID: "id-\(number)",
            isPlausible: number.isMultiple(of: 2)
        )
    }

    private func ids(
        _ test: TestStore,
        limit: Int = 100,
        _ change: (inout CallbackFilter) -> Void = { _ in }
    ) async throws -> [Int64] {
        var filter = CallbackFilter()
        change(&filter)
        return try await test.store.reader.callbacks(filter, limit: limit).map(\.id)
    }

    @Test func `journal and refusals are one list, the newest first`() async throws {
        let test = try await filled()
        #expect(try await ids(test) == (1...10).reversed())
        let refused = try await test.callback(2)
        #expect(refused.outcome == .refused)
        #expect(refused.problemCode == "4015600")
        #expect(refused.body == [0xFF])
        #expect(refused.verification == nil)
        #expect(try await test.store.reader.callback(11) == nil)
    }

    @Test(arguments: [1, 2, 3, 4, 9, 10, 11])
    func `pages follow one another without gap or overlap`(limit: Int) async throws {
        let test = try await filled()
        var listed: [Int64] = []
        var before: Int64?
        while true {
            let page = try await ids(test, limit: limit) { $0.beforeID = before }
            #expect(page.count <= limit)
            if page.isEmpty { break }
            listed += page
            before = page.last
        }
        #expect(listed == (1...10).reversed())
    }

    @Test func `each filter narrows the list`() async throws {
        let test = try await filled()
        let start = TestClock.start
        #expect(try await ids(test) { $0.outcome = .refused } == [10, 8, 6, 4, 2])
        #expect(try await ids(test) { $0.outcome = .applied } == [7, 5, 3, 1])
        #expect(try await ids(test) { $0.outcome = .awaitingQuery } == [9])
        #expect(try await ids(test) { $0.outcome = .conflict }.isEmpty)
        #expect(try await ids(test) { $0.externalID = "id-2" } == [4, 3])
        #expect(try await ids(test) { $0.externalID = "id-9" }.isEmpty)
        #expect(try await ids(test) { $0.reference = "TRX-2" } == [3])
        #expect(try await ids(test) { $0.reference = "PAY-5" } == [9], "one that is not attached")
        #expect(try await ids(test) { $0.reference = "TRX-9" }.isEmpty)
        #expect(try await ids(test) { $0.reference = "not a reference" }.isEmpty)
        #expect(try await ids(test) { $0.beforeID = 3 } == [2, 1])
        #expect(try await ids(test) { $0.fromMilliseconds = start + 8_000 } == [10, 9])
        #expect(try await ids(test) { $0.fromMilliseconds = start + 8_001 } == [10])
        #expect(try await ids(test) { $0.toMilliseconds = start + 1_000 } == [1], "half-open")
        #expect(try await ids(test) { $0.toMilliseconds = start + 1_001 } == [2, 1])
        #expect(try await ids(test) { $0.isAuthentic = true } == [9, 7, 5, 3, 1])
    }

    @Test func `authentic callbacks are found by the references of their payment`() async throws {
        let test = try await filled()
        let transaction = try #require(try await test.transaction("TRX-2"))
        // Another payment's number with this one's, and the reverse: neither is attached.
        try await test.deliver {
            $0.partner = "PAY-7"
            $0.reference = "TRX-2"
            $0.externalID = "id-7"
        }
        try await test.deliver {
            $0.partner = "PAY-2"
            $0.reference = "TRX-7"
            $0.externalID = "id-8"
        }
        let reader = test.store.reader
        let evidence = try await reader.evidence(of: transaction)
        #expect(evidence.callbackIDs == [12, 11, 3])
        #expect(evidence.gatewayCallIDs.isEmpty)
        #expect(try await reader.callbacks(evidence.callbackIDs).map(\.id) == [12, 11, 3])
        #expect(try await reader.callbacks([3]).first?.timestamp == "T\(TestClock.start + 2_000)")
        #expect(try await reader.callbacks([3]).first?.corroboratedOrder == nil, "no proof of ours")
        #expect(try await test.callback(2).timestamp == nil)
    }

    @Test func `filters hold together`() async throws {
        let test = try await filled()
        let listed = try await ids(test, limit: 2) {
            $0.outcome = .applied
            $0.fromMilliseconds = TestClock.start
            $0.toMilliseconds = TestClock.start + 7_000
            $0.beforeID = 7
        }
        #expect(listed == [5, 3])
        let none = try await ids(test) {
            $0.reference = "TRX-1"
            $0.outcome = .ignored
        }
        #expect(none.isEmpty)
    }

    @Test func `a transaction shows its transitions, oldest first`() async throws {
        let test = try await TestStore()
        for status in [LatestTransactionStatus.initiated, .paying, .success] {
            try await test.deliver {
                $0.status = status
                $0.externalID = "id-\(status.code)"
            }
        }
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.transitions.map(\.latestStatus) == [.initiated, .paying, .success])
        #expect(transaction.transitions.map(\.from) == [nil, .pending, .pending])
        #expect(transaction.lastSequence == 3)
        #expect(transaction.callbackCount == 3)
        #expect(try await test.transaction("TRX-2") == nil)
    }

    @Test func `the attention list is filtered and paged`() async throws {
        let test = try await filled()
        try await test.deliver {
            $0.failure = .body
            $0.isPairReadable = false
        }
        let reader = test.store.reader
        var filter = AttentionFilter()
        let all = try await reader.attention(filter, limit: 100)
        #expect(all.map(\.kind) == ["invalid-callback", "unconfirmed-refund"])
        #expect(try await reader.attention(filter, limit: 1) == [all[0]])
        filter.beforeID = all[0].id
        #expect(try await reader.attention(filter, limit: 100) == [all[1]])
        filter.beforeID = nil
        filter.kind = "unconfirmed-refund"
        #expect(try await reader.attention(filter, limit: 100) == [all[1]])
        filter.isOpen = false
        #expect(try await reader.attention(filter, limit: 100).isEmpty)
        filter.isOpen = true
        #expect(try await reader.attention(filter, limit: 100) == [all[1]])
    }

    @Test func `a number of the keep is not used again after a restart`() async throws {
        let test = try await filled().reopened()
        let next = try await test.deliver {
            $0.partner = "PAY-8"
            $0.reference = "TRX-8"
            $0.externalID = "id-8"
        }
        #expect(next.callbackID == 11)
    }
}
