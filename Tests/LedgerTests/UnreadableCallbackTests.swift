import Payments
import Testing

@testable import Ledger

/// Callbacks of which one reference at most leads to a payment.
struct UnreadableCallbackTests {
    @Test(arguments: [
        // originalPartnerReferenceNo and originalReferenceNo beside TRX-1 / PAY-1.
        ("PAY-1", "TRX-9" as String?), ("PAY-9", "TRX-1"), ("TRX-1", "PAY-9"), ("TRX-9", "PAY-1"),
        ("PAY-1", nil), ("TRX-1", nil),
    ])
    func `a payment is queried when one of a callback's references is its own`(
        partner: String,
        reference: String?
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        let judgement = try ledger.deliver { ($0.partner, $0.reference) = (partner, reference) }
        #expect(judgement.response == (reference == nil ? .invalid : .successful))
        #expect(judgement.outcome == (reference == nil ? .invalid : .awaitingQuery))
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        #expect(ledger.inquiries.count == 1)
        let kind = reference == nil ? AttentionKind.invalidCallback : .referenceMismatch
        let entry = try ledger.entry(kind)
        #expect(entry.subject == .payment(try ledger.payment().id))
        #expect(ledger.feed.count == 1)
        try ledger.answer(.success)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 query")
        #expect(try ledger.waiting().isEmpty)
    }

    @Test func `an unknown single reference is queried`() throws {
        var ledger = TestLedger()
        try ledger.deliver { ($0.partner, $0.reference) = ("TRX-7", nil) }
        #expect(try ledger.payment("TRX-7").isConfirmed == false)
        #expect(try ledger.runningInquiry("TRX-7")?.nextMilliseconds == ledger.now)
        #expect(ledger.open == ["invalid-callback×1"])
        #expect(ledger.feed == [])
        try ledger.answer(.success, "TRX-7", as: "PAY-7")
        #expect(ledger.story == ["TRX-7 none>success 10000.00 query"])
        #expect(try ledger.payment("TRX-7").referenceNo == Reference("PAY-7"))
    }

    @Test func `one unreadable callback many times restarts no schedule`() throws {
        var ledger = TestLedger()
        try ledger.deliver { ($0.partner, $0.reference) = ("TRX-7", nil) }
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry("TRX-7"))
        let before = ledger.inquiries
        for count in 1...5 {
            ledger.wait(seconds: 1)
            try ledger.deliver {
                ($0.partner, $0.reference, $0.salt) = ("TRX-7", nil, "\(count)")
            }
        }
        #expect(ledger.inquiries == before)
        #expect(ledger.open == ["invalid-callback×6"])
    }

    @Test func `what names no payment belongs to its cause`() throws {
        var ledger = TestLedger()
        for salt in ["1", "2"] {
            let nameless = try TestDelivery(received: ledger.now).delivery.with(
                signedDigest: SignedDigest(UInt64(salt) ?? 0, 0, 0, 0),
                content: CallbackContent(
                    CallbackContent.Defect(.body, code: "4005600", problem: "Bad"),
                    references: []
                )
            )
            let judgement = ledger.run { $0.receive(nameless) }
            #expect(judgement.response == .invalid)
        }
        #expect(ledger.open == ["invalid-callback×2"])
        #expect(ledger.openEntries[0].subject == .cause("4005600 Bad"))
        #expect(ledger.payments == [])
        #expect(ledger.inquiries == [])
        try ledger.resolve(.invalidCallback)
        let again = try TestDelivery(received: ledger.now).delivery.with(
            content: CallbackContent(
                CallbackContent.Defect(.body, code: "4005600", problem: "Bad"),
                references: []
            )
        )
        ledger.run { _ = $0.receive(again) }
        #expect(ledger.open == [], "a dismissed cause opens no entry again")
    }

    @Test func `another merchant's callback touches no payment of ours`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let before = try ledger.payment()
        let inquiries = ledger.inquiries
        let judgement = try ledger.deliver { $0.failure = .partner }
        #expect(judgement.response == .unauthorized)
        #expect(judgement.outcome == .refused)
        #expect(ledger.keptCount == 1)
        #expect(try ledger.payment() == before)
        #expect(ledger.inquiries == inquiries)
        #expect(ledger.open == [])
    }

    @Test func `a dismissed cause is not queried again, another one is`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.failure = .body }
        try ledger.answer(.initiated)
        try ledger.resolve(.invalidCallback)
        let planned = try ledger.runningInquiry()
        ledger.wait(seconds: 5)
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "again") }
        #expect(try ledger.runningInquiry() == planned)
        try ledger.deliverOtherCause()
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        #expect(ledger.open == ["invalid-callback×1"])
    }

    @Test func `an entry of another cause covers no callback`() throws {
        var ledger = TestLedger()
        try ledger.start()
        let number = try #require(Reference("PAY-1"))
        try ledger.finish("TRX-1", .codeRefused(referenceNo: number, problem: .checksum))
        #expect(ledger.open == ["qr-refused×1"])
        try ledger.deliver { $0.failure = .body }
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        try ledger.answer(.initiated)
        ledger.wait(seconds: 5)
        try ledger.deliverOtherCause()
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
    }
}
