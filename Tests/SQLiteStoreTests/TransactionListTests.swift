import SQLiteFiles
@testable import SQLReaders
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Lists of transactions: against what the feed and the single reads say.
@Suite struct TransactionListTests {
    /// What a list shows of a transaction.
    private struct Entry {
        let record: TransactionRecord
        let number: Int64
        let time: Int64
    }

    /// Payments that change at random times, some received out of order.
    private func filled(seed: UInt64) async throws -> TestStore {
        let test = try await TestStore()
        var random = SplitMix64(seed: seed)
        for step in 0..<120 {
            test.clock.advance(milliseconds: Int64.random(in: 0...40_000, using: &random))
            let payment = Int.random(in: 1...40, using: &random)
            let statuses: [LatestTransactionStatus] = [.paying, .success, .success, .cancelled]
            let status = try #require(statuses.randomElement(using: &random))
            let late = Int64.random(in: 0...50_000, using: &random)
            try await test.deliver {
                $0.partner = "PAY-\(payment)"
                $0.reference = "TRX-\(payment)"
                $0.externalID = "id-\(step)"
                $0.status = status
                $0.sen = Self.sen(payment)
                $0.received = test.clock.now - late
            }
        }
        return test
    }

    /// The amount of a payment: one of three.
    private static func sen(_ payment: Int) -> Int64 { Int64(payment % 3 + 1) * 1_000_000 }

    /// Everything that a list by `time` has, the newest first.
    private func all(_ test: TestStore, by time: TransactionTime) async throws -> [Entry] {
        let feed = try await test.feed()
        var entries: [Entry] = []
        for reference in Set(feed.map(\.partnerReferenceNo)) {
            let record = try #require(try await test.transaction(reference))
            let wanted = record.transitions.last { time == .updated || $0.to == .success }
            if time == .created {
                let created = record.createdMilliseconds
                entries.append(Entry(record: record, number: record.id, time: created))
            } else if let wanted {
                let recorded = wanted.recordedMilliseconds
                entries.append(Entry(record: record, number: wanted.sequence, time: recorded))
            }
        }
        return entries.sorted { $0.number > $1.number }
    }

    /// The references of a list, read page by page.
    private func listed(
        _ test: TestStore,
        _ filter: TransactionFilter,
        limit: Int
    ) async throws -> [String] {
        var filter = filter
        var references: [String] = []
        while true {
            let page = try await test.store.reader.transactions(filter, limit: limit)
            #expect(page.transactions.count <= limit)
            #expect(page.transactions.allSatisfy { $0.transitions.isEmpty })
            references += page.transactions.map(\.partnerReferenceNo)
            if !page.more { return references }
            filter.before = page.next
        }
    }

