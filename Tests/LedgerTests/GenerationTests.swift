import Payments
import Support
import Testing

@testable import Ledger

/// Generating (contract section 5), and what callbacks said before the answer came.
struct GenerationTests {
    // MARK: Starting

    @Test func `a generated payment enters the feed with its answer`() throws {
        var ledger = TestLedger()
        #expect(try ledger.start() == .started)
        #expect(ledger.feed == [])
        #expect(try ledger.payment().status == .created)
        #expect(try ledger.runningInquiry() != nil, "the program may end during the call")
        try ledger.finish(as: "PAY-1")
        #expect(ledger.story == ["TRX-1 created>pending 10000.00 generate"])
        #expect(try ledger.payment().isCorroborated)
        #expect(try ledger.runningInquiry()?.phase == .whileOpen)
    }

    @Test func `the same content is one payment and other content is refused`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        #expect(try ledger.start() == .stored)
        #expect(try ledger.start(sen: 5) == .refused(.otherContent))
        #expect(try ledger.start(seconds: 901) == .refused(.otherContent))
        #expect(try ledger.start("TRX-2", seconds: 0) == .refused(.validityOver))
        #expect(ledger.payments.count == 1)
        try ledger.deliver { ($0.partner, $0.reference, $0.externalID) = ("P", "TRX-3", "id-3") }
        #expect(try ledger.start("TRX-3") == .refused(.createdOtherwise))
    }

    @Test func `what was surely not accepted may be tried again with any content`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.finish("TRX-1", .notAccepted("4004702"))
        #expect(ledger.inquiries == [])
        #expect(ledger.open == [])
        #expect(try ledger.start(sen: 5) == .started)
        #expect(try ledger.payment().expectedAmount?.sen == 5)
    }

    @Test func `what may have been accepted is queried first`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.finish("TRX-1", .unknown("timeout"))
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        #expect(try ledger.start() == .unknown)
        #expect(try ledger.start(isConfirmedUnknown: true) == .started)
        try ledger.finish("TRX-1", .unknown("timeout"))
        try ledger.answer(.initiated)
        #expect(ledger.story == ["TRX-1 created>pending 10000.00 query"])
        #expect(try ledger.start() == .refused(.codeMissing))
    }

    @Test func `a call that the program's end cut off is queried about`() throws {
        var ledger = TestLedger()
        try ledger.start()
        let id = try ledger.payment().id
        ledger.run { $0.recoverGenerations([id, 99]) }
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        #expect(try ledger.start() == .unknown)
    }

    @Test func `a code that must not be shown raises an entry`() throws {
        var ledger = TestLedger()
        try ledger.start()
        let number = try #require(Reference("PAY-1"))
        try ledger.finish("TRX-1", .codeRefused(referenceNo: number, problem: .checksum))
        #expect(ledger.story == ["TRX-1 created>pending 10000.00 generate"])
        #expect(ledger.open == ["qr-refused×1"])
        #expect(try ledger.start() == .refused(.codeMissing))
    }

    @Test func `a generate answer never lowers a status`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.answer(.success)
        try ledger.finish(as: "PAY-1")
        #expect(ledger.story == ["TRX-1 created>success 10000.00 query"])
        #expect(ledger.open == [])
    }

    @Test func `a learnt number of the gateway never changes`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.answer(.initiated, as: "PAY-9")
        try ledger.finish(as: "PAY-1")
        #expect(try ledger.payment().referenceNo == Reference("PAY-9"))
        #expect(ledger.open == ["reference-mismatch×1"])
    }

    // MARK: Callbacks before the answer

    @Test(arguments: LedgerPolicy.ConfirmWithQuery.allCases)
    func `a callback for a created payment waits for the generate answer`(
        _ mode: LedgerPolicy.ConfirmWithQuery
    ) throws {
        var ledger = TestLedger { $0.confirmWithQuery = mode }
        try ledger.start()
        #expect(try ledger.deliver().outcome == .awaitingQuery)
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        try ledger.finish(as: "PAY-1")
        #expect(ledger.feed.count == (mode == .always ? 1 : 2))
        if mode == .always {
            #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
            try ledger.answer(.success)
        } else {
            #expect(ledger.story.last == "TRX-1 pending>success 10000.00 notify")
        }
        #expect(ledger.feed.last?.callbackID == 1)
        #expect(try ledger.payment().status == .success)
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.inquiries == [])
        #expect(ledger.open == [])
    }

    @Test func `a callback that contradicts the generate answer raises an entry`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.deliver { $0.partner = "PAY-9" }
        try ledger.finish(as: "PAY-1")
        #expect(ledger.open == ["reference-mismatch×1"])
        #expect(try ledger.waiting().count == 1)
        #expect(try ledger.runningInquiry() != nil)
    }

    // MARK: Unconfirmed references

    /// A callback about TRX-1 / PAY-1 came before the payment was generated.
    private static func early(_ mode: LedgerPolicy.ConfirmWithQuery) throws -> TestLedger {
        var ledger = TestLedger { $0.confirmWithQuery = mode }
        ledger.setPolicy { $0.unknownTransactions = .reject }
        try ledger.deliver()
        #expect(ledger.open == ["unknown-transaction×1"])
        ledger.wait(seconds: 5)
        try #require(try ledger.start() == .started)
        return ledger
    }

    @Test(arguments: LedgerPolicy.ConfirmWithQuery.allCases)
    func `what waited under the pair goes to the payment that it turns out to be`(
        _ mode: LedgerPolicy.ConfirmWithQuery
    ) throws {
        var ledger = try Self.early(mode)
        try ledger.finish(as: "PAY-1")
        let payment = try #require(ledger.payments.first { $0.isConfirmed })
        #expect(ledger.payments.filter { $0.mergedInto == payment.id }.count == 1)
        #expect(ledger.inquiries.allSatisfy { $0.paymentID == payment.id })
        if mode == .always {
            #expect(ledger.open == ["unknown-transaction×1"])
            #expect(ledger.openEntries[0].subject == .payment(payment.id))
            #expect(ledger.view.waiting(payment.id).count == 1)
            let next = try #require(ledger.inquiries.first?.nextMilliseconds)
            #expect(next <= ledger.now, "it goes on being asked about as it was")
            ledger.record(
                .found(
                    try ReportJudgeTests.report(.success, partner: "TRX-1", reference: "PAY-1"),
                    queried: payment.partnerReferenceNo,
                    responseCode: "2005100"
                ),
                ledger.inquiry(of: payment)
            )
        }
        #expect(ledger.feed.last?.to == .success)
        #expect(ledger.feed.last?.callbackID == 1)
        #expect(ledger.view.waiting(payment.id).isEmpty)
        #expect(ledger.inquiries == [])
        #expect(ledger.open == [])
    }

    @Test func `of two callbacks with one fact that are merged one goes on waiting`() throws {
        var ledger = try Self.early(.always)
        try ledger.deliver { ($0.salt, $0.externalID) = ("again", "id-2") }
        try ledger.finish(as: "PAY-1")
        let payment = try #require(ledger.payments.first { $0.isConfirmed })
        #expect(ledger.view.waiting(payment.id).map(\.id) == [1])
    }

    @Test func `an entry about the gateway's number alone goes to its payment`() throws {
        var ledger = TestLedger()
        try ledger.start()
        try ledger.deliver { ($0.partner, $0.reference) = ("PAY-1", nil) }
        try ledger.deliver { ($0.partner, $0.reference, $0.salt) = ("TRX-1", nil, "2") }
        #expect(ledger.open == ["invalid-callback×1", "invalid-callback×1"])
        try ledger.finish(as: "PAY-1")
        #expect(ledger.open == ["invalid-callback×2"], "one entry for a payment and kind")
        #expect(ledger.openEntries[0].subject == .payment(try ledger.payment().id))
        #expect(ledger.inquiries.count == 1)
    }

    @Test func `a pair of another number stays unconfirmed`() throws {
        var ledger = try Self.early(.never)
        try ledger.finish(as: "PAY-9")
        #expect(ledger.payments.filter { $0.mergedInto != nil } == [])
        #expect(ledger.open == ["unknown-transaction×1"])
        #expect(ledger.inquiries.count == 2)
    }

    @Test func `dismissed facts stay dismissed when their references are merged`() throws {
        var ledger = try Self.early(.always)
        try ledger.resolve(.unknownTransaction)
        try ledger.finish(as: "PAY-1")
        try ledger.deliver { ($0.salt, $0.signedSecondsAgo) = ("again", 301) }
        #expect(ledger.open == [])
    }

    // MARK: What is under way

    @Test func `a repeat waits for a query until the intent has a result`() throws {
        var ledger = TestLedger()
        try ledger.start()
        #expect(try ledger.start() == .unknown, "the call is under way")
        #expect(try ledger.start(isConfirmedUnknown: true) == .started)
        try ledger.answer(.initiated)
        #expect(try ledger.start() == .refused(.codeMissing), "the gateway has it already")
        #expect(try ledger.start(isConfirmedUnknown: true) == .refused(.codeMissing))
    }

    @Test func `an intent is queried about ten minutes later, or when a callback asks`() throws {
        var ledger = TestLedger()
        try ledger.start()
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now + 600_000)
        try ledger.finish("TRX-1", .unknown("timeout"))
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
        ledger.wait(seconds: 5)
        try ledger.start(isConfirmedUnknown: true)
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now + 600_000)
        try ledger.deliver()
        let asked = try #require(try ledger.runningInquiry())
        #expect(asked.nextMilliseconds == ledger.now)
        try ledger.finish("TRX-1", .notAccepted("no"))
        ledger.wait(seconds: 5)
        try ledger.start()
        #expect(try ledger.runningInquiry() == asked, "a callback waits for this one")
    }

    @Test func `a waiting callback without an inquiry gets the one of the intent`() throws {
        var ledger = TestLedger { $0.schedule.scheduleSeconds = [] }
        try ledger.start()
        try ledger.deliver()
        try ledger.finish("TRX-1", .unknown("timeout"))
        try #require(ledger.inquiries == [])
        try ledger.start(isConfirmedUnknown: true)
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now + 600_000)
    }

    // MARK: The gateway's number

    @Test func `a number of another payment raises an entry that names it`() throws {
        var ledger = TestLedger()
        try ledger.generate("TRX-1", as: "PAY-1")
        #expect(ledger.open == [])
        try ledger.generate("TRX-2", as: "PAY-1")
        let entry = try ledger.entry(.referenceMismatch)
        #expect(entry.subject == .payment(try ledger.payment("TRX-2").id))
        #expect(entry.events[0].text.contains("PAY-1, which belongs to TRX-1"))
        #expect(try ledger.payment("TRX-2").referenceNo == Reference("PAY-1"))
    }

    @Test func `the merchant's number of another payment is no number of the gateway`() throws {
        var ledger = TestLedger()
        try ledger.generate("PAY-2", as: "PAY-1")
        try ledger.generate("TRX-2", as: "PAY-2")
        #expect(ledger.open == [])
    }

    @Test func `a known number tells once that another one came`() throws {
        var ledger = TestLedger()
        try ledger.generate("TRX-2", as: "PAY-1")
        try ledger.start()
        try ledger.answer(.initiated, as: "PAY-9")
        try ledger.finish(as: "PAY-1")
        let entry = try ledger.entry(.referenceMismatch)
        #expect(entry.count == 1)
        #expect(entry.events[0].text.contains("returned referenceNo PAY-1, but PAY-9 is stored"))
    }

    @Test func `what waited is judged without its age, and keeps its outcome`() throws {
        var ledger = TestLedger { $0.staleTimestamp = .reject }
        try ledger.start()
        let signed = ledger.now - 301_000
        #expect(try ledger.deliver { $0.signed = signed }.response == .unauthorized)
        try ledger.answer(.success)
        try ledger.finish(as: "PAY-1")
        #expect(ledger.view.callbacks[1]?.isWaiting == false)

        var other = TestLedger { $0.staleTimestamp = .reject }
        try other.start()
        try other.deliver { ($0.signed, $0.status) = (signed, .pending) }
        try other.finish(as: "PAY-1")
        #expect(try other.payment().status == .pending)
        #expect(try other.waiting().isEmpty)
        #expect(other.open == [])
    }

    // MARK: Which inquiry stays after a merge

    @Test func `of two inquiries that callbacks wait for the earlier one stays`() throws {
        for isEarlier in [false, true] {
            var ledger = try Self.early(.always)
            if !isEarlier {
                // The unconfirmed pair's next step lies 60 s ahead.
                let pair = try #require(ledger.payments.first { !$0.isConfirmed })
                ledger.record(.notFound(responseCode: "4045101"), ledger.inquiry(of: pair))
            }
            try ledger.deliver { ($0.salt, $0.externalID) = ("again", "id-2") }
            let ids = ledger.payments.map(\.id)
            let next = ids.compactMap { ledger.view.inquiries[$0]?.nextMilliseconds }
            try #require(next.count == 2)
            try ledger.finish(as: "PAY-1")
            #expect(ledger.inquiries.map(\.nextMilliseconds) == [next.min()])
            #expect(ledger.inquiries.map(\.paymentID) == [2])
        }
    }

    @Test func `of two inquiries that are due at once the payment keeps its own`() throws {
        var ledger = try Self.early(.always)
        let pair = try #require(ledger.payments.first { !$0.isConfirmed })
        ledger.record(.notFound(responseCode: "4045101"), ledger.inquiry(of: pair))
        let next = try #require(ledger.view.inquiries[pair.id])
        ledger.wait(milliseconds: next.nextMilliseconds - ledger.now)
        try ledger.deliver { ($0.salt, $0.externalID) = ("again", "id-2") }
        try ledger.finish(as: "PAY-1")
        #expect(ledger.inquiries.map(\.nextMilliseconds) == [next.nextMilliseconds])
        #expect(ledger.inquiries.map(\.baseMilliseconds) == [ledger.now])
    }

    @Test func `a payment whose callbacks are not queried takes the other inquiry`() throws {
        var ledger = try Self.early(.always)
        ledger.setPolicy { $0.schedule.scheduleSeconds = [] }
        try ledger.finish("TRX-1", .unknown("timeout"))
        try ledger.deliver { ($0.salt, $0.externalID) = ("again", "id-2") }
        try #require(ledger.inquiries.map(\.paymentID) == [1])
        let next = ledger.inquiries[0].nextMilliseconds
        try ledger.finish(as: "PAY-1")
        #expect(ledger.inquiries.map(\.paymentID) == [2])
        #expect(ledger.inquiries.map(\.nextMilliseconds) == [next])
    }

    @Test func `an inquiry that no callback waits for ends with its references`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        try ledger.deliver { ($0.partner, $0.reference, $0.salt) = ("PAY-1", nil, "bad") }
        ledger.wait(seconds: 5)
        try ledger.start()
        try ledger.deliver()
        try ledger.finish(as: "PAY-1")
        #expect(ledger.inquiries.map(\.nextMilliseconds) == [ledger.now])
        #expect(ledger.inquiries.map(\.paymentID) == [2])
    }

    @Test func `a transaction is never merged into another one`() throws {
        var ledger = TestLedger()
        try ledger.start("PAY-1")
        try ledger.generate("TRX-1", as: "PAY-1")
        #expect(ledger.payments.allSatisfy { $0.mergedInto == nil })
        #expect(ledger.payments.map(\.status) == [.created, .pending])
    }

    @Test func `references are merged once`() throws {
        var ledger = try Self.early(.never)
        try ledger.finish(as: "PAY-1")
        let merged = try #require(ledger.payments.first { $0.mergedInto != nil })
        try ledger.answer(.success, to: ledger.inquiry(of: try ledger.payment()))
        #expect(ledger.payments.first { $0.mergedInto != nil } == merged)
    }
}
