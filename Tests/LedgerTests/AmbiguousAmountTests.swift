import Payments
import Testing

@testable import Ledger

/// A success or refund with an ambiguous amount, of a payment that is paid or refunded already:
/// a query decides whether it is the same one (contract section 4, "Members").
struct AmbiguousAmountTests {
    private static func ambiguous(_ literal: Int64) throws -> ReportedAmount {
        .ambiguous(
            literal: try #require(Amount(sen: literal)),
            thousands: try #require(Amount(sen: literal * 1_000))
        )
    }

    private static func paid(
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) throws -> TestLedger {
        var ledger = TestLedger(change)
        try ledger.generate()
        try ledger.deliver()
        return ledger
    }

    /// Delivers a success whose amount has two readings.
    @discardableResult
    private static func deliver(
        to ledger: inout TestLedger,
        _ change: (inout TestDelivery) -> Void = { _ in }
    ) throws -> Judgement {
        try ledger.deliver {
            ($0.sen, $0.externalID) = (nil, "id-2")
            change(&$0)
        }
    }

    // MARK: Callbacks

    @Test(arguments: LedgerPolicy.ConfirmWithQuery.allCases)
    func `an ambiguous success of a paid payment is decided by a query`(
        _ mode: LedgerPolicy.ConfirmWithQuery
    ) throws {
        var ledger = TestLedger { $0.confirmWithQuery = mode }
        try ledger.generate()
        try ledger.answer(.success)
        let judgement = try Self.deliver(to: &ledger)
        #expect(judgement.response == .successful)
        #expect(judgement.outcome == .awaitingQuery)
        #expect(ledger.open == [])
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        #expect(try ledger.waiting().count == 1)
    }

    @Test func `a query that repeats the paid amount ends the wait quietly`() throws {
        var ledger = try Self.paid()
        try Self.deliver(to: &ledger)
        try ledger.answer(.success)
        #expect(ledger.open == [])
        #expect(ledger.inquiries == [])
        #expect(try ledger.waiting().isEmpty)
        // Its answer is known: the same fact, signed again, is not asked about again.
        let again = try Self.deliver(to: &ledger) { $0.salt = "again" }
        #expect(again.response == .successful)
        #expect(again.outcome == .duplicate)
        #expect(ledger.inquiries == [])
        #expect(ledger.feed.count == 2)
    }

    @Test func `a query of another amount than the paid one raises an entry`() throws {
        var ledger = try Self.paid()
        try Self.deliver(to: &ledger)
        try ledger.answer(.success, sen: 2_000_000)
        #expect(ledger.open == ["possible-second-payment×1"])
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_000_000))
        #expect(try ledger.waiting().isEmpty)
    }

    @Test func `an ambiguous success with two other marks raises its entry at once`() throws {
        var ledger = try Self.paid()
        let judgement = try Self.deliver(to: &ledger) {
            ($0.finishedTime, $0.originalExternalID) = ("2026-11-22T11:00:00+07:00", "E-2")
        }
        #expect(judgement.outcome == .awaitingQuery)
        #expect(ledger.open == ["possible-second-payment×1"])
    }

    @Test func `receive-only holds an ambiguous success of a paid payment`() throws {
        var ledger = try Self.paid { $0.isOutbound = false }
        try Self.deliver(to: &ledger)
        #expect(ledger.open == ["unconfirmed-callback×1"])
    }

    @Test(arguments: [LatestTransactionStatus.success, .refunded])
    func `an ambiguous success or refund of a refunded payment is decided by a query`(
        _ status: LatestTransactionStatus
    ) throws {
        var ledger = try Self.paid()
        try ledger.answer(.refunded)
        let judgement = try Self.deliver(to: &ledger) { $0.status = status }
        #expect(judgement.outcome == .awaitingQuery)
        #expect(try ledger.waiting().count == 1)
        #expect(ledger.inquiries.count == 1)
        try ledger.answer(.refunded)
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.feed.count == 3)
        #expect(ledger.open == [])
    }

    @Test func `an ambiguous success that a query confirmed is queried about once`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try Self.deliver(to: &ledger)
        try ledger.answer(.success)
        let again = try Self.deliver(to: &ledger) { $0.salt = "again" }
        #expect(again.outcome == .duplicate)
        #expect(ledger.inquiries == [])
        #expect(ledger.open == [])
    }

    @Test func `an ambiguous amount teaches no marks`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success)
        try Self.deliver(to: &ledger)
        #expect(try ledger.payment().paid == SuccessMarks())
        try ledger.answer(.success)
        try Self.deliver(to: &ledger) { $0.salt = "again" }
        #expect(try ledger.payment().paid == SuccessMarks())
    }

    // MARK: Queries

    @Test(arguments: [
        // The literal's sen, and the entry of a query that says it of 10000.00 paid.
        (1_000_000 as Int64, nil as String?), (1_000, nil), (1_500, "amount-mismatch×1"),
    ])
    func `an ambiguous report of a paid payment is read by the paid amount`(
        literal: Int64,
        entry: String?
    ) throws {
        var ledger = try Self.paid()
        try ledger.answer(.success, amount: Self.ambiguous(literal))
        #expect(ledger.open == [entry].compactMap(\.self))
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_000_000))
    }

    @Test func `an ambiguous report of another amount does not end the wait`() throws {
        var ledger = try Self.paid()
        try Self.deliver(to: &ledger)
        try ledger.answer(.success, amount: Self.ambiguous(1_500))
        #expect(ledger.open == ["amount-mismatch×1"])
        #expect(try ledger.waiting().count == 1)
    }

    @Test func `a report without an amount does not decide an ambiguous one`() throws {
        var ledger = try Self.paid()
        try ledger.answer(.success, sen: nil)
        #expect(ledger.open == [], "nothing was asked about its amount")
        try Self.deliver(to: &ledger)
        try ledger.answer(.success, sen: nil)
        #expect(ledger.open == ["amount-mismatch×1"])
        #expect(try ledger.waiting().count == 1)
    }
}