    @Test(arguments: TransactionTime.allCases, 1...3 as ClosedRange<UInt64>)
    func `a list has what its conditions say, the newest first, in pages of any size`(
        time: TransactionTime,
        seed: UInt64
    ) async throws {
        let test = try await filled(seed: seed)
        let entries = try await all(test, by: time)
        let first = try #require(entries.map(\.time).min())
        let last = try #require(entries.map(\.time).max())
        var random = SplitMix64(seed: seed)
        for limit in [1, 2, 7, 100] {
            var filter = TransactionFilter()
            filter.by = time
            #expect(
                try await listed(test, filter, limit: limit)
                    == entries.map(\.record.partnerReferenceNo)
            )
            for _ in 0..<10 {
                let statuses = TransactionStatus.allCases.filter { _ in
                    Bool.random(using: &random)
                }
                let from = Int64.random(in: first...last, using: &random)
                let to = Int64.random(in: first...(last + 1), using: &random)
                filter.statuses = Bool.random(using: &random) ? Set(statuses) : nil
                filter.fromMilliseconds = Bool.random(using: &random) ? from : nil
                filter.toMilliseconds = Bool.random(using: &random) ? to : nil
                let sen = Self.sen(Int.random(in: 1...40, using: &random))
                filter.amount = Bool.random(using: &random) ? Amount(sen: sen) : nil
                let wanted = filter
                let expected = entries.filter { entry in
                    let record = entry.record
                    let amounts = [record.amount, record.paidAmount]
                    return entry.time >= wanted.fromMilliseconds ?? .min
                        && entry.time < wanted.toMilliseconds ?? .max
                        && wanted.statuses?.contains(record.status) ?? true
                        && wanted.amount.map { amounts.contains($0) } ?? true
                }
                #expect(
                    try await listed(test, filter, limit: limit)
                        == expected.map(\.record.partnerReferenceNo),
                    "\(filter)"
                )
            }
        }
    }

    @Test(arguments: TransactionTime.allCases)
    func `the gateway's reference finds one, under the same conditions`(
        time: TransactionTime
    ) async throws {
        let test = try await filled(seed: 4)
        let entries = try await all(test, by: time)
        var filter = TransactionFilter()
        filter.by = time
        for payment in 1...40 {
            filter.referenceNo = Reference("PAY-\(payment)")
            let entry = entries.first { $0.record.referenceNo == "PAY-\(payment)" }
            let expected = entry.map { [$0.record.partnerReferenceNo] } ?? []
            #expect(try await listed(test, filter, limit: 1) == expected)
            guard let entry else { continue }
            var narrow = filter
            narrow.fromMilliseconds = entry.time
            narrow.toMilliseconds = entry.time + 1
            narrow.statuses = [entry.record.status]
            narrow.before = entry.number + 1
            #expect(try await listed(test, narrow, limit: 1) == expected)
            for change: (inout TransactionFilter) -> Void in [
                { $0.fromMilliseconds = entry.time + 1 }, { $0.toMilliseconds = entry.time },
                { $0.statuses = [.created] }, { $0.before = entry.number },
            ] {
                var other = narrow
                change(&other)
                #expect(try await listed(test, other, limit: 1).isEmpty)
            }
        }
        filter.referenceNo = Reference("TRX-1")
        #expect(try await listed(test, filter, limit: 1).isEmpty, "the merchant's reference")
    }

    @Test func `either reference finds its transaction, each one once`() async throws {
        let test = try await filled(seed: 6)
        let entries = try await all(test, by: .created)
        let texts = (1...45).flatMap { ["PAY-\($0)", "TRX-\($0)"] }
        let both = texts.compactMap { Reference($0) }
        for references in [both, both.filter { $0.text.hasPrefix("PAY") }] {
            let found = try await test.store.reader.transactions(withReferences: references)
            #expect(
                found.map(\.partnerReferenceNo).sorted()
                    == entries.map(\.record.partnerReferenceNo).sorted()
            )
        }
        let none = try await test.store.reader.transactions(
            withReferences: ["TRX-41", "trx-1"].compactMap { Reference($0) }
        )
        #expect(none.isEmpty)
        #expect(try await test.store.reader.transactions(withReferences: []).isEmpty)
    }

    @Test(arguments: TransactionTime.allCases)
    func `pages neither repeat nor miss what stays the same while others come and change`(
        time: TransactionTime
    ) async throws {
        let test = try await filled(seed: 5)
        let before = try await all(test, by: time)
        var filter = TransactionFilter()
        filter.by = time
        var listed: [TransactionRecord] = []
        var step = 0
        while true {
            let page = try await test.store.reader.transactions(filter, limit: 3)
            listed += page.transactions
            if !page.more { break }
            filter.before = page.next
            step += 1
            for payment in [step, 1_000 + step] {
                try await test.deliver {
                    $0.partner = "PAY-\(payment)"
                    $0.reference = "TRX-\(payment)"
                    $0.externalID = "new-\(payment)"
                }
            }
        }
        let after = try await all(test, by: time)
        let numbers = Dictionary(uniqueKeysWithValues: after.map { ($0.record.id, $0.number) })
        let unchanged = before.filter { numbers[$0.record.id] == $0.number }.map(\.record.id)
        let ids = listed.map(\.id)
        #expect(Set(ids).count == ids.count)
        let kept = Set(unchanged)
        #expect(ids.filter { kept.contains($0) } == unchanged)
        #expect(unchanged.count > 10)
    }

    @Test func `an entry is what the single read says, without its transitions`() async throws {
        let test = try await filled(seed: 6)
        let page = try await test.store.reader.transactions(TransactionFilter(), limit: 1_000)
        #expect(page.transactions.contains { !$0.attention.isEmpty })
        for record in page.transactions {
            var single = try #require(try await test.transaction(record.partnerReferenceNo))
            single.transitions = []
            #expect(record == single)
        }
    }

    @Test(.onSQLite, arguments: TransactionTime.allCases)
    func `one page looks at no more than its bound, and says that there is more`(
        time: TransactionTime
    ) async throws {
        let test = try await TestStore()
        let bound = TransactionList.scannedMax
        let disk = try test.connection(.readWrite)
        try disk.execute(
            """
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                WHERE n < \(bound + 1))
            INSERT INTO payments (id, partner_reference, status, written, origin, is_corroborated,
                roles, created_at, updated_at, last_sequence, revision, unpaid_answers)
            SELECT n, 'TRX-' || n, iif(n = 1, 2, 1), x'', 1, 0, 0, n, n, n, 0, 0 FROM numbers;
            INSERT INTO transitions (sequence, payment_id, partner_reference, to_status,
                latest_status, source, recorded_at)
            SELECT id, id, partner_reference, status, 0, 0, created_at FROM payments;
            """
        )
        var filter = TransactionFilter()
        filter.by = time
        filter.statuses = [.success]
        let first = try await test.store.reader.transactions(filter, limit: 10)
        #expect(first.transactions.isEmpty)
        #expect(first.next == 2)
        #expect(first.more)
        filter.before = first.next
        let second = try await test.store.reader.transactions(filter, limit: 10)
        #expect(second.transactions.map(\.partnerReferenceNo) == ["TRX-1"])
        #expect(!second.more)
    }

    @Test(.onSQLite, arguments: TransactionTime.allCases)
    func `a list goes along the order of its table, and sorts nothing`(
        time: TransactionTime
    ) async throws {
        let test = try await TestStore()
        let connection = try test.connection()
        let sql = "EXPLAIN QUERY PLAN " + TransactionList.sql(time, .sqlite)
        let plan = try connection.prepare(sql).all(
            { binder in
                for _ in 1...7 { binder.integer(0) }
            },
            row: { $0.text(3) }
        )
        let table = time == .created ? "payments" : "transitions"
        #expect(
            plan.first == "SEARCH \(table) USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
        )
        let join = "SEARCH payments USING INTEGER PRIMARY KEY (rowid=?)"
        #expect(plan.dropFirst().elementsEqual(time == .created ? [] : [join]))
    }

    @Test(.onSQLite) func `the callbacks of a transaction are counted without a scan`() async throws
    {
        let test = try await TestStore()
        let plan = try test.connection()
            .prepare("EXPLAIN QUERY PLAN " + TransactionReader.callbackCountSQL)
            .all({ $0.integer(1) }, row: { $0.text(3) })
        #expect(plan.contains { $0.contains("payments USING COVERING INDEX payments_merged") })
        #expect(!plan.contains { $0.hasPrefix("SCAN payments") || $0.hasPrefix("SCAN callbacks") })
    }

    @Test(arguments: TransactionTime.allCases)
    func `an empty database has an empty list`(time: TransactionTime) async throws {
        let test = try await TestStore()
        var filter = TransactionFilter()
        filter.by = time
        filter.fromMilliseconds = 0
        filter.toMilliseconds = 1
        let page = try await test.store.reader.transactions(filter, limit: 10)
        #expect(page.transactions.isEmpty)
        #expect(!page.more)
    }
}
