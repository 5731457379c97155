import Payments
import Support
import Testing

@testable import Ledger

/// What recording the result of a query writes, besides the status (article Statuses).
struct QueryResultTests {
    private static let missing = QueryResult.notFound(responseCode: "4045101")

    // MARK: The receipt

    @Test func `a result sent before a commit about its payment is outdated`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let sent = try ledger.inquiry()
        try ledger.deliver { $0.status = .paying }
        let unknown = ledger.record(Self.missing, sent)
        #expect(unknown.isOutdated)
        #expect(!unknown.isOurs)
        let report = try ledger.answer(.pending, to: sent)
        #expect(report.isOutdated)
        #expect(!report.isOurs)
        #expect(ledger.feed.count == 2)
        let current = try ledger.answer(.pending)
        #expect(!current.isOutdated)
        #expect(current.isOurs)
        #expect(current.sequence == 3)
        #expect(current.partnerReferenceNo == Reference("TRX-1"))
    }

    @Test func `a report about another payment is not ours`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let receipt = try ledger.answer(.initiated, as: "PAY-9")
        #expect(!receipt.isOurs)
        #expect(!receipt.isOutdated)
        #expect(try ledger.payment().lastQuery?.status == nil)
        #expect(ledger.open == ["reference-mismatch×1"])
    }

    @Test func `a report creates a payment that nothing told of before`() throws {
        for status in [LatestTransactionStatus.pending, .success] {
            var ledger = TestLedger()
            let receipt = try ledger.answer(status, "TRX-7", as: "PAY-7")
            #expect(!receipt.isOutdated)
            #expect(receipt.isOurs)
            #expect(receipt.sequence == 1)
            #expect(receipt.partnerReferenceNo == Reference("TRX-7"))
            #expect(ledger.feed.map(\.referenceNo) == [Reference("PAY-7")])
            #expect(try ledger.payment("TRX-7").isCorroborated)
        }
    }

    @Test func `no number is given for a payment that is not confirmed`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver()
        #expect(ledger.record(Self.missing, try ledger.inquiry()).partnerReferenceNo == nil)
    }

    @Test(arguments: [-1_000, 0, 1_000] as [Int64])
    func `a report about a new pair counts if no callback came since the call began`(
        callAfterReceipt: Int64
    ) throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        let inquiry = try ledger.inquiry("TRX-7")
        ledger.wait(seconds: 10)
        try ledger.deliver { ($0.partner, $0.reference) = ("PAY-7", "TRX-7") }
        let call = GatewayCall(
            service: 51,
            partnerReferenceNo: "TRX-7",
            timestamp: "",
            requestBody: [],
            startedMilliseconds: ledger.now + callAfterReceipt
        )
        ledger.wait(seconds: 10)
        let report = try ReportJudgeTests.report(.pending, partner: "TRX-7", reference: "PAY-7")
        let queried = inquiry.partnerReferenceNo
        let outcome = QueryResult.found(report, queried: queried, responseCode: "2005100")
        let receipt = ledger.run { $0.record(inquiry, outcome, [call]) }
        #expect(receipt.isOutdated == (callAfterReceipt <= 0))
        #expect(ledger.feed.count == (callAfterReceipt > 0 ? 1 : 0))
    }

    // MARK: What is known of the gateway

    @Test(arguments: [600_000, 600_001, -600_000, -600_001] as [Int64])
    func `that the gateway knows the merchant is written every ten minutes`(later: Int64) throws {
        var ledger = TestLedger()
        try ledger.generate()
        #expect(ledger.view.knowledge.knownMilliseconds == nil)
        try ledger.answer(.initiated)
        let first = ledger.now
        #expect(ledger.view.knowledge.knownMilliseconds == first)
        ledger.wait(milliseconds: later)
        try ledger.answer(.initiated)
        let isWritten = abs(later) > 600_000
        #expect(ledger.view.knowledge.knownMilliseconds == (isWritten ? ledger.now : first))
    }

    @Test func `only a payment generated here tells the order of references`() throws {
        var ledger = TestLedger()
        try ledger.answer(.pending, "TRX-7", as: "PAY-7")
        try ledger.deliver { ($0.partner, $0.reference) = ("PAY-7", "TRX-7") }
        #expect(ledger.feed.count == 2)
        #expect(ledger.view.knowledge.corroboratedOrder == nil)
        try ledger.generate()
        try ledger.deliver { $0.externalID = "id-2" }
        #expect(ledger.view.knowledge.corroboratedOrder == .cashIn)
    }

    // MARK: The transition

    @Test func `a transition names its time of payment and its predecessor`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .paying }
        try ledger.deliver { $0.externalID = "id-2" }
        try ledger.answer(.refunded, paidAt: "12:00")
        try ledger.generate("TRX-2", as: "PAY-2")
        #expect(ledger.feed.map(\.previousSequence) == [nil, 1, 2, 3, nil])
        let time = TestDelivery(received: 0).finishedTime
        #expect(ledger.feed.map(\.paidAt?.text) == [nil, nil, time, nil, nil])
    }

    @Test func `the first transition of a payment may be the first of the feed`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        try ledger.deliver { $0.externalID = "id-2" }
        #expect(ledger.feed.map(\.previousSequence) == [nil, 1])
    }

    @Test func `of two callbacks the one with the reported amount caused the transition`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver()
        try ledger.deliver { ($0.sen, $0.externalID) = (5, "id-2") }
        try ledger.answer(.success)
        #expect(ledger.story == ["TRX-1 none>success 10000.00 query"])
        #expect(ledger.feed[0].callbackID == 1)
        #expect(ledger.view.callbacks[1]?.outcome == .applied)
        #expect(ledger.view.callbacks[1]?.sequence == 1)
        #expect(ledger.view.callbacks[2]?.sequence == nil)
        #expect(try ledger.waiting().isEmpty)
    }

    @Test(arguments: [nil, 1_000_000] as [Int64?], [nil, 1_000_000] as [Int64?])
    func `a missing amount contradicts no callback`(claimed: Int64?, reported: Int64?) throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver {
            ($0.status, $0.sen, $0.signedSecondsAgo) = (.cancelled, claimed, 301)
        }
        try #require(try ledger.waiting().count == 1)
        try ledger.answer(.cancelled, sen: reported)
        #expect(ledger.story.last == "TRX-1 pending>cancelled 10000.00 query")
        #expect(ledger.feed.last?.callbackID == 1)
    }

    // MARK: A report without the gateway's number

    @Test func `a report without the gateway's number needs the expected amount too`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.finish("TRX-1", .unknown("timeout"))
        try ledger.answer(.success, as: nil, sen: 5)
        #expect(ledger.feed == [])
        let event = try ledger.entry(.amountMismatch).events[0]
        #expect(event.fact == nil, "the pair is not known")
        try ledger.answer(.success, as: nil)
        #expect(ledger.story == ["TRX-1 created>success 10000.00 query"])
    }

    @Test func `a transaction's own number completes the fact of a report`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success, as: nil, sen: 5)
        let fact = try ledger.entry(.amountMismatch).events[0].fact
        let pair = try CallbackJudgeTests.fact(.success, partner: "TRX-1", reference: "PAY-1").pair
        #expect(fact == Fact(pair: pair, status: .success, amount: Amount(sen: 5)))
    }

    @Test func `a callback's claim completes no fact`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver()
        try ledger.answer(.success, as: nil)
        #expect(ledger.feed == [])
        #expect(try ledger.entry(.referenceMismatch).events[0].fact == nil)
    }

    // MARK: A query of one payment that is about another

    /// A callback named TRX-1 with PAY-1; since then TRX-1 was generated as PAY-9.
    private static func misnamed() throws -> (TestLedger, Payment) {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver()
        let home = try #require(ledger.payments.first)
        try ledger.generate("TRX-1", as: "PAY-9")
        #expect(ledger.open == ["unknown-transaction×1"])
        #expect(ledger.inquiries.map(\.paymentID) == [1, 2])
        return (ledger, home)
    }

    @Test func `a report resolves what waited under the references that were queried`() throws {
        var (ledger, home) = try Self.misnamed()
        let receipt = try ledger.answer(.success, as: "PAY-9", to: ledger.inquiry(of: home))
        #expect(receipt.sequence == 2)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 query")
        #expect(ledger.feed.last?.callbackID == nil, "its pair is another one")
        #expect(ledger.view.waiting(home.id).isEmpty)
        #expect(ledger.open == ["possible-second-payment×1"])
        #expect(ledger.openEntries[0].subject == .payment(2))
        #expect(ledger.inquiries == [], "neither is queried again")
    }

    @Test func `a report that resolves nothing leaves both inquiries`() throws {
        var (ledger, home) = try Self.misnamed()
        try ledger.waitUntilDue()
        ledger.record(Self.missing, ledger.inquiry(of: home))
        #expect(ledger.inquiries.map(\.paymentID) == [1, 2])
        #expect(ledger.view.waiting(home.id).count == 1)
    }

    @Test func `waiting callbacks are resolved once, each with its own decision`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.partner = "PAY-8" }
        try ledger.deliver { ($0.partner, $0.externalID) = ("PAY-9", "id-2") }
        try ledger.answer(.pending)
        let decisions = ledger.view.decisions(of: try ledger.payment().id)
        #expect(decisions.map(\.decision) == [.resolvedByQuery, .resolvedByQuery])
        let partners = decisions.compactMap { $0.fact?.pair.originalPartnerReferenceNo.text }
        #expect(partners == ["PAY-8", "PAY-9"])
    }

    @Test func `after a contradiction another callback still waits for a query`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        try ledger.generate()
        try ledger.deliver { $0.partner = "PAY-9" }
        try ledger.answer(.pending)
        ledger.wait(seconds: 30)
        try ledger.deliver { $0.externalID = "id-2" }
        #expect(try ledger.waiting().map(\.id) == [2])
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
    }

    // MARK: References

    @Test func `a report corroborates a guess of the references`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        #expect(try ledger.payment().roles == .assumed)
        #expect(try ledger.payment().isCorroborated == false)
        let before = try ledger.payment().revision
        try ledger.answer(.pending)
        #expect(ledger.feed.count == 1)
        let payment = try ledger.payment()
        #expect(payment.isCorroborated)
        #expect(payment.roles == .known)
        #expect(payment.revision > before)
        try ledger.answer(.pending)
        #expect(try ledger.payment().revision == payment.revision, "it says nothing new")
    }

    @Test func `a report of the reverse corrects the guess for good`() throws {
        var ledger = TestLedger()
        try ledger.deliver { $0.status = .pending }
        let inquiry = ledger.inquiry(of: try ledger.payment())
        for _ in 1...2 {
            try ledger.answer(.pending, "PAY-1", as: "TRX-1", to: inquiry)
            let payment = try ledger.payment("PAY-1")
            #expect(payment.referenceNo == Reference("TRX-1"))
            #expect(payment.isCorroborated)
            #expect(payment.roles == .corrected)
        }
        #expect(ledger.payments.count == 1)
    }

    @Test func `a confirmed pair takes what waits under each of its references`() throws {
        var ledger = TestLedger()
        try ledger.deliver { ($0.partner, $0.reference) = ("TRX-7", nil) }
        try ledger.deliver { ($0.partner, $0.reference, $0.salt) = ("PAY-7", nil, "2") }
        #expect(ledger.payments.map(\.id) == [1, 2])
        try ledger.answer(.pending, "TRX-7", as: "PAY-7")
        #expect(ledger.payments.map(\.mergedInto) == [nil, 1])
        #expect(ledger.inquiries.map(\.paymentID) == [1])
    }

    @Test func `a pair is not contradicted while no number of the gateway is known`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.deliver()
        try ledger.finish("TRX-1", .unknown("timeout"))
        try ledger.answer(.pending, as: nil)
        #expect(ledger.story == ["TRX-1 created>pending 10000.00 query"])
        #expect(try ledger.waiting().count == 1)
        #expect(ledger.open == [])
    }

    // MARK: Amounts

    @Test func `a success of an unknown payment needs an amount`() throws {
        var ledger = TestLedger()
        try ledger.answer(.success, "TRX-7", as: "PAY-7", sen: nil)
        #expect(ledger.feed == [])
        #expect(ledger.open == ["amount-mismatch×1"])
    }

    @Test func `a confirmed callback of no amount is decided once`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.sen = nil }
        try ledger.answer(.success)
        #expect(ledger.feed.last?.callbackID == 1)
        let decisions = ledger.view.decisions(of: try ledger.payment().id)
        #expect(decisions.map(\.decision) == [.resolvedByQuery])
    }
}
