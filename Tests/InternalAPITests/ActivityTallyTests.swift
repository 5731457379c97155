import Overview
import Payments
import Store
import Testing

@testable import InternalAPI

/// The counts of today, which are continued and not read again.
@Suite struct ActivityTallyTests {
    private let feed: SmallFeed

    init() async throws { feed = try await SmallFeed() }

    private static let day: Int64 = 86_400_000

    private func expect(
        _ tally: ActivityTally,
        callbacks: Int64,
        paid: Int64,
        expired: Int64,
        at location: SourceLocation = #_sourceLocation
    ) {
        let total = tally.day?.total
        #expect(total?.callbacks == callbacks, sourceLocation: location)
        #expect(total?.paid == paid, sourceLocation: location)
        #expect(total?.expired == expired, sourceLocation: location)
        #expect(total?.paidSen == 100 * Int128(paid), sourceLocation: location)
    }

    @Test func `each row is read once, until the day is counted again`() async throws {
        var tally = ActivityTally(feed.store.reader)
        try await tally.update(at: 1_000)
        expect(tally, callbacks: 0, paid: 0, expired: 0)
        try await feed.add([.success, .success, .cancelled])
        try await tally.update(at: 1_000)
        expect(tally, callbacks: 3, paid: 2, expired: 1)
        try feed.execute("DELETE FROM callbacks WHERE id = 1")
        try await feed.add([.success])
        try await tally.update(at: 1_000)
        expect(tally, callbacks: 4, paid: 3, expired: 1)
        tally.recount()
        try await tally.update(at: 1_000)
        expect(tally, callbacks: 3, paid: 3, expired: 1)
        await feed.store.close()
    }

    @Test func `a new day begins with nothing, and another run finds the same`() async throws {
        var tally = ActivityTally(feed.store.reader)
        try await feed.add([.success])
        try await tally.update(at: 1_000)
        let first = tally.day
        try await tally.update(at: Self.day)
        expect(tally, callbacks: 0, paid: 0, expired: 0)
        // 1970-01-02T07:00 in Jakarta.
        try feed.execute(
            """
            INSERT INTO transitions SELECT 2, payment_id, partner_reference, reference, from_status,
                to_status, latest_status, amount, source, external_id, callback_id, paid_at,
                paid_ms, \(Self.day), previous_sequence, operator, note
            FROM transitions WHERE sequence = 1
            """
        )
        try await tally.update(at: Self.day)
        expect(tally, callbacks: 0, paid: 1, expired: 0)
        #expect(tally.day?.hours[7].paid == 1)
        var other = ActivityTally(feed.store.reader)
        try await other.update(at: Self.day)
        #expect(other.day == tally.day)
        other = ActivityTally(feed.store.reader)
        try await other.update(at: 2_000)
        #expect(other.day == first)
        await feed.store.close()
    }

    @Test func `gateway calls are known by their last response and their last failure`()
        async throws
    {
        let call = { (id: Int, status: String, error: String) in
            """
            INSERT OR IGNORE INTO call_forms VALUES (1, '/', x'');
            INSERT INTO gateway_calls VALUES (\(id), NULL, 1, 51, 'TRX-1', 'id', '', \(status),
                \(error), \(id), \(id * 1_000));
            """
        }
        var tally = ActivityTally(feed.store.reader)
        try await tally.update(at: 1_000)
        #expect(tally.lastResponse == nil && tally.lastFailure == nil)
        try feed.execute(
            call(1, "200", "NULL") + call(2, "502", "NULL") + call(3, "NULL", "'timeout'")
        )
        try await tally.update(at: 1_000)
        #expect(tally.lastResponse?.milliseconds == 2_000)
        #expect(tally.lastFailure?.failure == "timeout")
        try feed.execute(call(4, "503", "NULL") + call(5, "404", "NULL"))
        // What is known of calls stays on the next day.
        try await tally.update(at: Self.day)
        #expect(tally.lastResponse?.milliseconds == 5_000)
        #expect(tally.lastFailure?.failure == "HTTP status 503")
        var other = ActivityTally(feed.store.reader)
        try await other.update(at: Self.day)
        #expect(other.lastResponse == tally.lastResponse)
        #expect(other.lastFailure == tally.lastFailure)
        await feed.store.close()
    }
}
