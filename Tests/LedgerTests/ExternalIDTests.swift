import Payments
import Testing

@testable import Ledger

/// Row 10: one X-EXTERNAL-ID, one day, one fact.
struct ExternalIDTests {
    @Test(arguments: [(true, CallbackResponse.conflict), (false, .successful)])
    func `auto rejects where queries can be sent and flags where they cannot`(
        isOutbound: Bool,
        response: CallbackResponse
    ) throws {
        var ledger = TestLedger { $0.isOutbound = isOutbound }
        try ledger.deliver()
        let second = try ledger.deliver { ($0.partner, $0.reference) = ("PAY-2", "TRX-2") }
        #expect(second.response == response)
        #expect(ledger.open == ["external-id-conflict×1"])
        #expect(ledger.feed.count == (isOutbound ? 1 : 2))
    }

    @Test(arguments: [
        (LatestTransactionStatus.success, "applied"), (.cancelled, "applied"),
        (.pending, "ignored"),
    ])
    func `flag is quiet about another status of one payment that the table takes quietly`(
        status: LatestTransactionStatus,
        outcome: String
    ) throws {
        var ledger = TestLedger { $0.isOutbound = false }
        try ledger.deliver { $0.status = .initiated }
        if status == .pending { try ledger.deliver { $0.externalID = "id-2" } }
        let second = try ledger.deliver { $0.status = status }
        #expect(second.outcome.word == outcome)
        #expect(ledger.open == [])
    }

    @Test func `flag tells of another amount of the same payment`() throws {
        var ledger = TestLedger { $0.isOutbound = false }
        try ledger.deliver { $0.status = .initiated }
        try ledger.deliver { ($0.status, $0.sen) = (.cancelled, 5) }
        #expect(ledger.feed.count == 2)
        #expect(ledger.open == ["external-id-conflict×1"])
    }

    @Test func `a conflict is queried, and answered 2005600 once the query has decided`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .pending }
        let signed = ledger.now
        #expect(try ledger.deliver { $0.signed = signed }.response == .conflict)
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        try ledger.answer(.success)
        #expect(ledger.open == [])
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 query")
        for salt in ["", "again"] {
            let again = try ledger.deliver { ($0.signed, $0.salt) = (signed, salt) }
            #expect(again.response == .successful)
        }
        #expect(ledger.open == [])
        #expect(ledger.feed.count == 3)
    }

    @Test func `a conflict that a query has contradicted is answered 2005600 as well`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .pending }
        #expect(try ledger.deliver { $0.status = .failed }.response == .conflict)
        try ledger.answer(.success)
        let again = try ledger.deliver { ($0.status, $0.salt) = (.failed, "again") }
        #expect(again.response == .successful)
        #expect(again.outcome == .ignored)
    }

    @Test func `only what was answered 2005600 owns its id`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        #expect(try ledger.deliver { $0.sen = 5 }.response == .invalidAmount)
        #expect(try ledger.deliver().outcome == .applied)
        #expect(try ledger.deliver { $0.status = .refunded }.response == .conflict)
    }

    @Test(arguments: [(-1 as Int64, true), (0, false), (1, false)])
    func `an id is free again on the next day in Jakarta`(
        secondsFromMidnight: Int64,
        isConflict: Bool
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .pending }
        let day = ExternalIDKey.day(of: ledger.now) + 1
        ledger.wait(seconds: (ExternalIDKey.start(of: day) - ledger.now) / 1_000)
        ledger.wait(seconds: secondsFromMidnight)
        #expect((try ledger.deliver().outcome == .conflict) == isConflict)
    }

    @Test func `the callback that owns an id knows it, and no other one does`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.sen = 5 }
        try ledger.deliver()
        try ledger.deliver { $0.salt = "again" }
        let owners = ledger.view.callbacks.all.filter(\.ownsExternalID)
        #expect(owners.map(\.id) == [2])
    }
}
