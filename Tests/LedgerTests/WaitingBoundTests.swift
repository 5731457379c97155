import Payments
import Support
import Testing

@testable import Ledger

/// What one payment can make wait is bounded.
struct WaitingBoundTests {
    /// An unknown payment with callbacks of that many facts, none of which is confirmed.
    private static func waiting(_ count: Int) throws -> TestLedger {
        var ledger = TestLedger { $0.confirmWithQuery = .unproven }
        for number in 1...count {
            try ledger.deliver { ($0.sen, $0.externalID) = (Int64(number), "id-\(number)") }
        }
        return ledger
    }

    @Test(arguments: [
        (99, 99, []), (100, 100, []), (101, 100, ["unconfirmed-callback×1"]),
        (103, 100, ["unconfirmed-callback×3"]),
    ])
    func `a hundred callbacks wait, and the attention list holds what is beyond`(
        delivered: Int,
        waiting: Int,
        entries: [String]
    ) throws {
        var ledger = try Self.waiting(delivered)
        #expect(try ledger.waiting().count == waiting)
        #expect(ledger.open == entries)
        #expect(ledger.keptCount == delivered)
        #expect(ledger.inquiries.count == 1)
        // One report resolves all that wait.
        try ledger.answer(.success, sen: 99)
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.story == ["TRX-1 none>success 0.99 query"])
    }

    @Test func `the fact of a waiting callback waits once however often it is signed`() throws {
        var ledger = try Self.waiting(100)
        let base = try ledger.runningInquiry()
        for number in 1...100 {
            ledger.wait(seconds: 1)
            try ledger.deliver {
                ($0.sen, $0.externalID, $0.salt) = (Int64(number), "id-\(number)", "again")
            }
        }
        #expect(try ledger.waiting().count == 100)
        #expect(ledger.open == [])
        #expect(try ledger.runningInquiry() == base, "the schedule does not begin again")
    }

    @Test func `six hundred deliveries of one signature are one callback and one schedule`() throws
    {
        var ledger = TestLedger { $0.confirmWithQuery = .unproven }
        let signed = ledger.now
        try ledger.deliver { $0.signed = signed }
        let inquiry = try ledger.runningInquiry()
        for _ in 2...600 {
            ledger.wait(seconds: 1)
            try ledger.deliver { $0.signed = signed }
        }
        #expect(ledger.keptCount == 1)
        #expect(ledger.redeliveryCount == 599)
        #expect(try ledger.runningInquiry() == inquiry)
        #expect(ledger.open == [])
    }

    @Test func `a hundred deliveries with bad headers are one event of one entry`() throws {
        var ledger = TestLedger()
        let signed = ledger.now
        for _ in 1...100 {
            try ledger.deliver { ($0.signed, $0.externalID, $0.failure) = (signed, nil, .headers) }
        }
        #expect(ledger.keptCount == 1)
        #expect(ledger.openEntries.map(\.events.count) == [1])
        #expect(ledger.inquiries.count == 1)
    }

    // MARK: What is asked about again

    @Test(
        arguments: [
            (GenerationResult.unknown("timeout"), 1), (.notAccepted("no"), 0), (nil, 0),
        ] as [(GenerationResult?, Int)]
    )
    func `a created payment is resumed only if the gateway may have it`(
        result: GenerationResult?,
        count: Int
    ) throws {
        var ledger = TestLedger { $0.schedule.scheduleSeconds = [] }
        try ledger.start()
        if let result { try ledger.finish("TRX-1", result) }
        let id = try ledger.payment().id
        let isPlanned = try ledger.runningInquiry() != nil
        #expect(isPlanned == (result == nil), "the call's own inquiry, until it ends")
        #expect(ledger.run { $0.resume([id]) } == count)
    }

    @Test func `what an outage outlasted is queried about when the gateway is back`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        try ledger.generate()
        try ledger.deliver()
        var count = 0
        while try ledger.runningInquiry() != nil {
            try ledger.waitUntilDue()
            ledger.record(.unavailable, try ledger.inquiry())
            count += 1
            try #require(count < 5_000)
        }
        #expect(ledger.open == ["unresolved-payment×1", "unconfirmed-callback×1"])
        ledger.wait(seconds: 864_000)
        let id = try ledger.payment().id
        #expect(ledger.run { $0.resume([id]) } == 1)
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        try ledger.answer(.success)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 query")
        #expect(ledger.open == [])
        #expect(ledger.inquiries == [])
    }
}
