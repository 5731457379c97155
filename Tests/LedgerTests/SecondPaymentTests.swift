import Payments
import Testing

@testable import Ledger

/// A success beside one that stands: the same one again, a second one, or one after a refund.
struct SecondPaymentTests {
    private static let other = "2026-11-22T11:00:00+07:00"

    private static func paid() throws -> TestLedger {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver()
        return ledger
    }

    @Test(arguments: [
        // finishedTime, originalExternalId, and whether it may be a second payment.
        (TestDelivery(received: 0).finishedTime, "E-1" as String?, false),
        (other, "E-1", false), (TestDelivery(received: 0).finishedTime, "E-2", false),
        (other, nil, false), (nil, "E-2", false), (nil, nil, false), (other, "E-2", true),
    ])
    func `a second success is one where both marks differ`(
        time: String?,
        id: String?,
        isSecond: Bool
    ) throws {
        var ledger = try Self.paid()
        for salt in ["first", "again"] {
            let judgement = try ledger.deliver {
                ($0.salt, $0.externalID) = (salt, "id-2")
                ($0.finishedTime, $0.originalExternalID) = (time, id)
            }
            #expect(judgement.response == .successful)
        }
        #expect(ledger.open == (isSecond ? ["possible-second-payment×2"] : []))
        #expect(ledger.feed.count == 2)
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_000_000))
    }

    @Test func `a second success of another amount leaves the paid amount as it is`() throws {
        var ledger = try Self.paid()
        try ledger.deliver { ($0.sen, $0.externalID) = (2_000_000, "id-2") }
        #expect(ledger.open == ["possible-second-payment×1"])
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_000_000))
    }

    @Test func `a success under another number of the gateway may be a second payment`() throws {
        var ledger = try Self.paid()
        let judgement = try ledger.deliver { ($0.partner, $0.externalID) = ("PAY-2", "id-2") }
        #expect(judgement.outcome == .awaitingQuery)
        #expect(ledger.open == ["possible-second-payment×1"])
        // The gateway knows the first number only: the second stays for a person.
        try ledger.answer(.success)
        #expect(ledger.open == ["possible-second-payment×1"])
        #expect(try ledger.waiting().isEmpty)
    }

    @Test(arguments: [
        (LatestTransactionStatus.success, "possible-second-payment×1"),
        (.pending, "reference-mismatch×1"),
    ])
    func `a callback that names another number than the gateway has its answer, and stays`(
        answered: LatestTransactionStatus,
        entry: String
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.partner = "PAY-2" }
        #expect(ledger.open == ["reference-mismatch×1"])
        #expect(try ledger.waiting().count == 1)
        try ledger.answer(answered)
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.open.contains(entry))
        #expect(ledger.open.count == (answered == .success ? 2 : 1))
    }

    @Test func `a success known from a query learns its marks from the first callback`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success)
        #expect(try ledger.payment().paid == SuccessMarks())
        #expect(try ledger.deliver().outcome == .replayed)
        let marks = TestDelivery(received: 0).marks
        #expect(try ledger.payment().paid == marks)
        #expect(ledger.open == [])
        try ledger.deliver {
            ($0.externalID, $0.finishedTime, $0.originalExternalID) = ("id-2", Self.other, "E-2")
        }
        #expect(ledger.open == ["possible-second-payment×1"])
        #expect(try ledger.payment().paid == marks, "only the first callback teaches")
    }

    @Test func `a success known from a query keeps its time and learns the other mark`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success, paidAt: "10:00")
        try ledger.deliver()
        #expect(try ledger.payment().paid.time?.text == "10:00")
        #expect(try ledger.payment().paid.originalExternalID == "E-1")
        #expect(ledger.open == [])
    }

    @Test func `a callback of another amount teaches no marks`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success)
        try ledger.deliver { $0.sen = 1 }
        #expect(ledger.open == ["possible-second-payment×1"])
        #expect(try ledger.payment().paid == SuccessMarks())
    }

    // MARK: After a refund

    private static func refunded() throws -> TestLedger {
        var ledger = try paid()
        try ledger.answer(.refunded)
        #expect(ledger.story.last == "TRX-1 success>refunded 10000.00 query")
        return ledger
    }

    @Test(arguments: [
        (other as String?, "E-2" as String?, true), (other, nil, true), (other, "E-1", false),
        (TestDelivery(received: 0).finishedTime, "E-2", false),
    ])
    func `a success after a refund raises an entry unless it bears a mark of the refunded one`(
        time: String?,
        id: String?,
        isTold: Bool
    ) throws {
        var ledger = try Self.refunded()
        let judgement = try ledger.deliver {
            ($0.externalID, $0.finishedTime, $0.originalExternalID) = ("id-2", time, id)
        }
        #expect(judgement.response == .successful)
        #expect(judgement.outcome == .ignored)
        #expect(ledger.open == (isTold ? ["payment-after-refund×1"] : []))
        #expect(try ledger.payment().status == .refunded)
    }

    @Test func `a redelivery of the refunded success is quiet`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let signed = ledger.now
        let change = { (delivery: inout TestDelivery) in
            (delivery.signed, delivery.finishedTime, delivery.originalExternalID) = (
                signed, nil, nil
            )
        }
        try ledger.deliver(change)
        try ledger.answer(.refunded)
        #expect(try ledger.deliver(change).isRedelivery)
        #expect(ledger.open == [])
    }

    @Test func `the first callback of a success that a query told of is quiet after a refund`()
        throws
    {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success)
        try ledger.answer(.refunded)
        try ledger.deliver()
        #expect(ledger.open == [])
        try ledger.deliver {
            ($0.externalID, $0.finishedTime, $0.originalExternalID) = ("id-2", Self.other, "E-2")
        }
        #expect(ledger.open == ["payment-after-refund×1"])
    }

    @Test(arguments: [("10:00" as String?, false), ("11:00", true), (nil, true)])
    func `a query that says success after a refund is compared by its time`(
        time: String?,
        isTold: Bool
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success, paidAt: "10:00")
        try ledger.answer(.refunded)
        try ledger.answer(.success, paidAt: time)
        #expect(ledger.open == (isTold ? ["payment-after-refund×1"] : []))
    }

    @Test func `a success after a refund that no success came before is new money`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.refunded)
        #expect(ledger.open == ["unexpected-refund×1"])
        try ledger.deliver()
        #expect(ledger.open == ["unexpected-refund×1", "payment-after-refund×1"])
    }
}
