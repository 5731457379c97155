import SQLTables
@testable import SQLReaders
import Ledger
import Payments
import SQLite
import Testing

@testable import SQLiteStore
@testable import Store

/// Pages of the feed, whole and filtered.
@Suite struct FeedPageTests {
    /// A feed of so many transitions, written past the store; `status` chooses the status of each.
    private func filled(
        _ count: Int64,
        from first: Int64 = 1,
        _ status: (Int64) -> TransactionStatus
    ) async throws -> TestStore {
        let test = try await TestStore()
        let connection = try test.database()
        let insertion = try connection.prepare(
            """
            INSERT INTO transitions (sequence, payment_id, partner_reference, to_status,
                latest_status, source, recorded_at)
            VALUES (?, ?, ?, ?, 0, 0, ?)
            """
        )
        try test.write(connection) {
            for sequence in first..<(first + count) {
                try insertion.run {
                    $0.integer(sequence)
                    $0.integer(sequence)
                    $0.text("TRX-\(sequence)")
                    $0.integer(Int(status(sequence).rawValue))
                    $0.integer(sequence)
                }
            }
        }
        return test
    }

    private func page(
        _ test: TestStore,
        after: Int64,
        _ statuses: Set<TransactionStatus>? = nil,
        limit: Int
    ) async throws -> FeedPage {
        try await test.store.reader.feed(
            FeedQuery(after: after, statuses: statuses),
            limit: limit
        )
    }

    @Test func `an empty feed has empty pages`() async throws {
        let test = try await TestStore()
        let page = try await page(test, after: 0, limit: 10)
        #expect(page == FeedPage(transitions: [], next: 0, more: false, head: 0, oldest: 1))
        #expect(try await test.store.reader.feedBounds().oldest == 1)
    }

    @Test(
        arguments: [
            (0, 2, [1, 2], 2, true), (2, 2, [3, 4], 4, true), (2, 3, [3, 4, 5], 5, false),
            (4, 9, [5], 5, false), (5, 1, [], 5, false), (.max, 1, [], .max, false),
        ] as [(Int64, Int, [Int64], Int64, Bool)]
    )
    func `without a filter a page goes on where the last one ended`(
        after: Int64,
        limit: Int,
        sequences: [Int64],
        next: Int64,
        more: Bool
    ) async throws {
        let test = try await filled(5) { _ in .success }
        let page = try await page(test, after: after, limit: limit)
        #expect(page.transitions.map(\.sequence) == sequences)
        #expect(page.next == next)
        #expect(page.more == more)
        #expect(page.head == 5)
    }

    @Test(
        arguments: [
            (0, 1, [3], 5, true, "the next wanted one is 6"),
            (0, 2, [3, 6], 8, true, "the next wanted one is 9"),
            (0, 3, [3, 6, 9], 10, false, "nothing wanted behind 9"),
            (0, 4, [3, 6, 9], 10, false, "fewer than asked for"),
            (9, 4, [], 10, false, "nothing left"),
            (3, 1, [6], 8, true, "behind a wanted one"),
        ] as [(Int64, Int, [Int64], Int64, Bool, String)]
    )
    func `a filter leaves out, and goes on past what it left out`(
        after: Int64,
        limit: Int,
        sequences: [Int64],
        next: Int64,
        more: Bool,
        reason: String
    ) async throws {
        let test = try await filled(10) { $0 % 3 == 0 ? .refunded : .success }
        let page = try await page(test, after: after, [.refunded], limit: limit)
        #expect(page.transitions.map(\.sequence) == sequences, "\(reason)")
        #expect(page.next == next, "\(reason)")
        #expect(page.more == more, "\(reason)")
    }

    @Test func `every status can be filtered by, and several together`() async throws {
        let all = TransactionStatus.allCases
        let test = try await filled(12) { all[Int($0) % all.count] }
        for status in all {
            let found = try await page(test, after: 0, [status], limit: 100).transitions
            #expect(found.count == 2)
            #expect(found.allSatisfy { $0.to == status })
        }
        let found = try await page(test, after: 0, [.success, .refunded], limit: 100).transitions
        #expect(found.map(\.sequence) == [2, 5, 8, 11])
        #expect(try await page(test, after: 0, [], limit: 100).transitions.isEmpty)
    }

    @Test func `one page looks at no more than its bound, and says that there is more`()
        async throws
    {
        let bound = TransitionReader.scannedMax
        let test = try await filled(bound + 2) { $0 == bound + 1 ? .refunded : .success }
        let first = try await page(test, after: 0, [.refunded], limit: 5)
        #expect(
            first == FeedPage(transitions: [], next: bound, more: true, head: bound + 2, oldest: 1)
        )
        let second = try await page(test, after: first.next, [.refunded], limit: 5)
        #expect(second.transitions.map(\.sequence) == [bound + 1])
        #expect(second.next == bound + 2)
        #expect(!second.more)
        for after in [1, 2] as [Int64] {
            let page = try await page(test, after: after, [.failed], limit: 5)
            #expect(page.more == (after == 1), "the bound reaches the head or not")
        }
    }

    @Test func `the oldest that is kept is told`() async throws {
        let test = try await filled(3, from: 8) { _ in .success }
        #expect(try await test.store.reader.feedBounds().oldest == 8)
        #expect(try await page(test, after: 7, limit: 1).transitions.map(\.sequence) == [8])
    }
}
