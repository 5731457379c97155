import Payments
import Testing

@testable import Ledger

/// What an operator decides is a fact (contract section 4).
struct OperatorTests {
    static func mismatched(_ amounts: [Int64]) throws -> TestLedger {
        var ledger = TestLedger()
        try ledger.generate()
        for sen in amounts {
            try ledger.deliver { ($0.sen, $0.externalID) = (sen, "id-\(sen)") }
        }
        return ledger
    }

    // MARK: Which fact

    @Test func `several amounts have to be chosen from`() throws {
        var ledger = try Self.mismatched([5, 6])
        let facts = try ledger.entry(.amountMismatch).events.compactMap(\.fact)
        #expect(try ledger.resolve(.amountMismatch, accept: .success) == .severalFacts(facts))
        let wrong = try ledger.resolve(.amountMismatch, accept: .success, sen: 7)
        #expect(wrong == .severalFacts(facts))
        #expect(ledger.open == ["amount-mismatch×2"])
        #expect(ledger.feed.count == 1)
    }

    @Test(arguments: [5, 6] as [Int64], [false, true])
    func `an amount or a callback chooses one of several facts`(
        sen: Int64,
        isByCallback: Bool
    ) throws {
        var ledger = try Self.mismatched([5, 6])
        let callbackID: CallbackID = sen == 5 ? 1 : 2
        try ledger.resolve(
            .amountMismatch,
            accept: .success,
            sen: isByCallback ? nil : sen,
            callbackID: isByCallback ? callbackID : nil
        )
        #expect(ledger.feed.last?.amount?.sen == sen)
        #expect(ledger.feed.last?.callbackID == callbackID)
        #expect(ledger.open == [])
        // The chosen fact stands, the other is dismissed: neither raises an entry again.
        for sen in [5, 6] as [Int64] {
            let again = try ledger.deliver {
                ($0.sen, $0.salt, $0.externalID) = (sen, "again", "id-\(sen)")
            }
            #expect(again.response == .successful)
        }
        #expect(ledger.open == [])
    }

