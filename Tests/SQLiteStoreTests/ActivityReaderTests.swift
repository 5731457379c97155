@testable import SQLReaders
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// What was stored behind a cursor, for an overview.
@Suite struct ActivityReaderTests {
    private static let hour: Int64 = 3_600_000

    /// Hours since 1970-01-01T00:00 of Jakarta's clocks.
    private static func hourNumber(_ milliseconds: Int64) -> Int64 {
        (milliseconds + 7 * hour) / hour
    }

    private func deliver(
        _ test: TestStore,
        _ number: Int,
        _ status: LatestTransactionStatus = .success,
        at milliseconds: Int64
    ) async throws {
        test.clock.set(milliseconds)
        try await test.deliver(
            try TestDelivery {
                $0.partner = "PAY-\(number)"
                $0.reference = "TRX-\(number)"
                $0.externalID = "id-\(number)-\(status.code)"
                $0.status = status
                $0.received = milliseconds
            }.delivery
        )
    }

    private func reject(_ test: TestStore, isPlausible: Bool, at milliseconds: Int64) {
        test.store.add(
            RejectedRequest(
                receivedMilliseconds: milliseconds,
                client: "203.0.113.7",
                head: [],
                body: [],
                code: "4015600",
                problem: "",
                externalID: nil,
                isPlausible: isPlausible
            )
        )
    }

    @Test func `each row is read once, in the hour of its time`() async throws {
        let test = try await TestStore()
        let (start, reader) = (TestClock.start, test.store.reader)
        let cursor = try await reader.activityStart(from: start)
        #expect(cursor == Activity.Cursor())
        #expect(try await reader.activity(after: cursor) == Activity(next: cursor))
        try await deliver(test, 1, at: start)
        try await deliver(test, 2, at: start + Self.hour)
        try await deliver(test, 3, .cancelled, at: start + Self.hour)
        reject(test, isPlausible: true, at: start)
        reject(test, isPlausible: false, at: start)
        try test.database().execute(
            "UPDATE transitions SET paid_ms = recorded_at - 500 WHERE sequence = 1"
        )
        let first = try await reader.activity(after: cursor)
        let number = Self.hourNumber(start)
        #expect(
            first.callbacks == [
                Activity.HourCount(hour: number, count: 1),
                Activity.HourCount(hour: number + 1, count: 2),
            ]
        )
        #expect(first.rejected == [Activity.HourCount(hour: number, count: 1)])
        #expect(first.steps.map(\.to) == [.success, .success, .cancelled])
        #expect(first.steps.map(\.source) == [.notify, .notify, .notify])
        #expect(first.steps[0].recordedMilliseconds == start)
        #expect(first.steps[0].amount == Amount(sen: 1_000_000))
        #expect(first.steps[0].paidMilliseconds == start - 500)
        #expect(!first.more)
        let none = try await reader.activity(after: first.next)
        #expect(none == Activity(next: first.next))
        try await deliver(test, 4, at: start + 2 * Self.hour)
        let second = try await reader.activity(after: first.next)
        #expect(second.callbacks == [Activity.HourCount(hour: number + 2, count: 1)])
        #expect(second.steps.count == 1)
        #expect(second.rejected.isEmpty)
    }

    @Test(.onSQLite) func `a day is found after a restart, without the rows of the day before`()
        async throws
    {
        let test = try await TestStore()
        // 10:00 to midnight.
        let midnight = TestClock.start + 14 * Self.hour
        for number in 1...5 {
            try await deliver(test, number, at: midnight - 600_000 + Int64(number))
        }
        for number in 6...8 { try await deliver(test, number, at: midnight + Int64(number)) }
        let again = try await test.reopened()
        let reader = again.store.reader
        let activity = try await reader.activity(
            after: try await reader.activityStart(from: midnight)
        )
        let number = Self.hourNumber(midnight)
        #expect(activity.callbacks == [Activity.HourCount(hour: number, count: 3)])
        #expect(activity.steps.count == 3)
        let late = try await reader.activityStart(from: midnight + 24 * Self.hour)
        #expect(try await reader.activity(after: late) == Activity(next: late))
    }

    @Test func `a read is bounded, and the next one continues`() async throws {
        let test = try await TestStore()
        try await deliver(test, 1, at: TestClock.start)
        let max = Int64(ActivityReader.rowsMax)
        try test.database().execute(
            """
            WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers
                WHERE n <= \(max))
            INSERT INTO callbacks SELECT n, payment_id, received_at, outcome, answer, 0, 0, NULL,
                1, last_received_at, verification, signed_at, signed_ms, signed_digest, NULL,
                client, NULL, NULL, status, amount, NULL, NULL, NULL, NULL, NULL, NULL
            FROM callbacks, numbers WHERE id = 1;
            """
        )
        let reader = test.store.reader
        let first = try await reader.activity(after: Activity.Cursor())
        #expect(first.callbacks.map(\.count) == [max])
        #expect(first.more)
        let second = try await reader.activity(after: first.next)
        #expect(second.callbacks.map(\.count) == [1])
        #expect(!second.more)
    }

    @Test func `single values are those of the newest callback and the oldest open entry`()
        async throws
    {
        let test = try await TestStore()
        let none = StoredTotals(
            newestCallbackMilliseconds: nil,
            inquiryCount: 0,
            oldestEntryMilliseconds: nil
        )
        #expect(try await test.store.reader.storedTotals() == none)
        let start = TestClock.start
        try await deliver(test, 1, at: start)
        test.clock.set(start + 1_000)
        try await test.store.raise(.gatewayUnreachable, detail: "no response")
        test.clock.set(start + 2_000)
        try await test.store.raise(.diskLow, detail: "low")
        try await deliver(test, 2, at: start + 3_000)
        var totals = try await test.store.reader.storedTotals()
        #expect(totals.newestCallbackMilliseconds == start + 3_000)
        #expect(totals.oldestEntryMilliseconds == start + 1_000)
        _ = try await test.store.close(.gatewayUnreachable, by: "receiver", note: "")
        totals = try await test.store.reader.storedTotals()
        #expect(totals.oldestEntryMilliseconds == start + 2_000)
    }
}
