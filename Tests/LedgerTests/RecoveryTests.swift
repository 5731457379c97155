import Payments
import Testing

@testable import Ledger

/// What a database that a restore set aside holds beyond the restored one.
struct RecoveryTests {
    private static func remembered(
        _ status: TransactionStatus?,
        _ change: (inout Payment) -> Void = { _ in }
    ) throws -> SetAsidePayment {
        var payment = Payment(
            id: 99,
            partnerReferenceNo: try #require(Reference("TRX-1")),
            referenceNo: Reference("PAY-1"),
            status: status,
            origin: .generate,
            atMilliseconds: 0
        )
        payment.expectedAmount = Amount(sen: 1_000_000)
        change(&payment)
        return SetAsidePayment(payment)
    }

    private static func inquiries(_ ledger: TestLedger) -> [StatusInquiry] {
        ledger.ledger.view.payments.numbers.compactMap { ledger.ledger.view.inquiries[$0] }
    }

    private static func openEntries(_ ledger: TestLedger) -> [AttentionEntry] {
        ledger.ledger.view.entries.values.filter(\.isOpen)
    }

    @Test func `a payment that is not known any more is queried, and told`() throws {
        var ledger = TestLedger()
        let remembered = try Self.remembered(.success) { $0.paidAmount = Amount(sen: 1_000_000) }
        ledger.run { $0.recover(remembered, from: "old.db") }
        let payment = try #require(ledger.ledger.view.payments.all.first)
        #expect(payment.status == nil)
        #expect(ledger.feed.isEmpty)
        #expect(Self.inquiries(ledger).map(\.nextMilliseconds) == [ledger.now])
        let entry = try #require(Self.openEntries(ledger).first)
        #expect(entry.kind == .unresolvedPayment)
        #expect(
            entry.events[0].text
                == "the database before a restore (old.db) has it as success, IDR 10000.00, "
                + "referenceNo PAY-1"
        )
        // The same again is no second payment.
        ledger.run { $0.recover(remembered, from: "old.db") }
        #expect(ledger.ledger.view.payments.numbers.count == 1)
        #expect(Self.openEntries(ledger).count == 1)
        // Its callback, sent again, resolves it.
        try ledger.deliver()
        #expect(ledger.feed.map(\.to) == [.success])
        #expect(Self.openEntries(ledger).isEmpty)
    }

    @Test func `a payment in an earlier state is queried where it stands`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        let remembered = try Self.remembered(.success)
        ledger.run { $0.recover(remembered, from: "old.db") }
        #expect(ledger.ledger.view.payments.numbers.count == 1)
        #expect(Self.inquiries(ledger).map(\.nextMilliseconds) == [ledger.now])
        #expect(Self.openEntries(ledger).map(\.kind) == [.unresolvedPayment])
    }

    @Test func `an unpaid code is queried without an entry`() throws {
        var ledger = TestLedger()
        let remembered = try Self.remembered(.pending)
        ledger.run { $0.recover(remembered, from: "old.db") }
        #expect(Self.inquiries(ledger).count == 1)
        #expect(Self.openEntries(ledger).isEmpty)
    }

    @Test func `an unpaid code is told where no query can be sent`() throws {
        var ledger = TestLedger { $0.isReconciling = false }
        let remembered = try Self.remembered(.pending)
        ledger.run { $0.recover(remembered, from: "old.db") }
        #expect(Self.inquiries(ledger).isEmpty)
        #expect(Self.openEntries(ledger).map(\.kind) == [.unresolvedPayment])
    }

    @Test func `a receiver without outbound calls has the entry alone`() throws {
        var ledger = TestLedger { $0.isOutbound = false }
        let remembered = try Self.remembered(.refunded) { $0.refundedAmount = Amount(sen: 100) }
        ledger.run { $0.recover(remembered, from: "old.db") }
        #expect(Self.inquiries(ledger).isEmpty)
        let text = try #require(Self.openEntries(ledger).first?.events.first?.text)
        #expect(text.contains("has it as refunded, IDR 10000.00, refunded IDR 1.00"))
    }

    @Test func `open payments are queried at once, whatever is planned`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        let id = try #require(ledger.ledger.view.payments.numbers.first)
        ledger.wait(seconds: 5)
        #expect(ledger.run { $0.scheduleQueryNow([id]) } == 1)
        #expect(Self.inquiries(ledger).map(\.nextMilliseconds) == [ledger.now])
        try ledger.deliver { $0.externalID = "id-2" }
        #expect(ledger.feed.map(\.to) == [.pending, .success])
        #expect(ledger.run { $0.scheduleQueryNow([id]) } == 0)
    }

    @Test func `nothing is queried where no query can be sent`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        let planned = ledger.inquiries
        let id = try ledger.payment().id
        ledger.setPolicy { $0.isReconciling = false }
        #expect(ledger.run { $0.scheduleQueryNow([id]) } == 0)
        #expect(ledger.inquiries == planned)
        ledger.setPolicy { $0.isReconciling = true }
        #expect(ledger.run { $0.scheduleQueryNow([id]) } == 1)
        let inquiry = try #require(ledger.inquiries.first)
        #expect(inquiry.phase == .scheduled)
        #expect(inquiry.step == 0, "the whole schedule follows")
    }
}
