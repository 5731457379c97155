import SQLTables
import SQLiteFiles
@testable import SQLReaders
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Sums of transactions by day and status.
@Suite struct SummaryTests {
    /// 2026-11-22 in days since 1970-01-01.
    private static let firstDay = 20_779

    /// All groups, added up over the pages.
    private func groups(
        _ test: TestStore,
        _ filter: TransactionFilter
    ) async throws -> [SummaryGroup] {
        var filter = filter
        var sums: [[Int]: SummaryGroup] = [:]
        while true {
            let page = try await test.store.reader.summary(filter)
            for group in page.groups {
                let key = [group.day, Int(group.status.rawValue)]
                if sums[key]?.add(group) == nil { sums[key] = group }
            }
            if !page.more { break }
            filter.before = page.next
        }
        return sums.values.sorted {
            ($0.day, $0.status.rawValue) < ($1.day, $1.status.rawValue)
        }
    }

    private func filter(
        _ by: TransactionTime,
        from: Int64? = nil,
        to: Int64? = nil
    ) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.by = by
        filter.fromMilliseconds = from
        filter.toMilliseconds = to
        return filter
    }

    private func group(
        _ day: Int,
        _ status: TransactionStatus,
        _ count: Int64,
        _ amount: Int128,
        refunded: Int128 = 0
    ) -> SummaryGroup {
        SummaryGroup(
            day: Self.firstDay + day,
            status: status,
            count: count,
            amountSen: amount,
            feeSen: 0,
            refundedSen: refunded
        )
    }

    private func deliver(
        _ test: TestStore,
        _ number: Int,
        _ status: LatestTransactionStatus,
        sen: Int64 = 1_000_000,
        at milliseconds: Int64
    ) async throws {
        test.clock.set(milliseconds)
        try await test.deliver {
            $0.partner = "PAY-\(number)"
            $0.reference = "TRX-\(number)"
            $0.externalID = "id-\(number)-\(status.code)"
            $0.status = status
            $0.sen = sen
            $0.received = milliseconds
        }
    }

    @Test func `a day begins at midnight in Jakarta, and each time has its own day`() async throws {
        let test = try await TestStore()
        // 10:00 to midnight.
        let midnight = TestClock.start + 14 * 3_600_000
        try await deliver(test, 1, .success, sen: 2_500_000, at: midnight - 1)
        try await deliver(test, 2, .paying, at: midnight - 1)
        try await deliver(test, 3, .cancelled, at: midnight - 1)
        try await deliver(test, 2, .success, at: midnight)
        try await deliver(test, 4, .success, at: midnight)
        // Only a query confirms a refund.
        test.clock.set(midnight + 86_400_000)
        try await test.query("TRX-1", TestAnswer(.refunded) { $0.sen = 2_500_000 })
        let paid = [
            group(0, .refunded, 1, 2_500_000, refunded: 2_500_000),
            group(1, .success, 2, 2_000_000),
        ]
        let shown = try await groups(test, filter(.paid))
        #expect(shown == paid, "\(shown)")
        let created = [
            group(0, .success, 1, 1_000_000), group(0, .cancelled, 1, 1_000_000),
            group(0, .refunded, 1, 2_500_000, refunded: 2_500_000),
            group(1, .success, 1, 1_000_000),
        ]
        #expect(try await groups(test, filter(.created)) == created)
        let updated = [
            group(0, .cancelled, 1, 1_000_000), group(1, .success, 2, 2_000_000),
            group(2, .refunded, 1, 2_500_000, refunded: 2_500_000),
        ]
        #expect(try await groups(test, filter(.updated)) == updated)
        #expect(try await groups(test, filter(.paid, to: midnight)) == [paid[0]])
        #expect(try await groups(test, filter(.paid, from: midnight)) == [paid[1]])
        #expect(try await groups(test, filter(.paid, from: midnight + 1)) == [])
    }

    @Test func `sums exceed the largest amount, and the largest number of SQLite`() async throws {
        let test = try await TestStore()
        for number in 1...11 {
            try await deliver(test, number, .success, sen: Amount.senMax, at: TestClock.start)
        }
        let sum = Int128(Amount.senMax) * 11
        #expect(try await groups(test, filter(.paid)) == [group(0, .success, 11, sum)])
    }

    @Test(arguments: TransactionTime.allCases)
    func `pages follow one another, each of a bounded number of rows`(
        time: TransactionTime
    ) async throws {
        let test = try await TestStore()
        try await deliver(test, 1, .success, at: TestClock.start)
        try await deliver(test, 2, .success, at: TestClock.start)
        // The second payment and transition lie one row above a page.
        let distance = SummaryReader.scannedMax
        try test.database().execute(
            """
            UPDATE payments SET id = \(distance) + 2, last_sequence = \(distance) + 2 WHERE id = 2;
            UPDATE transitions SET sequence = \(distance) + 2, payment_id = \(distance) + 2
            WHERE sequence = 2;
            """
        )
        let first = try await test.store.reader.summary(filter(time))
        #expect(first.groups.map(\.count) == [1])
        #expect(first.more)
        #expect(first.next == 3)
        #expect(try await groups(test, filter(time)) == [group(0, .success, 2, 2_000_000)])
    }

    @Test(.onSQLite, arguments: TransactionTime.allCases)
    func `a summary goes along a primary key`(time: TransactionTime) async throws {
        let test = try await TestStore()
        let sql = "EXPLAIN QUERY PLAN " + SummaryReader.sql(time, .sqlite)
        let plan = try test.database().prepare(sql).all(
            { binder in
                for _ in 1...4 { binder.integer(0) }
            },
            row: { $0.text(3) }
        )
        let table = time == .created ? "payments" : "transitions"
        #expect(plan.first == "SEARCH \(table) USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
        #expect(!plan.contains { $0.hasPrefix("SCAN") })
    }

    @Test(arguments: TransactionTime.allCases)
    func `an empty database has an empty summary`(time: TransactionTime) async throws {
        let test = try await TestStore()
        let page = try await test.store.reader.summary(filter(time, from: 0, to: 1))
        #expect(page == SummaryPage(groups: [], next: 1, more: false))
    }
}
