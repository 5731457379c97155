import Payments
import Testing

@testable import Ledger

/// The attention list: one open entry for a payment and kind, and nothing said earlier is lost.
struct AttentionTests {
    /// A payment that has an entry of another amount for each of `amounts`.
    private static func mismatched(_ amounts: some Sequence<Int64>) throws -> TestLedger {
        var ledger = TestLedger()
        try ledger.generate()
        for sen in amounts {
            ledger.wait(seconds: 1)
            try ledger.deliver { ($0.sen, $0.externalID) = (sen, "id-\(sen)") }
        }
        return ledger
    }

    @Test(arguments: [1, 2, 9, 10, 11, 15])
    func `an entry holds ten facts and counts the others`(count: Int) throws {
        let ledger = try Self.mismatched(1...Int64(count))
        #expect(ledger.open == ["amount-mismatch×\(count)"])
        let entry = try ledger.entry(.amountMismatch)
        #expect(entry.events.map { $0.fact?.amount?.sen } == (1...Int64(min(count, 10))).map { $0 })
        #expect(entry.lastMilliseconds == ledger.now)
        #expect(entry.openedMilliseconds == entry.events[0].firstMilliseconds)
        #expect(ledger.storedEvents[entry.id] == entry.events)
    }

    @Test func `a fact that is said again is counted where it stands`() throws {
        var ledger = try Self.mismatched([5, 6])
        let before = try ledger.entry(.amountMismatch)
        ledger.wait(seconds: 60)
        let again = try ledger.deliver { ($0.sen, $0.salt, $0.externalID) = (5, "again", "id-7") }
        let entry = try ledger.entry(.amountMismatch)
        #expect(entry.count == 3)
        #expect(entry.events.map(\.count) == [2, 1])
        #expect(entry.events[0].text == before.events[0].text)
        #expect(entry.events[0].firstMilliseconds == before.events[0].firstMilliseconds)
        #expect(entry.events[0].lastMilliseconds == ledger.now)
        #expect(entry.events[0].callbackID == again.callbackID)
        #expect(entry.events[1] == before.events[1])
    }

    @Test func `an event says what was said and what was stored then`() throws {
        let ledger = try Self.mismatched([700_000])
        let text = try ledger.entry(.amountMismatch).events[0].text
        let said = "a callback reports 00, IDR 7000.00, originalPartnerReferenceNo PAY-1, "
        let stored = "originalReferenceNo TRX-1; stored: pending, IDR 10000.00, referenceNo PAY-1"
        #expect(text == said + stored)
    }