    @Test(arguments: [1, 2, 3] as [CallbackID])
    func `any callback that carried a fact chooses it`(chosen: CallbackID) throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.sen, $0.salt, $0.externalID) = (5, "again", "id-5") }
        try ledger.deliver { ($0.sen, $0.salt, $0.externalID) = (5, "once more", "id-6") }
        try ledger.deliver { ($0.sen, $0.externalID) = (6, "id-7") }
        let outcome = try ledger.resolve(.amountMismatch, accept: .success, callbackID: chosen)
        #expect(outcome == .done(ledger.feed.last))
        #expect(ledger.story.last == "TRX-1 pending>success 0.05 operator")
        #expect(ledger.feed.last?.callbackID == chosen)
        #expect(ledger.view.callbacks[chosen]?.outcome == .applied)
        #expect(ledger.open == [])
    }

    @Test func `a fact stands if any callback that carried it is named`() throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.sen, $0.salt, $0.externalID) = (5, "again", "id-5") }
        // The bank says 7: the callback is right about the payment, though not about its amount.
        try ledger.resolve(.amountMismatch, accept: .success, sen: 7, callbackID: 1)
        #expect(ledger.story.last == "TRX-1 pending>success 0.07 operator")
        let fact = try #require(ledger.view.callbacks[1]?.content.fact)
        let decisions = ledger.view.decisions(of: try ledger.payment().id)
        #expect(decisions.map(\.decision) == [.accepted])
        #expect(decisions.map(\.fact) == [fact])
        #expect(ledger.open == [])
    }

    @Test func `a callback beyond the ten facts of an entry is accepted`() throws {
        var ledger = try Self.mismatched(Array(1...12))
        #expect(try ledger.entry(.amountMismatch).events.count == 10)
        try ledger.resolve(.amountMismatch, accept: .success, callbackID: 12)
        #expect(ledger.story.last == "TRX-1 pending>success 0.12 operator")
        #expect(ledger.feed.last?.callbackID == 12)
    }

    @Test(arguments: [2, 99] as [CallbackID])
    func `a callback that is unknown or of another payment is refused`(
        id: CallbackID
    ) throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver {
            ($0.partner, $0.reference, $0.externalID) = ("PAY-2", "TRX-2", "id-2")
        }
        let before = ledger.feed.count
        for sen in [nil, 5] as [Int64?] {
            let byEntry = try ledger.resolve(
                .amountMismatch,
                accept: .success,
                sen: sen,
                callbackID: id
            )
            #expect(byEntry == .unknownCallback(id))
            #expect(try ledger.accept(.success, sen: sen, callbackID: id) == .unknownCallback(id))
        }
        #expect(ledger.open == ["amount-mismatch×1"])
        #expect(ledger.feed.count == before)
    }

    @Test(arguments: [LatestTransactionStatus.success, .refunded, .cancelled, .failed])
    func `money needs an amount where no fact tells it`(
        _ status: LatestTransactionStatus
    ) throws {
        var ledger = TestLedger()
        let outcome = try ledger.accept(status, "TRX-5")
        #expect((outcome == .amountRequired) == status.movesMoney)
        #expect(ledger.feed.count == (status.movesMoney ? 0 : 1))
        if status.movesMoney {
            #expect(ledger.payments == [], "nothing is made of a refused decision")
        }
    }

    // MARK: Which status

    private static let codes = LatestTransactionStatus.allCases

    @Test(
        arguments: [
            (TransactionStatus.pending, [.success, .refunded, .cancelled, .failed]),
            (.success, [.refunded]), (.refunded, [.refunded]),
            (.cancelled, [.success, .refunded, .cancelled]),
            (.failed, [.success, .refunded, .failed]),
        ] as [(TransactionStatus, [LatestTransactionStatus])]
    )
    func `which codes an operator may accept`(
        from: TransactionStatus,
        allowed: [LatestTransactionStatus]
    ) throws {
        for code in Self.codes {
            var ledger = TestLedger()
            try ledger.generate()
            switch from {
            case .success: try ledger.answer(.success)
            case .refunded: try ledger.answer(.refunded)
            case .cancelled: try ledger.answer(.cancelled)
            case .failed: try ledger.answer(.failed)
            case .created, .pending: break
            }
            let before = try ledger.payment()
            try #require(before.status == from)
            let outcome = try ledger.accept(code, sen: 1_000_000)
            let after = try ledger.payment()
            if allowed.contains(code) {
                let written = after.lastSequence != before.lastSequence
                #expect(outcome == .done(written ? ledger.feed.last : nil))
                #expect(after.latestStatus == code)
            } else {
                #expect(outcome == .notAllowed(from: from, to: code), "\(from) \(code)")
                #expect(after == before)
            }
        }
    }

    @Test(arguments: [LatestTransactionStatus.success, .refunded, .cancelled, .failed])
    func `an operator's status is undone by any code`(_ first: LatestTransactionStatus) throws {
        for second in [LatestTransactionStatus.success, .refunded, .cancelled, .failed] {
            var ledger = TestLedger()
            try ledger.generate()
            try ledger.accept(first, sen: 5)
            let outcome = try ledger.accept(second, sen: 6)
            let isSame = first == second && !first.movesMoney
            #expect(outcome == .done(isSame ? nil : ledger.feed.last))
            #expect(ledger.feed.count == (isSame ? 2 : 3))
            let payment = try ledger.payment()
            #expect(payment.latestStatus == second)
            if second == .success { #expect(payment.paidAmount?.sen == 6) }
            if second == .refunded { #expect(payment.refundedAmount?.sen == 6) }
            // The same code over the same amount says nothing new.
            let count = ledger.feed.count
            #expect(try ledger.accept(second, sen: 6) == .done(nil))
            #expect(ledger.feed.count == count)
        }
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.accept(first, sen: 5)
        for open in [LatestTransactionStatus.initiated, .paying, .pending, .notFound] {
            let from = try ledger.payment().status
            #expect(try ledger.accept(open, sen: 5) == .notAllowed(from: from, to: open))
        }
    }

    @Test func `a wrong amount of a refund is undone by the right one`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver()
        try ledger.accept(.refunded, sen: 400_000)
        try ledger.accept(.refunded, sen: 500_000)
        #expect(
            ledger.story.suffix(2) == [
                "TRX-1 success>refunded 4000.00 operator",
                "TRX-1 refunded>refunded 5000.00 operator",
            ]
        )
        #expect(try ledger.payment().refundedAmount == Amount(sen: 500_000))
        #expect(try ledger.payment().paidAmount == Amount(sen: 1_000_000))
    }

    @Test func `a status that the gateway wrote since is not undone`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.accept(.cancelled)
        try ledger.answer(.success)
        #expect(ledger.story.last == "TRX-1 cancelled>success 10000.00 query")
        let outcome = try ledger.accept(.cancelled)
        #expect(outcome == .notAllowed(from: .success, to: .cancelled))
    }

    @Test func `a refused decision leaves its entry open`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver()
        try ledger.deliver { ($0.status, $0.externalID) = (.cancelled, "id-2") }
        let outcome = try ledger.resolve(.contradictsSuccess, accept: .cancelled)
        #expect(outcome == .notAllowed(from: .success, to: .cancelled))
        #expect(ledger.open == ["contradicts-success×1"])
        #expect(try ledger.resolve(.contradictsSuccess) == .done(nil))
        #expect(ledger.open == [])
    }

    @Test func `an entry is resolved once`() throws {
        var ledger = try Self.mismatched([5])
        let id = try ledger.entry(.amountMismatch).id
        let decision = OperatorDecision(note: "", name: "ops")
        #expect(ledger.run { $0.resolve(id, decision) } == .done(nil))
        #expect(ledger.run { $0.resolve(id, decision) } == .alreadyResolved)
        #expect(ledger.run { $0.resolve(99, decision) } == .unknownEntry)
    }

    // MARK: By reference

    @Test func `an unconfirmed payment is accepted by its reference only`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver { $0.sen = 5 }
        let number = try #require(Reference("TRX-1"))
        let outcome = try ledger.resolve(.unknownTransaction, accept: .success)
        #expect(outcome == .unconfirmedPayment(partnerReferenceNo: number))
        try ledger.accept(.success)
        #expect(ledger.story == ["TRX-1 none>success 0.05 operator"])
        #expect(ledger.feed[0].callbackID == 1)
        #expect(try ledger.payment().referenceNo == Reference("PAY-1"))
        #expect(ledger.open == [])
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.inquiries == [])
        #expect(try ledger.deliver { ($0.sen, $0.salt) = (5, "again") }.response == .successful)
    }

    @Test func `a guess of the references is put right by the accepted one`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver()
        #expect(try ledger.payment("TRX-1").roles == .assumed)
        try ledger.accept(.success, "PAY-1")
        #expect(ledger.story == ["PAY-1 none>success 10000.00 operator"])
        #expect(try ledger.payment("PAY-1").referenceNo == Reference("TRX-1"))
        #expect(try ledger.payment("PAY-1").roles == .known)
    }

    @Test func `an unknown payment is made by the decision`() throws {
        var ledger = TestLedger()
        try ledger.accept(.success, "TRX-5", sen: 5)
        #expect(ledger.story == ["TRX-5 none>success 0.05 operator"])
        let judgement = try ledger.deliver {
            ($0.partner, $0.reference, $0.sen) = ("PAY-5", "TRX-5", 5)
        }
        #expect(judgement.outcome == .replayed)
        #expect(ledger.feed.count == 1)
        #expect(ledger.open == [])
    }

    @Test func `what is accepted by reference closes the entry about it`() throws {
        var ledger = try Self.mismatched([5])
        #expect(try ledger.accept(.success) == .done(ledger.feed.last))
        #expect(ledger.story.last == "TRX-1 pending>success 0.05 operator")
        #expect(ledger.open == [])
    }

    @Test func `a dry run shows the transition and writes none`() throws {
        let ledger = try Self.mismatched([5])
        var copy = ledger
        let outcome = try copy.resolve(.amountMismatch, accept: .success)
        #expect(outcome == .done(copy.feed.last))
        #expect(copy.feed.count == 2)
        #expect(ledger.feed.count == 1)
        #expect(ledger.open == ["amount-mismatch×1"])
        #expect(try ledger.payment().status == .pending)
        var again = ledger
        #expect(try again.resolve(.amountMismatch, accept: .success) == outcome)
    }

    // MARK: What is followed afterwards

    @Test func `an open payment whose entry is dismissed is queried once more`() throws {
        var ledger = TestLedger { $0.schedule.scheduleSeconds = [] }
        try ledger.generate()
        let id = try ledger.payment().id
        ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        while let inquiry = try ledger.runningInquiry() {
            ledger.wait(seconds: (inquiry.nextMilliseconds - ledger.now) / 1_000 + 1)
            ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        }
        #expect(ledger.open == ["unresolved-payment×1"])
        try ledger.resolve(.unresolvedPayment)
        #expect(try ledger.runningInquiry()?.nextMilliseconds == ledger.now)
    }

    @Test func `an unresolved payment closes when its status is accepted`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let id = try ledger.payment().id
        while ledger.inquiries != [] {
            ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        }
        #expect(ledger.open == ["unresolved-payment×1"])
        try ledger.accept(.cancelled)
        #expect(ledger.open == [])
        #expect(try ledger.runningInquiry()?.phase == .recheckUnpaid)
    }
}
