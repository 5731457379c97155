import Payments
import Support
import Testing

@testable import Ledger

/// Abandoned codes (contract section 4): valid for 900 s, closed 3600 s after that.
struct AbandonedCodeTests {
    private static let expirySeconds: Int64 = 900 + 3_600

    /// A generated payment whose code has been invalid for `seconds`.
    private static func expired(
        since seconds: Int64,
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) throws -> TestLedger {
        var ledger = TestLedger(change)
        try ledger.generate()
        ledger.wait(seconds: 900 + seconds)
        return ledger
    }

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending])
    func `the schedule alone closes a code that was never paid`(
        _ status: LatestTransactionStatus
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        let start = ledger.now
        var count = 0
        while try ledger.payment().status == .pending {
            try ledger.waitUntilDue()
            try ledger.answer(status)
            count += 1
            try #require(count < 20)
        }
        #expect(ledger.now == start + Self.expirySeconds * 1_000, "without jitter")
        let last = try #require(ledger.feed.last)
        #expect(last.source == .expiry)
        #expect(last.to == .cancelled)
        #expect(last.latestStatus == status)
        #expect(last.amount == Amount(sen: 1_000_000))
        #expect(ledger.open == [])
        let recheck = try #require(try ledger.runningInquiry())
        #expect(recheck.phase == .recheckUnpaid)
        #expect(recheck.baseMilliseconds == ledger.now)
    }

    @Test(arguments: [
        // Seconds after the validity of two answers, and whether the second closes the code.
        (0 as Int64, 3_600 as Int64, true), (0, 3_599, false), (-1, 3_600, false),
        (3_599, 3_600, true), (3_600, 3_601, true),
    ])
    func `two answers since the validity close a code, the last at the expiry or later`(
        first: Int64,
        second: Int64,
        isClosed: Bool
    ) throws {
        var ledger = try Self.expired(since: first)
        try ledger.answer(.initiated)
        ledger.wait(seconds: second - first)
        try ledger.answer(.initiated)
        #expect(try ledger.payment().status == (isClosed ? .cancelled : .pending))
    }

    @Test func `answers of different codes count alike`() throws {
        var ledger = try Self.expired(since: 60)
        try ledger.answer(.initiated)
        ledger.wait(seconds: 3_540)
        try ledger.answer(.pending)
        #expect(try ledger.payment().status == .cancelled)
        #expect(ledger.feed.last?.latestStatus == .pending)
    }

    @Test func `one answer alone is followed by another soon`() throws {
        var ledger = try Self.expired(since: 3_600) { $0.schedule.scheduleSeconds = [] }
        try ledger.answer(.initiated)
        #expect(try ledger.payment().status == .pending)
        try ledger.waitUntilDue()
        try ledger.answer(.initiated)
        #expect(try ledger.payment().status == .cancelled)
        #expect(ledger.open == [])
    }

    @Test(arguments: [
        (LatestTransactionStatus.success, false), (.refunded, false), (.failed, true),
    ])
    func `a code is not closed while a callback about money waits`(
        _ claim: LatestTransactionStatus,
        isClosed: Bool
    ) throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        ledger.setPolicy { $0.timestampToleranceSeconds = claim == .failed ? 1 : 300 }
        try ledger.generate()
        ledger.wait(seconds: 900)
        try ledger.answer(.initiated)
        try ledger.deliver { ($0.status, $0.signedSecondsAgo) = (claim, 2) }
        try #require(try ledger.waiting().count == 1)
        if let entry = ledger.openEntries.first { _ = try ledger.resolve(entry.kind) }
        ledger.wait(seconds: 3_600)
        try ledger.answer(.initiated)
        #expect(try ledger.payment().status == (isClosed ? .cancelled : .pending))
    }

    @Test func `a code is not closed while an entry of its payment is open`() throws {
        var ledger = try Self.expired(since: 0)
        try ledger.answer(.initiated)
        try ledger.deliver { $0.sen = 5 }
        ledger.wait(seconds: 3_600)
        try ledger.answer(.initiated)
        #expect(try ledger.payment().status == .pending)
        try ledger.resolve(.amountMismatch)
        try ledger.answer(.initiated)
        #expect(try ledger.payment().status == .cancelled)
    }

    @Test func `a code is not closed while the gateway does not answer`() throws {
        var ledger = try Self.expired(since: 0)
        for _ in 1...20 {
            ledger.wait(seconds: 3_600)
            ledger.record(.unavailable, try ledger.inquiry())
        }
        #expect(try ledger.payment().status == .pending)
        #expect(ledger.feed.count == 1)
    }

    @Test func `null never closes a code`() throws {
        var ledger = TestLedger { $0.schedule.expireAfterSeconds = nil }
        try ledger.generate()
        while try ledger.runningInquiry() != nil {
            try ledger.waitUntilDue()
            try ledger.answer(.initiated)
        }
        #expect(try ledger.payment().status == .pending)
        #expect(ledger.open == ["unresolved-payment×1"])
    }

    // MARK: Not found

    @Test(arguments: [true, false])
    func `not found counts only when the gateway knew a payment of ours within a day`(
        isKnown: Bool
    ) throws {
        var ledger = TestLedger()
        try ledger.generate("TRX-2", as: "PAY-2")
        if isKnown { try ledger.answer(.initiated, "TRX-2", as: "PAY-2") }
        try ledger.generate()
        for seconds in [900, 3_600] as [Int64] {
            ledger.wait(seconds: seconds)
            ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        }
        #expect(try ledger.payment().status == (isKnown ? .cancelled : .pending))
        #expect(ledger.open == (isKnown ? [] : ["own-payment-unknown×1"]))
        if isKnown { #expect(ledger.feed.last?.latestStatus == .notFound) }
    }

    @Test(arguments: [(86_400_000 as Int64, true), (86_400_001, false)])
    func `a day is 24 hours`(milliseconds: Int64, isKnown: Bool) throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.initiated)
        ledger.wait(milliseconds: milliseconds)
        try ledger.answer(.notFound)
        #expect(ledger.open == (isKnown ? [] : ["own-payment-unknown×1"]))
    }

    @Test func `an entry about an unknown payment closes when the gateway knows another`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.notFound)
        #expect(ledger.open == ["own-payment-unknown×1"])
        try ledger.generate("TRX-2", as: "PAY-2")
        try ledger.answer(.initiated, "TRX-2", as: "PAY-2")
        try ledger.answer(.notFound)
        #expect(ledger.open == [])
    }

    // MARK: Afterwards

    @Test func `money that comes after the expiry still wins`() throws {
        var ledger = try Self.expired(since: 0)
        try ledger.answer(.initiated)
        ledger.wait(seconds: 3_600)
        try ledger.answer(.initiated)
        #expect(try ledger.deliver().outcome == .awaitingQuery)
        #expect(ledger.open == ["late-success×1"])
        try ledger.answer(.success)
        #expect(ledger.story.last == "TRX-1 cancelled>success 10000.00 query")
        #expect(ledger.feed.last?.callbackID == 1)
        #expect(ledger.open == [])
    }

    @Test func `a cancellation after the expiry changes nothing`() throws {
        var ledger = try Self.expired(since: 0)
        try ledger.answer(.initiated)
        ledger.wait(seconds: 3_600)
        try ledger.answer(.initiated)
        #expect(try ledger.deliver { $0.status = .cancelled }.outcome == .replayed)
        #expect(ledger.feed.count == 2)
        #expect(ledger.open == [])
    }

    @Test func `a payment that was not generated here expires after its last transition`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        let start = ledger.now
        while try ledger.payment().status == .pending {
            try ledger.waitUntilDue()
            try ledger.answer(.pending)
        }
        #expect(ledger.now == start + Self.expirySeconds * 1_000)
        #expect(ledger.feed.last?.source == .expiry)
    }

    @Test func `a created payment that the gateway does not know expires`() throws {
        var ledger = TestLedger()
        try ledger.generate("TRX-2", as: "PAY-2")
        try ledger.answer(.initiated, "TRX-2", as: "PAY-2")
        try ledger.start()
        try ledger.finish("TRX-1", .unknown("timeout"))
        let start = ledger.now
        while try ledger.payment().status == .created {
            try ledger.waitUntilDue()
            ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        }
        #expect(ledger.now == start + Self.expirySeconds * 1_000)
        #expect(ledger.story.last == "TRX-1 created>cancelled 10000.00 expiry")
    }

    @Test func `a code that is generated again counts its answers from zero`() throws {
        var ledger = TestLedger()
        try ledger.generate("TRX-2", as: "PAY-2")
        try ledger.answer(.initiated, "TRX-2", as: "PAY-2")
        try ledger.start()
        try ledger.finish("TRX-1", .unknown("timeout"))
        ledger.wait(seconds: 900)
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        #expect(try ledger.payment().unpaidReports == 1)
        #expect(try ledger.start(isConfirmedUnknown: true) == .started)
        #expect(try ledger.payment().unpaidReports == 0)
    }

    @Test(arguments: [
        (GenerationResult.unknown("timeout"), false),
        (.codeRefused(referenceNo: try #require(Reference("PAY-1")), problem: .checksum), true),
    ])
    func `only a payment that the gateway generated is told as unknown to it`(
        result: GenerationResult,
        isTold: Bool
    ) throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.finish("TRX-1", result)
        if isTold { try ledger.resolve(.qrRefused) }
        for seconds in [900, 3_600, 60] as [Int64] {
            ledger.wait(seconds: seconds)
            ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        }
        #expect(ledger.open == (isTold ? ["own-payment-unknown×1"] : []))
        #expect(try ledger.payment().unpaidReports == 0, "it does not count")
        #expect(try ledger.payment().isOpen)
    }

    @Test func `reports count from zero after a transition of a payment not generated here`() throws
    {
        for isGenerated in [false, true] {
            var ledger = TestLedger()
            if isGenerated { try ledger.generate() }
            try ledger.deliver { $0.status = .initiated }
            ledger.wait(seconds: 900)
            try ledger.answer(.initiated)
            #expect(try ledger.payment().unpaidReports == 1)
            try ledger.deliver { ($0.status, $0.externalID) = (.paying, "id-2") }
            #expect(try ledger.payment().unpaidReports == (isGenerated ? 1 : 0))
            try ledger.deliver { ($0.status, $0.externalID) = (.failed, "id-3") }
            #expect(try ledger.payment().unpaidReports == 0)
        }
    }
}
