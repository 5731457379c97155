import Payments
import Testing

@testable import Ledger

/// Another amount than expected, until a person has decided (contract section 4, row 12).
struct AmountMismatchTests {
    @Test(arguments: [999_999, 1_000_001, 1] as [Int64])
    func `a payment of another amount is applied when an operator accepts it`(
        sen: Int64
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        let first = try ledger.deliver { $0.sen = sen }
        #expect(first.response == .invalidAmount)
        #expect(ledger.open == ["amount-mismatch×1"])
        #expect(ledger.feed.count == 1)

        let outcome = try ledger.resolve(.amountMismatch, accept: .success)
        let amount = try #require(Amount(sen: sen))
        #expect(outcome == .done(ledger.feed.last))
        #expect(ledger.story.last == "TRX-1 pending>success \(amount) operator")
        #expect(ledger.feed.last?.callbackID == first.callbackID)
        #expect(ledger.feed.last?.decision?.by == "ops")
        #expect(try ledger.payment().paidAmount == amount)
        #expect(try ledger.payment().expectedAmount == Amount(sen: 1_000_000))
        #expect(ledger.open == [])
        try expectQuiet(&ledger, sen: sen, status: .success)
    }

    @Test(arguments: [1, 999_999, 1_000_001] as [Int64])
    func `a refund of another amount than was paid is applied when an operator accepts it`(
        sen: Int64
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver()
        let change = { (delivery: inout TestDelivery) in
            (delivery.status, delivery.sen, delivery.externalID) = (.refunded, sen, "id-2")
        }
        #expect(try ledger.deliver(change).response == .invalidAmount)
        #expect(ledger.open == ["amount-mismatch×1"])
        try ledger.resolve(.amountMismatch, accept: .refunded)
        let amount = try #require(Amount(sen: sen))
        #expect(ledger.story.last == "TRX-1 success>refunded \(amount) operator")
        #expect(try ledger.payment().refundedAmount == amount)
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_000_000))
        try expectQuiet(&ledger, sen: sen, status: .refunded)
    }

    @Test(arguments: [(LatestTransactionStatus.success, 700_000 as Int64), (.refunded, 700_000)])
    func `what a query said of another amount stands when an operator accepts it`(
        status: LatestTransactionStatus,
        sen: Int64
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        if status == .refunded { try ledger.deliver() }
        let before = ledger.feed.count
        try ledger.answer(status, sen: sen)
        #expect(ledger.feed.count == before)
        #expect(ledger.open == ["amount-mismatch×1"])
        try ledger.resolve(.amountMismatch, accept: status)
        #expect(ledger.feed.last?.amount == Amount(sen: sen))
        #expect(ledger.feed.last?.callbackID == nil)
        try expectQuiet(&ledger, sen: sen, status: status)
        try ledger.answer(status, sen: sen)
        #expect(ledger.feed.count == before + 1)
        #expect(ledger.open == [])
    }

    /// Every form in which the gateway can repeat what was accepted changes nothing and raises
    /// nothing.
    private func expectQuiet(
        _ ledger: inout TestLedger,
        sen: Int64,
        status: LatestTransactionStatus
    ) throws {
        let count = ledger.feed.count
        let now = ledger.now
        let forms: [(inout TestDelivery) -> Void] = [
            { $0.signed = now },
            { $0.signed = now },
            { $0.salt = "signed again" },
            { ($0.salt, $0.externalID) = ("another id", "id-9") },
            { ($0.salt, $0.externalID) = ("another id, again", "id-9") },
            { ($0.salt, $0.signedSecondsAgo) = ("late", 86_400) },
            { ($0.salt, $0.partner, $0.reference) = ("the other order", "TRX-1", "PAY-1") },
        ]
        for form in forms {
            let judgement = try ledger.deliver {
                ($0.sen, $0.status, $0.externalID) = (sen, status, "id-3")
                form(&$0)
            }
            #expect(judgement.response == .successful)
            // A redelivery is shown with its kept callback, as what that was.
            let isQuiet = [.replayed, .duplicate].contains(judgement.outcome)
            #expect(isQuiet || judgement.isRedelivery)
            #expect(judgement.sequence == nil)
        }
        #expect(ledger.feed.count == count)
        #expect(ledger.open == [])
        #expect(try ledger.waiting().isEmpty)
    }

    @Test func `the signature that was refused is answered 2005600 once its fact stands`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let signed = ledger.now
        let deliver = { (ledger: inout TestLedger) in
            try ledger.deliver { ($0.sen, $0.signed) = (700_000, signed) }
        }
        #expect(try deliver(&ledger).response == .invalidAmount)
        #expect(try deliver(&ledger).response == .invalidAmount)
        #expect(ledger.open == ["amount-mismatch×1"], "a redelivery is counted with its callback")
        try ledger.resolve(.amountMismatch, accept: .success)
        ledger.wait(seconds: 86_400)
        let again = try deliver(&ledger)
        #expect(again.response == .successful)
        #expect(again.isRedelivery)
        #expect(ledger.keptCount == 1)
        #expect(ledger.redeliveryCount == 2)
        #expect(ledger.open == [])
    }

    @Test func `an amount of the operator's own dismisses what was said`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.sen = 700_000 }
        try ledger.resolve(.amountMismatch, accept: .success, sen: 1_000_000)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 operator")
        #expect(ledger.open == [])
        let again = try ledger.deliver { ($0.sen, $0.salt) = (700_000, "again") }
        #expect(again.response == .successful, "a success of a paid payment is no mismatch")
        #expect(ledger.open == [], "what was dismissed opens no entry")
    }

    @Test func `an accepted callback under a used id is answered 2005600 when it comes again`()
        throws
    {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .pending }
        let signed = ledger.now
        #expect(try ledger.deliver().response == .conflict)
        #expect(ledger.open == ["external-id-conflict×1"])
        try ledger.resolve(.externalIDConflict, accept: .success)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 operator")
        #expect(ledger.open == [])
        #expect(try ledger.waiting().isEmpty)
        for salt in ["", "signed again"] {
            let again = try ledger.deliver { ($0.signed, $0.salt) = (signed, salt) }
            #expect(again.response == .successful)
        }
        #expect(ledger.feed.count == 3)
        #expect(ledger.open == [])
    }

    // MARK: Flag

    @Test func `flag applies another amount, and a query with it raises nothing`() throws {
        var ledger = TestLedger { $0.amountMismatch = .flag }
        try ledger.generate()
        #expect(try ledger.deliver { $0.sen = 1_007_100 }.outcome == .applied)
        #expect(ledger.story.last == "TRX-1 pending>success 10071.00 notify")
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_007_100))
        #expect(ledger.open == ["amount-mismatch×1"])
        try ledger.answer(.success, sen: 1_007_100)
        try ledger.deliver { ($0.sen, $0.salt) = (1_007_100, "again") }
        #expect(ledger.open == ["amount-mismatch×1"])
        #expect(ledger.feed.count == 2)
    }

    @Test func `flag tells of a second amount beside the one that was applied`() throws {
        var ledger = TestLedger { $0.amountMismatch = .flag }
        try ledger.generate()
        try ledger.deliver { $0.sen = 1_007_100 }
        try ledger.answer(.success, sen: 1_000_000)
        #expect(ledger.open == ["amount-mismatch×1", "possible-second-payment×1"])
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_007_100))
    }

    // MARK: Ambiguous amounts

    @Test func `an ambiguous amount waits for a query even where none confirms`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let judgement = try ledger.deliver { $0.sen = nil }
        #expect(judgement.response == .successful)
        #expect(judgement.outcome == .awaitingQuery)
        #expect(ledger.open == [])
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        try ledger.answer(.success)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 query")
        #expect(ledger.feed.last?.callbackID == judgement.callbackID)
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.inquiries == [])
    }

    @Test func `receive-only holds an ambiguous amount on the attention list`() throws {
        var ledger = TestLedger { $0.isOutbound = false }
        try ledger.deliver { $0.sen = nil }
        #expect(ledger.open == ["unconfirmed-callback×1"])
        #expect(ledger.feed == [])
        try ledger.accept(.success, sen: 1_500_000)
        #expect(ledger.story == ["TRX-1 none>success 15000.00 operator"])
    }

    @Test(arguments: [(1_500 as Int64, true), (1_500_000, true), (1_000_000, false)])
    func `an ambiguous answer takes the reading that equals the expected amount`(
        expected: Int64,
        isRead: Bool
    ) throws {
        var ledger = TestLedger()
        try ledger.generate(sen: expected)
        try ledger.answer(
            .success,
            amount: .ambiguous(
                literal: try #require(Amount(sen: 1_500)),
                thousands: try #require(Amount(sen: 1_500_000))
            )
        )
        #expect(try ledger.payment().paidAmount == (isRead ? Amount(sen: expected) : nil))
        #expect(ledger.open == (isRead ? [] : ["amount-mismatch×1"]))
    }
}
