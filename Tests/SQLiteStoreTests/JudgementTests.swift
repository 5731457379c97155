import Ledger
import Payments
import SQLite
import Testing

@testable import SQLiteStore
@testable import Store

/// Rows 5a to 13 of the checks table, against real files.
@Suite struct JudgementTests {
    @Test func `a first success makes a transaction and one transition`() async throws {
        let test = try await TestStore()
        let judgement = try await test.deliver { _ in }
        #expect(
            judgement
                == Judgement(
                    callbackID: 1,
                    response: .successful,
                    outcome: .applied,
                    sequence: 1,
                    isRedelivery: false
                )
        )
        let transition = try #require(try await test.feed().first)
        #expect(transition.sequence == 1)
        #expect(transition.partnerReferenceNo == "TRX-1")
        #expect(transition.referenceNo == "PAY-1")
        #expect(transition.from == nil)
        #expect(transition.to == .success)
        #expect(transition.amount == Amount(sen: 1_000_000))
        #expect(transition.callbackID == 1)
        #expect(transition.externalID == "id-1")
        #expect(transition.paidAt?.text == "2026-11-22T10:00:00+07:00")
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.status == .success)
        #expect(transaction.paidAmount == Amount(sen: 1_000_000))
        #expect(transaction.rolesAssumed)
        #expect(!transaction.isCorroborated)
        #expect(transaction.callbackCount == 1)
        #expect(transaction.transitions == [transition])
        #expect(
            try await test.transaction("PAY-1") == nil,
            "found by the merchant's reference only"
        )
    }

    @Test func `the callback is kept byte for byte with what was found out`() async throws {
        let test = try await TestStore()
        let delivery = try TestDelivery().delivery
        let id = try await test.deliver(delivery).callbackID
        let kept = try await test.callback(id)
        #expect(kept.head == delivery.head)
        #expect(kept.body == delivery.body)
        #expect(kept.fact == delivery.content.fact)
        #expect(kept.verification == delivery.verification)
        #expect(kept.client == "203.0.113.7")
        #expect(kept.partnerReferenceNo == "TRX-1")
        #expect(kept.sequence == 1)
        #expect(kept.deliveries == 1)
        #expect(kept.receivedMilliseconds == TestClock.start)
        #expect(kept.problem == nil)
    }

    @Test func `the same bytes again are counted, whatever their other headers and age`()
        async throws
    {
        let test = try await TestStore()
        let signed = test.clock.now
        try await test.deliver { $0.signed = signed }
        test.clock.advance(milliseconds: 86_400_000 * 3)
        let late = test.clock.now
        let again = try await test.deliver {
            $0.signed = signed
            $0.externalID = "another"
        }
        #expect(again.isRedelivery)
        #expect(again.callbackID == 1)
        #expect(again.response == .successful)
        #expect(again.sequence == nil)
        let kept = try await test.callback(1)
        #expect(kept.deliveries == 2)
        #expect(kept.lastReceivedMilliseconds == late)
        #expect(kept.receivedMilliseconds == signed)
        #expect(try await test.feed().count == 1)
        #expect(try test.integer("SELECT count(*) FROM callbacks") == 1)
    }

    @Test(arguments: [("x", 0), ("", 1)])
    func `the same fact with another body or X-TIMESTAMP is a callback of its own`(
        salt: String,
        signedSecondsAgo: Int64
    ) async throws {
        let test = try await TestStore()
        try await test.deliver { _ in }
        let duplicate = try await test.deliver {
            $0.salt = salt
            $0.signedSecondsAgo = signedSecondsAgo
        }
        #expect(duplicate.outcome == .duplicate)
        #expect(duplicate.response == .successful)
        #expect(duplicate.callbackID == 2)
        #expect(!duplicate.isRedelivery)
        let replayed = try await test.deliver {
            $0.salt = salt + "y"
            $0.signedSecondsAgo = signedSecondsAgo
            $0.externalID = "id-2"
        }
        #expect(replayed.outcome == .replayed, "under another X-EXTERNAL-ID")
        #expect(try await test.feed().count == 1)
        #expect(try await test.transaction("TRX-1")?.callbackCount == 3)
    }

    @Test func `another fact under the same id is a conflict, and stays one when repeated`()
        async throws
    {
        let test = try await TestStore()
        try await test.deliver { _ in }
        for count in 1...2 {
            let conflict = try await test.deliver { $0.reference = "TRX-2" }
            #expect(conflict.response == .conflict)
            #expect(conflict.outcome == .conflict)
            #expect(conflict.callbackID == 2)
            #expect(conflict.isRedelivery == (count == 2))
        }
        #expect(try await test.attention() == ["external-id-conflict×1"])
        #expect(try await test.transaction("TRX-2") == nil)
    }

    @Test func `a conflict goes through the status table when it is only flagged`() async throws {
        let test = try await TestStore { $0.externalIDConflict = .flag }
        try await test.deliver { _ in }
        let flagged = try await test.deliver {
            $0.partner = "PAY-2"
            $0.reference = "TRX-2"
        }
        #expect(flagged.outcome == .applied)
        #expect(try await test.attention() == ["external-id-conflict×1"])
    }

    @Test func `another amount is a mismatch, counted in one attention entry`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.status = .pending }
        for count in 1...3 {
            let mismatch = try await test.deliver {
                $0.sen = 5
                $0.salt = "\(count)"
                $0.externalID = "id-\(count + 1)"
            }
            #expect(mismatch.response == .invalidAmount)
            #expect(mismatch.outcome == .mismatch)
        }
        #expect(try await test.attention() == ["amount-mismatch×3"])
        #expect(try await test.transaction("TRX-1")?.status == .pending)
        #expect(try await test.transaction("TRX-1")?.attention == ["amount-mismatch"])
        let paid = try await test.deliver { $0.externalID = "id-9" }
        #expect(paid.sequence == 2)
    }

    @Test func `an unknown transaction is refused when that is queried for`() async throws {
        let test = try await TestStore { $0.unknownTransactions = .reject }
        let unknown = try await test.deliver { _ in }
        #expect(unknown.response == .transactionNotFound)
        #expect(unknown.outcome == .awaitingQuery)
        #expect(try await test.attention() == ["unknown-transaction×1"])
        #expect(try await test.feed().isEmpty)
    }

    @Test func `a stale callback is kept and changes nothing`() async throws {
        let test = try await TestStore()
        let stale = try await test.deliver { $0.signedSecondsAgo = 301 }
        #expect(stale.response == .successful)
        #expect(stale.outcome == .stale)
        let fresh = try await test.deliver { $0.signedSecondsAgo = 300 }
        #expect(fresh.outcome == .applied)
    }

    @Test
    func `an unproven callback waits, and takes effect when it is repeated under another rule`()
        async throws
    {
        var test = try await TestStore { $0.confirmWithQuery = .unproven }
        let waiting = try await test.deliver { _ in }
        #expect(waiting.response == .successful)
        #expect(waiting.outcome == .awaitingQuery)
        #expect(try await test.transaction("TRX-1") == nil)
        #expect(try await test.attention() == ["unconfirmed-callback×1"])
        #expect(try await test.deliver { _ in }.isRedelivery)

        test = try await test.reopened { $0.confirmWithQuery = .never }
        let promoted = try await test.deliver { _ in }
        #expect(promoted.isRedelivery)
        #expect(promoted.callbackID == waiting.callbackID)
        #expect(promoted.outcome == .applied)
        #expect(promoted.sequence == 1)
        let kept = try await test.callback(waiting.callbackID)
        #expect(kept.outcome == .applied)
        #expect(kept.sequence == 1)
        #expect(kept.partnerReferenceNo == "TRX-1")
        #expect(kept.deliveries == 3)
        #expect(try await test.transaction("TRX-1")?.transitions.count == 1)
        #expect(try await test.deliver { _ in }.sequence == nil, "once")
    }

    @Test func `a promoted callback owns its id, before and after a restart`() async throws {
        var test = try await TestStore { $0.unknownTransactions = .reject }
        #expect(try await test.deliver { _ in }.response == .transactionNotFound)
        var accepting = LedgerPolicy()
        accepting.confirmWithQuery = .never
        accepting.externalIDConflict = .reject
        test.store.reconfigure(policy: accepting, rejectedKept: 100)
        #expect(try await test.deliver { _ in }.sequence == 1)
        for payment in 2...3 {
            let conflict = try await test.deliver {
                $0.partner = "PAY-\(payment)"
                $0.reference = "TRX-\(payment)"
            }
            #expect(conflict.outcome == .conflict)
            test = try await test.reopened()
        }
    }

    @Test func `an unreadable callback is kept on the attention list and counted when repeated`()
        async throws
    {
        let test = try await TestStore()
        for isReadable in [true, false] {
            for count in 1...2 {
                let invalid = try await test.deliver {
                    $0.failure = .body
                    $0.isPairReadable = isReadable
                    $0.salt = "\(isReadable)"
                }
                #expect(invalid.response == .invalid)
                #expect(invalid.outcome == .invalid)
                #expect(invalid.isRedelivery == (count == 2))
            }
        }
        #expect(try await test.attention() == ["invalid-callback×1", "invalid-callback×1"])
        let kept = try await test.callback(1)
        #expect(kept.problemCode == "4005602")
        #expect(kept.problem == "Invalid Mandatory Field X")
        #expect(kept.fact == nil)
    }

    @Test func `a callback cannot be spoilt by sending it first with bad headers`() async throws {
        for failure in [DeliveryFailure.headers, .partner] {
            let test = try await TestStore()
            let isReadable = failure == .headers
            let spoilt = try await test.deliver {
                $0.failure = failure
                $0.isPairReadable = isReadable
            }
            #expect(spoilt.response == (failure == .headers ? .invalid : .unauthorized))
            let good = try await test.deliver { _ in }
            #expect(!good.isRedelivery)
            #expect(good.sequence == 1)
            #expect(try await test.deliver { _ in }.callbackID == good.callbackID)
            // The spoilt one again is no news, and no answer to the good one.
            let again = try await test.deliver {
                $0.failure = failure
                $0.isPairReadable = isReadable
            }
            #expect(again.isRedelivery)
            #expect(again.callbackID == spoilt.callbackID)
            #expect(again.response == spoilt.response)
        }
    }

    @Test func `a body that cannot be read is a repetition under whatever headers`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.failure = .body }
        let other = try await test.deliver { $0.failure = .headers }
        #expect(other.isRedelivery)
        #expect(other.response == .invalid)
    }

    @Test func `references that contradict a payment change nothing`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.status = .pending }
        let contradiction = try await test.deliver {
            $0.partner = "PAY-2"
            $0.externalID = "id-2"
        }
        #expect(contradiction.response == .successful)
        #expect(contradiction.outcome == .awaitingQuery)
        #expect(try await test.attention() == ["reference-mismatch×1"])
        #expect(try await test.transaction("TRX-1")?.status == .pending)
    }

    @Test func `the pair is unordered once the payment is known`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.status = .pending }
        let swapped = try await test.deliver {
            ($0.partner, $0.reference) = ($0.reference, $0.partner)
            $0.externalID = "id-2"
        }
        #expect(swapped.sequence == 2)
        #expect(try await test.transaction("TRX-1")?.status == .success)
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1")
        #expect(try await test.transaction("PAY-1") == nil)
    }

    @Test func `sequence numbers are dense across batches and restarts`() async throws {
        var test = try await TestStore()
        for round in 0..<4 {
            let deliveries = try (0..<25).map { number in
                try TestDelivery {
                    $0.partner = "PAY-\(round)-\(number)"
                    $0.reference = "TRX-\(round)-\(number)"
                    $0.externalID = "id-\(round)-\(number)"
                }.delivery
            }
            let results = await test.deliverInOneCommit(deliveries)
            for result in results { #expect(try result.get().outcome == .applied) }
            test = try await test.reopened()
        }
        #expect(try await test.feed().map(\.sequence) == (1...100).map { Int64($0) })
        #expect(test.store.window.head == 100)
    }

    @Test func `callbacks of one batch see each other`() async throws {
        let test = try await TestStore()
        let one = try TestDelivery().delivery
        let other = try TestDelivery { $0.reference = "TRX-2" }.delivery
        let results = await test.deliver([one, one, other])
        let judgements = try results.map { try $0.get() }
        #expect(judgements.map(\.outcome) == [.applied, .applied, .conflict])
        #expect(judgements.map(\.isRedelivery) == [false, true, false])
    }

    @Test func `whoever follows the feed is woken after the commit`() async throws {
        let test = try await TestStore()
        try await test.deliver { _ in }
        await test.store.signal.wait(behind: 0, seconds: 60)
        #expect(test.store.window.head == 1)
        #expect(try await test.store.reader.feedBounds().head == 1)
    }
}
