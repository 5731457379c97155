import Ledger
import Payments
import Testing

@testable import SQLiteStore
@testable import Store

/// Callbacks of which only the gateway's own answer to a query decides (contract section 4).
@Suite struct WaitingCallbackTests {
    // MARK: Unproven

    @Test func `an unproven callback takes effect when the gateway confirms it`() async throws {
        var test = try await TestStore.asking()
        let waiting = try await test.deliver { _ in }
        #expect(waiting.response == .successful)
        #expect(waiting.outcome == .awaitingQuery)
        #expect(try await test.transaction("TRX-1") == nil)
        #expect(try await test.attention() == [])
        test = try await test.restarted()
        test.clock.advance(seconds: 1)
        let receipt = try await test.answer(.success)
        #expect(receipt.sequence == 1)
        let transition = try #require(try await test.feed().first)
        #expect(transition.source == .query)
        #expect(transition.callbackID == waiting.callbackID)
        #expect(transition.externalID == "id-1")
        #expect(transition.from == nil)
        #expect(transition.paidAt?.text == "2026-11-22T10:00:00+07:00")
        #expect(transition.recordedMilliseconds == TestClock.start + 1_000)
        let callback = try await test.callback(waiting.callbackID)
        #expect(callback.outcome == .applied)
        #expect(callback.sequence == 1)
        #expect(callback.partnerReferenceNo == "TRX-1")
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.isCorroborated)
        #expect(!transaction.rolesAssumed)
        #expect(transaction.origin == .notify)
        #expect(transaction.callbackCount == 1)
        #expect(try test.inquiryCount() == 0)
        #expect(try await test.deliver { $0.received = TestClock.start }.isRedelivery)
        #expect(try await test.feed().count == 1)
    }

    @Test func `what follows on a confirmed callback is proven`() async throws {
        let test = try await TestStore.asking()
        try await test.deliver { $0.status = .paying }
        try await test.answer(.paying)
        let next = try await test.deliver { $0.externalID = "id-2" }
        #expect(next.outcome == .applied)
        #expect(try await test.feedText() == ["1 ->pending query 1", "2 pending>success notify 2"])
    }

    @Test func `another merchant's callback is never confirmed, and held in the end`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.deliver { _ in }
        for _ in 1...6 {
            try await test.answer(.nothing)
            #expect(try await test.attention() == [])
            try await test.waitForNext()
        }
        try await test.answer(.nothing)
        #expect(try await test.feed().isEmpty)
        #expect(try await test.transaction("TRX-1") == nil)
        #expect(try await test.callback(1).outcome == .awaitingQuery)
        #expect(try await test.attention() == ["unconfirmed-callback×1"])
        #expect(try test.inquiryCount() == 0)
        #expect(try await test.deliver { $0.received = TestClock.start }.isRedelivery)
        #expect(try await test.feed().isEmpty)
    }

    @Test(arguments: ["PAY-2", nil])
    func `a payment of ours under another number of the gateway confirms nothing`(
        reference: String?
    ) async throws {
        let test = try await TestStore.asking(at: [0])
        try await test.deliver { _ in }
        try await test.answer(.success) { $0.reference = reference }
        #expect(try await test.feed().isEmpty)
        let attention = ["reference-mismatch×1", "unconfirmed-callback×1"]
        #expect(try await test.attention() == attention)
    }

    @Test func `another amount confirms nothing`() async throws {
        let test = try await TestStore.asking(at: [0])
        try await test.deliver { _ in }
        try await test.answer(.success) { $0.sen = 5 }
        #expect(try await test.feed().isEmpty)
        #expect(try await test.attention() == ["amount-mismatch×1", "unconfirmed-callback×1"])
    }

    @Test func `the other reference is queried about where the first is not known`() async throws {
        let test = try await TestStore.asking()
        try await test.deliver { ($0.partner, $0.reference) = ("TRX-1", "PAY-1") }
        let inquiry = try await test.onlyDue()
        #expect(inquiry.partnerReferenceNo.text == "PAY-1", "as the gateway's page has it")
        #expect(inquiry.alternative?.text == "TRX-1")
        try await test.record(inquiry, TestAnswer(.success))
        #expect(try await test.feedText() == ["1 ->success query 1"])
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1")
        #expect(try await test.transaction("PAY-1") == nil)
        #expect(try test.inquiryCount() == 0)
    }

    @Test(arguments: [
        (LatestTransactionStatus.cancelled, TransactionStatus.cancelled),
        (.initiated, .pending), (.success, .success),
    ])
    func `the other reference counts as much when its payment is known by then`(
        _ status: LatestTransactionStatus,
        _ expected: TransactionStatus
    ) async throws {
        let test = try await TestStore.asking()
        try await test.deliver { ($0.partner, $0.reference) = ("TRX-1", "PAY-1") }
        try await test.answer(.paying)
        #expect(try await test.transaction("TRX-1")?.status == .pending)
        try await test.waitForNext()
        let receipt = try await test.answer(status)
        #expect(!receipt.isOutdated)
        #expect(try await test.transaction("TRX-1")?.status == expected)
    }

    @Test func `the order that was proven is queried about first`() async throws {
        var test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { ($0.partner, $0.reference) = ("TRX-1", "PAY-1") }
        test = try await test.restarted()
        try await test.deliver {
            ($0.partner, $0.reference) = ("TRX-2", "PAY-2")
            $0.externalID = "id-2"
        }
        let inquiry = try await test.onlyDue()
        #expect(inquiry.partnerReferenceNo.text == "TRX-2")
        #expect(inquiry.alternative?.text == "PAY-2")
    }

    @Test(arguments: [
        (LedgerPolicy.ReferenceRoles.cashIn, "TRX-1"), (.snap, "PAY-1"),
    ])
    func `roles that are pinned are no guess`(
        _ roles: LedgerPolicy.ReferenceRoles,
        queried: String
    ) async throws {
        let test = try await TestStore.asking { $0.referenceRoles = roles }
        try await test.deliver { _ in }
        let inquiry = try await test.onlyDue()
        #expect(inquiry.partnerReferenceNo.text == queried)
        #expect(inquiry.alternative == nil)
    }

    // MARK: Conflicts, stale and unknown ones

    @Test func `a conflict is resolved by a query, then its retry is accepted`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .paying }
        let conflict = try await test.deliver { _ in }
        #expect(conflict.response == .conflict)
        #expect(try await test.attention() == ["external-id-conflict×1"])
        #expect(try await test.deliver { _ in }.response == .conflict, "not resolved yet")
        try await test.answer(.success)
        #expect(try await test.feedText().last == "3 pending>success query 2")
        #expect(try await test.attention() == [])
        let retry = try await test.deliver { _ in }
        #expect(retry.isRedelivery)
        #expect(retry.response == .successful)
        #expect(try await test.feed().count == 3)
    }

    @Test(arguments: [LatestTransactionStatus.success, .cancelled])
    func `a retry that was signed anew is accepted as well`(
        _ claimed: LatestTransactionStatus
    ) async throws {
        var test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .paying }
        try await test.deliver { $0.status = claimed }
        try await test.answer(.success)
        test = try await test.restarted()
        test.clock.advance(seconds: 600)
        let retry = try await test.deliver { $0.status = claimed }
        #expect(!retry.isRedelivery)
        #expect(retry.response == .successful)
        let other = try await test.deliver {
            $0.status = .failed
            $0.salt = "other"
        }
        #expect(other.response == .conflict, "another fact was not resolved")
        #expect(try await test.feed().count == 3)
    }

    @Test func `an unattached conflict is resolved as well, for a retry that was signed anew`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { _ in }
        let conflict = { @Sendable (delivery: inout TestDelivery) in
            delivery.partner = "PAY-2"
            delivery.reference = "TRX-2"
            delivery.status = .cancelled
        }
        #expect(try await test.deliver(conflict).response == .conflict)
        try await test.answer(.failed) {
            $0.partner = "TRX-2"
            $0.reference = "PAY-2"
        }
        #expect(try await test.transaction("TRX-2")?.status == .failed)
        test.clock.advance(seconds: 600)
        let retry = try await test.deliver(conflict)
        #expect(retry.response == .successful)
        #expect(!retry.isRedelivery)
    }

    @Test(arguments: [LedgerPolicy.StaleTimestamp.confirm, .reject])
    func `a stale callback is resolved by a query`(
        _ policy: LedgerPolicy.StaleTimestamp
    ) async throws {
        let test = try await TestStore.asking { $0.staleTimestamp = policy }
        try await test.generate()
        let stale = try await test.deliver { $0.signedSecondsAgo = 301 }
        #expect(stale.outcome == .stale)
        #expect(stale.response == (policy == .reject ? .unauthorized : .successful))
        try await test.answer(.success)
        #expect(try await test.feedText().last == "2 pending>success query 1")
        #expect(try await test.callback(1).outcome == .applied)
        #expect(try await test.attention() == [])
        #expect(try await test.deliver { $0.signedSecondsAgo = 301 }.response == .successful)
    }

    @Test func `an unknown payment that was refused is accepted once the gateway knows it`()
        async throws
    {
        let test = try await TestStore.asking { $0.unknownTransactions = .reject }
        #expect(try await test.deliver { _ in }.response == .transactionNotFound)
        #expect(try await test.attention() == ["unknown-transaction×1"])
        try await test.answer(.success)
        #expect(try await test.feedText() == ["1 ->success query 1"])
        #expect(try await test.attention() == [])
        #expect(try await test.deliver { _ in }.response == .successful)
    }

    @Test func `a payment is queried about when a callback cannot be read but its number can`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.failure = .body }
        #expect(try await test.onlyDue().partnerReferenceNo.text == "TRX-1")
        try await test.answer(.success)
        #expect(try await test.feedText().last == "2 pending>success query -")
        #expect(try await test.attention() == ["invalid-callback×1"], "somebody has to look")
        #expect(try test.inquiryCount() == 0)
    }

    // MARK: Money after the end

    @Test func `a late success waits for the gateway's word`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .cancelled }
        let late = try await test.deliver { $0.externalID = "id-2" }
        #expect(late.response == .successful)
        #expect(late.outcome == .awaitingQuery)
        #expect(try await test.attention() == ["late-success×1"])
        try await test.answer(.cancelled)
        #expect(try await test.transaction("TRX-1")?.status == .cancelled)
        #expect(try await test.attention() == ["late-success×1"], "asked again")
        try await test.waitForNext()
        try await test.answer(.success)
        #expect(try await test.feedText().last == "3 cancelled>success query 2")
        #expect(try await test.attention() == [])
        #expect(try test.inquiryCount() == 0)
    }

    @Test func `a refund waits for the gateway's word`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { _ in }
        try await test.deliver {
            $0.status = .refunded
            $0.externalID = "id-2"
        }
        #expect(try await test.attention() == ["unconfirmed-refund×1"])
        try await test.answer(.success)
        #expect(try await test.attention() == ["unconfirmed-refund×1"])
        try await test.waitForNext()
        try await test.answer(.refunded)
        #expect(try await test.feedText().last == "3 success>refunded query 2")
        #expect(try await test.attention() == [])
        #expect(try test.inquiryCount() == 0)
    }
}