    @Test func `two unknown pairs have two entries`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        for number in ["1", "2"] {
            let judgement = try ledger.deliver {
                $0.partner = "PAY-\(number)"
                $0.reference = "TRX-\(number)"
                $0.externalID = "id-\(number)"
            }
            #expect(judgement.response == .transactionNotFound)
        }
        #expect(ledger.open == ["unknown-transaction×1", "unknown-transaction×1"])
        #expect(ledger.inquiries.count == 2)
        try ledger.answer(.success, "TRX-1", as: "PAY-1")
        #expect(ledger.open == ["unknown-transaction×1"], "the answered one closes")
        #expect(ledger.openEntries[0].subject == .payment(try ledger.payment("TRX-2").id))
    }

    @Test func `the kinds of a payment have one entry each`() throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.partner, $0.externalID) = ("PAY-9", "id-9") }
        try ledger.deliver { ($0.partner, $0.externalID, $0.salt) = ("PAY-9", "id-9", "again") }
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "bad") }
        #expect(
            ledger.open == ["amount-mismatch×1", "reference-mismatch×2", "invalid-callback×1"]
        )
    }

    // MARK: Accepting

    @Test func `accepting a late success closes its twin entry`() throws {
        var ledger = TestLedger { $0.externalIDConflict = .flag }
        try ledger.generate()
        try ledger.deliver { $0.status = .cancelled }
        try ledger.deliver()
        #expect(ledger.open == ["late-success×1", "external-id-conflict×1"])
        #expect(try ledger.waiting().count == 1)
        try ledger.resolve(.lateSuccess, accept: .success)
        #expect(ledger.story.last == "TRX-1 cancelled>success 10000.00 operator")
        #expect(ledger.open == [])
        #expect(try ledger.waiting().isEmpty)
        #expect(ledger.inquiries == [], "what was accepted is not asked about any more")
    }

    @Test func `an entry that holds another fact stays open when one is accepted`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.sen = 5 }
        try ledger.deliver { ($0.partner, $0.externalID) = ("PAY-9", "id-9") }
        try ledger.resolve(.amountMismatch, accept: .success)
        #expect(ledger.open == ["reference-mismatch×1"])
    }

    @Test func `a query that confirms closes what waited for it`() throws {
        var ledger = TestLedger { $0.staleTimestamp = .reject }
        try ledger.generate()
        try ledger.deliver { $0.status = .cancelled }
        try ledger.deliver { ($0.externalID, $0.signedSecondsAgo) = ("id-2", 301) }
        #expect(ledger.open == ["stale-callback×1"])
        try ledger.answer(.success)
        #expect(ledger.open == [])
        #expect(ledger.resolutions.values.map(\.by) == ["query"])
        #expect(ledger.story.last == "TRX-1 cancelled>success 10000.00 query")
    }

    // MARK: Dismissing

    @Test func `a dismissed fact opens no entry again and is counted where it was dismissed`()
        throws
    {
        var ledger = try Self.mismatched([5])
        let id = try ledger.entry(.amountMismatch).id
        #expect(try ledger.resolve(.amountMismatch) == .done(nil))
        #expect(ledger.open == [])
        ledger.wait(seconds: 60)
        let again = try ledger.deliver { ($0.sen, $0.salt) = (5, "again") }
        #expect(again.response == .invalidAmount, "it is answered as before")
        try ledger.answer(.success, sen: 5)
        #expect(ledger.open == [])
        let entry = try #require(ledger.view.entries[id])
        #expect(entry.count == 3)
        #expect(!entry.isOpen)
        #expect(entry.lastMilliseconds == ledger.now)
        // Another fact is another matter.
        try ledger.deliver { ($0.sen, $0.externalID) = (6, "id-6") }
        #expect(ledger.open == ["amount-mismatch×1"])
    }

    @Test func `a dismissed conflict is answered as before and not queried again`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.status = .pending }
        try ledger.deliver { $0.status = .failed }
        try ledger.resolve(.externalIDConflict)
        try ledger.answer(.initiated)
        let before = try ledger.runningInquiry()
        let again = try ledger.deliver { ($0.status, $0.salt) = (.failed, "again") }
        #expect(again.response == .conflict)
        #expect(ledger.open == [])
        #expect(try ledger.runningInquiry() == before)
    }

    @Test func `many entries are resolved at once`() throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "bad") }
        let ids = ledger.openEntries.map(\.id)
        let decision = OperatorDecision(note: "seen", name: "ops")
        #expect(ledger.run { $0.resolve(ids + [99], decision) } == 2)
        #expect(ledger.open == [])
        #expect(ledger.run { $0.resolve(ids, decision) } == 0)
    }

    @Test func `an entry about the gateway counts, and closes when it answers`() throws {
        var ledger = TestLedger()
        for detail in ["timeout", "refused"] {
            ledger.run { $0.raiseGatewayEntry(.gatewayUnreachable, detail: detail) }
        }
        #expect(ledger.open == ["gateway-unreachable×2"])
        let id = ledger.openEntries[0].id
        let accepted = OperatorDecision(note: "", name: "ops", accept: .success)
        #expect(ledger.run { $0.resolve(id, accepted) } == .nothingToAccept)
        ledger.run { $0.closeGatewayEntry(.gatewayUnreachable, by: "query", note: "it answers") }
        #expect(ledger.open == [])
        ledger.run { $0.raiseGatewayEntry(.gatewayUnreachable, detail: "timeout") }
        #expect(ledger.open == ["gateway-unreachable×1"], "it may happen again")
    }

    @Test func `an entry about the gateway closes once, and says whether it was open`() {
        var ledger = TestLedger()
        let close = { (ledger: inout TestLedger, kind: AttentionKind) in
            ledger.run { $0.closeGatewayEntry(kind, by: "query", note: "it answers") }
        }
        #expect(!close(&ledger, .gatewayUnreachable))
        ledger.run { $0.raiseGatewayEntry(.gatewayUnreachable, detail: "timeout") }
        #expect(!close(&ledger, .gatewayUnauthorized))
        #expect(ledger.open == ["gateway-unreachable×1"])
        #expect(close(&ledger, .gatewayUnreachable))
        #expect(!close(&ledger, .gatewayUnreachable))
    }

    @Test func `a gateway without entries of facts leaves a dismissal no meaning`() throws {
        var ledger = TestLedger()
        ledger.run { $0.raiseGatewayEntry(.clockDifference, detail: "7 s") }
        try ledger.resolve(.clockDifference)
        ledger.run { $0.raiseGatewayEntry(.clockDifference, detail: "7 s") }
        #expect(ledger.open == ["clock-difference×1"])
    }

    @Test(arguments: [(700_000 as Int64, ", paid IDR 7000.00"), (1_000_000, "")])
    func `the stored state names the paid amount where it is another one`(
        sen: Int64,
        paid: String
    ) throws {
        var ledger = TestLedger { $0.amountMismatch = .flag }
        try ledger.generate()
        try ledger.deliver { $0.sen = sen }
        try ledger.deliver { ($0.status, $0.sen, $0.externalID) = (.failed, sen, "id-2") }
        let text = try ledger.entry(.contradictsSuccess).events[0].text
        #expect(text.hasSuffix("; stored: success, IDR 10000.00\(paid), referenceNo PAY-1"))
    }

    @Test func `entries are numbered one after the other`() throws {
        var ledger = try Self.mismatched([5])
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "bad") }
        try ledger.deliver { ($0.partner, $0.externalID) = ("PAY-9", "id-9") }
        #expect(ledger.openEntries.map(\.id) == [1, 2, 3])
    }

    @Test func `an entry without a fact closes with the status that it waits for`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.answer(.notFound)
        #expect(ledger.open == ["own-payment-unknown×1"])
        try ledger.answer(.initiated)
        #expect(ledger.open == [])
        #expect(ledger.resolutions.values.map(\.note) == ["the gateway reports 01"])
    }

    @Test func `an entry stays open while a callback waits with one of its facts`() throws {
        var ledger = TestLedger { $0.unknownTransactions = .reject }
        try ledger.deliver()
        try ledger.answer(.pending)
        #expect(ledger.story == ["TRX-1 none>pending 10000.00 query"])
        #expect(try ledger.waiting().count == 1, "no report of money yet")
        #expect(ledger.open == ["unknown-transaction×1"])
        try ledger.answer(.success)
        #expect(ledger.open == [])
    }

    // MARK: What a dismissal covers

    @Test func `a dismissed cause covers no fact and no other cause`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.failure = .body }
        try ledger.resolve(.invalidCallback)
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "again") }
        #expect(ledger.open == [])
        try ledger.deliver { $0.sen = 5 }
        #expect(ledger.open == ["amount-mismatch×1"])
    }

    @Test func `what a query has resolved or an operator accepted is no dismissal`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver { $0.partner = "PAY-9" }
        try ledger.answer(.pending)
        try ledger.resolve(.referenceMismatch, accept: .failed)
        #expect(ledger.open == [])
        try ledger.deliver { ($0.status, $0.sen, $0.externalID) = (.success, 5, "id-2") }
        #expect(ledger.open == ["amount-mismatch×1"])
        try ledger.deliver { ($0.failure, $0.salt) = (.body, "bad") }
        #expect(ledger.open == ["amount-mismatch×1", "invalid-callback×1"])
    }

    @Test func `the newest entry in which a fact was dismissed counts it`() throws {
        var ledger = TestLedger { $0.externalIDConflict = .flag }
        try ledger.generate()
        try ledger.deliver { $0.status = .cancelled }
        try ledger.deliver { $0.sen = 5 }
        let entries = ledger.openEntries
        try #require(entries.map(\.kind) == [.amountMismatch, .externalIDConflict])
        // In this order, so that the newest entry is not the last decision.
        for kind in [AttentionKind.externalIDConflict, .amountMismatch] { try ledger.resolve(kind) }
        let before = entries.map { ledger.view.entries[$0.id]?.count }
        try ledger.deliver { ($0.sen, $0.salt, $0.externalID) = (5, "again", "id-2") }
        let after = entries.map { ledger.view.entries[$0.id]?.count }
        #expect(ledger.open == [])
        #expect(before == [1, 1])
        #expect(after == [1, 2])
    }
}
