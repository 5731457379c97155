import Payments
import Testing

@testable import Ledger

// Which facts a decision covers, and which it leaves.
extension OperatorTests {
    // MARK: What else is stored

    @Test func `the gateway's number of a payment names no other payment`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver { ($0.partner, $0.reference) = ("PAY-8", "TRX-8") }
        try ledger.generate()
        try ledger.accept(.success, "PAY-1", sen: 5)
        #expect(ledger.story.last == "PAY-1 none>success 0.05 operator")
        #expect(try ledger.payment().status == .pending)
        #expect(try ledger.payment("TRX-8").status == nil)
        #expect(ledger.open == ["unknown-transaction×1"])
    }

    @Test func `a waiting callback without an entry tells the amount`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        try ledger.generate()
        try ledger.deliver()
        #expect(ledger.open == [])
        try ledger.accept(.success)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 operator")
        #expect(ledger.feed.last?.callbackID == 1)
        #expect(ledger.view.callbacks[1]?.isWaiting == false)
    }

    @Test func `facts of the accepted status come before those of another one`() throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.status, $0.externalID) = (.refunded, "id-9") }
        #expect(ledger.open == ["amount-mismatch×1", "unconfirmed-refund×1"])
        try ledger.accept(.success)
        #expect(ledger.story.last == "TRX-1 pending>success 0.05 operator")
        #expect(ledger.feed.last?.callbackID == 1)
        #expect(ledger.open == ["unconfirmed-refund×1"])
    }

    @Test(arguments: [nil, 1] as [CallbackID?])
    func `a callback of another status is named only where the operator names it`(
        id: CallbackID?
    ) throws {
        var ledger = try Self.mismatched([5])
        try ledger.resolve(.amountMismatch, accept: .cancelled, callbackID: id)
        #expect(ledger.story.last == "TRX-1 pending>cancelled 0.05 operator")
        #expect(ledger.feed.last?.callbackID == id)
    }

    @Test func `what moves no money is accepted with any amount`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .pending }
        try ledger.deliver { ($0.status, $0.sen) = (.cancelled, 5) }
        #expect(ledger.open == ["external-id-conflict×1"])
        try ledger.accept(.cancelled, sen: 1_000_000)
        #expect(ledger.story.last == "TRX-1 pending>cancelled 10000.00 operator")
        let decisions = ledger.view.decisions(of: try ledger.payment().id)
        #expect(decisions.map(\.decision) == [.accepted])
        #expect(ledger.open == [])
    }

    @Test func `a fact of other references stands when its entry accepts it`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.partner = "PAY-9" }
        try ledger.resolve(.referenceMismatch, accept: .success)
        #expect(ledger.story.last == "TRX-1 pending>success 10000.00 operator")
        let decisions = ledger.view.decisions(of: try ledger.payment().id)
        #expect(decisions.map(\.decision) == [.accepted])
        #expect(ledger.open == [])
    }

    @Test func `a waiting callback with the accepted fact waits no more, entry or not`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        // Only one of the two is the accepted one.
        try ledger.deliver { $0.partner = "PAY-8" }
        try ledger.deliver { ($0.partner, $0.externalID) = ("PAY-9", "id-2") }
        try ledger.resolve(.referenceMismatch)
        #expect(try ledger.waiting().count == 2)
        try ledger.accept(.success, sen: 1_000_000)
        #expect(try ledger.waiting().isEmpty)
    }

    @Test func `an entry of a cause stays open when a fact is accepted`() throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "bad") }
        try ledger.accept(.success)
        #expect(ledger.open == ["invalid-callback×1"])
    }

    // MARK: What may come again

    @Test func `an ended schedule may raise a dismissed entry again`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        let id = try ledger.payment().id
        for _ in 1...2 {
            while ledger.open == [] {
                try ledger.waitUntilDue()
                ledger.wait(seconds: 1_000)
                ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
            }
            #expect(ledger.open == ["unresolved-payment×1"])
            try ledger.resolve(.unresolvedPayment)
        }
    }

    @Test func `what a query said is dismissed like what a callback said`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.success, sen: 5)
        #expect(ledger.open == ["amount-mismatch×1"])
        try ledger.resolve(.amountMismatch)
        try ledger.answer(.success, sen: 5)
        #expect(ledger.open == [])
        try ledger.answer(.success, sen: 6)
        #expect(ledger.open == ["amount-mismatch×1"])
    }

    @Test func `a waiting callback is one of the facts to choose from`() throws {
        var ledger = TestLedger { $0.confirmWithQuery = .always }
        try ledger.generate()
        try ledger.deliver()
        try ledger.deliver { ($0.sen, $0.externalID) = (5, "id-2") }
        #expect(ledger.open == ["amount-mismatch×1"])
        let facts = ledger.view.callbacks.all.sorted { $0.id < $1.id }.compactMap(\.content.fact)
        #expect(try ledger.accept(.success) == .severalFacts(facts))
        #expect(ledger.feed.count == 1)
    }
}
