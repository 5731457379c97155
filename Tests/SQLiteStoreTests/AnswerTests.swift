import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// What an answer to a query does to payments, the feed and the attention list (section 4).
@Suite struct AnswerTests {
    // MARK: Which answers count

    @Test(arguments: [
        (LatestTransactionStatus.cancelled, false), (.pending, false), (.refunded, false),
        (.success, true),
    ])
    func `an answer counts only while nothing was committed since, but a success always`(
        _ status: LatestTransactionStatus,
        counts: Bool
    ) async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        test.clock.advance(seconds: 66)
        let inquiry = try await test.onlyDue()
        try await test.deliver { $0.status = .paying }
        let receipt = try await test.record(inquiry, TestAnswer(status))
        #expect(receipt.isOutdated == !counts)
        #expect(receipt.sequence == (counts ? 3 : nil))
        #expect(try await test.transaction("TRX-1")?.status == (counts ? .success : .pending))
        #expect(try await test.transaction("TRX-1")?.lastQuery?.status == status, "it is noted")
    }

    @Test func `an outdated answer is queried for again at once, and more slowly if that goes on`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.generate()
        test.clock.advance(seconds: 66)
        for (index, pause) in ([0, 10_000, 20_000] as [Int64]).enumerated() {
            let inquiry = try await test.onlyDue()
            try await test.deliver {
                $0.status = .initiated
                $0.externalID = "id-\(index)"
                $0.salt = "\(index)"
            }
            let receipt = try await test.record(inquiry, TestAnswer(.cancelled))
            #expect(receipt.isOutdated)
            let wait = try #require(receipt.nextMilliseconds) - test.clock.now
            #expect((pause * 9 / 10...pause * 11 / 10).contains(wait), "\(wait) for \(pause)")
            if pause > 0 { try await test.waitForNext() }
        }
        try await test.answer(.cancelled)
        #expect(try await test.transaction("TRX-1")?.status == .cancelled)
    }

    @Test(arguments: [QueryResult.nothing, .refused(responseCode: nil, detail: "no")])
    func `an answer from before a callback is none to what the callback asks`(
        _ outcome: QueryResult
    ) async throws {
        var schedule = InquirySchedule.withoutExpiry
        schedule.scheduleSeconds = [0]
        let test = try await TestStore.asking(schedule: schedule)
        try await test.deliver { _ in }
        let inquiry = try await test.onlyDue()
        try await test.deliver { $0.salt = "again" }
        try await test.record(inquiry, outcome)
        #expect(try await test.attention() == [], "the schedule is not over")
        try await test.answer(.success)
        #expect(try await test.feedText() == ["1 ->success query 1"])
    }

    @Test func `a success from before a callback is no answer to its refund`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        test.clock.advance(seconds: 66)
        let inquiry = try await test.onlyDue()
        try await test.deliver { $0.status = .refunded }
        try await test.record(inquiry, TestAnswer(.success))
        #expect(try await test.transaction("TRX-1")?.status == .success)
        #expect(try await test.due().count == 1, "asked again at once")
        try await test.answer(.refunded)
        #expect(try await test.transaction("TRX-1")?.status == .refunded)
    }

    // MARK: What is learnt

    @Test func `an unknown reference becomes a payment first heard of in a query`() async throws {
        let test = try await TestStore.asking()
        let answer = TestAnswer(.success) { $0.paidAt = "1795316400000" }
        let receipt = try await test.query("TRX-1", answer)
        #expect(
            receipt
                == QueryReceipt(
                    partnerReferenceNo: Reference("TRX-1"),
                    sequence: 1,
                    isOurs: true,
                    isOutdated: false,
                    nextMilliseconds: nil
                )
        )
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.origin == .query)
        #expect(transaction.isCorroborated)
        #expect(!transaction.rolesAssumed)
        #expect(transaction.referenceNo == "PAY-1")
        #expect(transaction.paidAmount == Amount(sen: 1_000_000))
        #expect(transaction.paidAt?.text == "1795316400000")
        #expect(transaction.callbackCount == 0)
        #expect(transaction.lastQuery?.responseCode == "2005100")
        #expect(transaction.lastQuery?.status == .success)
        #expect(transaction.lastQuery?.milliseconds == TestClock.start)
        #expect(try await test.feedText() == ["1 ->success query -"])
    }

    @Test func `what the gateway does not know is not made`() async throws {
        let test = try await TestStore.asking()
        let receipt = try await test.query("TRX-1", .nothing)
        #expect(receipt.partnerReferenceNo == nil)
        #expect(try await test.transaction("TRX-1") == nil)
        #expect(try await test.feed().isEmpty)
        #expect(try test.inquiryCount() == 0)
    }

    @Test func `without the gateway's number no pair is proven`() async throws {
        let test = try await TestStore.asking()
        try await test.query("TRX-1", TestAnswer(.initiated) { $0.reference = nil })
        #expect(try await test.transaction("TRX-1")?.isCorroborated == false)
        // It may be another merchant's, whose payment has the same number.
        let callback = try await test.deliver { $0.partner = "PAY-9" }
        #expect(callback.outcome == .awaitingQuery)
        #expect(try await test.feed().count == 1)
        try await test.answer(.success)
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1")
        #expect(try await test.transaction("TRX-1")?.isCorroborated == true)
    }

    @Test func `the gateway's number is learnt with an answer that changes nothing`() async throws {
        var test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        let mismatch = TestAnswer(.success) { $0.sen = 5 }
        try await test.query("TRX-1", mismatch)
        #expect(try await test.transaction("TRX-1")?.status == .created)
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1")
        #expect(try await test.attention() == ["amount-mismatch×1"])
        test = try await test.restarted()
        let other = try await test.query("TRX-1", TestAnswer(.success) { $0.reference = "PAY-2" })
        #expect(other.sequence == nil)
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1", "it never changes")
        let attention = ["amount-mismatch×1", "reference-mismatch×1"]
        #expect(try await test.attention() == attention)
    }

    @Test func `a wrong guess is put right and leaves no second payment`() async throws {
        var test = try await TestStore.asking { $0.confirmWithQuery = .never }
        // The order of SNAP BI, where nothing says so: taken for that of the gateway's page.
        let swap = { @Sendable (delivery: inout TestDelivery) in
            (delivery.partner, delivery.reference) = ("TRX-1", "PAY-1")
        }
        try await test.deliver {
            swap(&$0)
            $0.status = .pending
        }
        #expect(try await test.transaction("PAY-1")?.rolesAssumed == true)
        test.clock.advance(seconds: 960)
        let inquiry = try await test.onlyDue()
        #expect(inquiry.partnerReferenceNo.text == "PAY-1")
        #expect(inquiry.alternative?.text == "TRX-1")
        try await test.record(inquiry, TestAnswer(.success))
        for _ in 1...2 {
            for name in ["TRX-1", "PAY-1"] {
                let transaction = try #require(try await test.transaction(name))
                #expect(transaction.id == 1)
                #expect(transaction.partnerReferenceNo == "TRX-1")
                #expect(transaction.referenceNo == "PAY-1")
                #expect(transaction.isCorroborated)
                #expect(!transaction.rolesAssumed)
                #expect(transaction.status == .success)
            }
            test = try await test.restarted()
        }
        let feed = try await test.feed()
        #expect(feed.map(\.partnerReferenceNo) == ["PAY-1", "TRX-1"])
        #expect(feed.map(\.referenceNo) == ["TRX-1", "PAY-1"])
        for (number, isSwapped) in [(2, true), (3, false)] {
            let replay = try await test.deliver {
                if isSwapped { swap(&$0) }
                $0.externalID = "id-\(number)"
            }
            #expect(replay.outcome == .replayed)
        }
        #expect(try test.integer("SELECT count(*) FROM payments WHERE status IS NOT NULL") == 1)
    }

    // MARK: The attention list

    @Test func `what contradicts is held, counted and stays`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.query("TRX-1", TestAnswer(.initiated) { $0.reference = "PAY-2" })
        try await test.query("TRX-1", TestAnswer(.success) { $0.sen = 5 })
        try await test.query("TRX-1", TestAnswer(.success))
        try await test.query("TRX-1", TestAnswer(.cancelled))
        try await test.query("TRX-1", TestAnswer(.success) { $0.sen = 5 })
        try await test.query("TRX-1", TestAnswer(.success) { $0.reference = "PAY-2" })
        let attention = [
            "reference-mismatch×1", "amount-mismatch×1", "contradicts-success×1",
            "possible-second-payment×2",
        ]
        #expect(try await test.attention() == attention)
        #expect(try await test.transaction("TRX-1")?.status == .success)
        #expect(try await test.feed().count == 2)
    }

    @Test func `a refund of what was never paid is applied and held`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.query("TRX-1", TestAnswer(.refunded))
        #expect(try await test.feedText().last == "2 pending>refunded query -")
        #expect(try await test.attention() == ["unexpected-refund×1"])
        #expect(try test.inquiryCount() == 0)
    }

    @Test(arguments: [
        (LatestTransactionStatus.pending, true), (.success, false), (.cancelled, false),
        (.failed, false),
    ])
    func `an unresolved payment stays on the list until it is resolved`(
        _ status: LatestTransactionStatus,
        isHeld: Bool
    ) async throws {
        var schedule = InquirySchedule.withoutExpiry
        schedule.scheduleSeconds = [0]
        schedule.whileOpenSeconds = []
        let test = try await TestStore.asking(schedule: schedule)
        try await test.generate()
        try await test.waitForNext()
        try await test.answer(.initiated)
        #expect(try await test.attention() == ["unresolved-payment×1"])
        try await test.query("TRX-1", TestAnswer(status))
        #expect(try await test.attention() == (isHeld ? ["unresolved-payment×1"] : []))
    }

    @Test func `what a query resolves is closed in its name`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .cancelled }
        try await test.deliver { $0.externalID = "id-2" }
        test.clock.advance(seconds: 1)
        try await test.answer(.success)
        let entries = try await test.store.reader.attention(AttentionFilter(), limit: 10)
        let entry = try #require(entries.first)
        #expect(entries.count == 1)
        #expect(entry.kind == "late-success")
        #expect(entry.resolvedMilliseconds == TestClock.start + 1_000)
        #expect(entry.resolvedBy == "query")
        #expect(entry.note == "the gateway reports 00")
    }

    @Test func `the gateway itself has entries of its own`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.query("TRX-1", TestAnswer(.refunded))
        for _ in 1...2 { try await test.store.raise(.gatewayUnreachable, detail: "down") }
        try await test.store.raise(.gatewayUnauthorized, detail: "401")
        let attention = [
            "unexpected-refund×1", "gateway-unreachable×2", "gateway-unauthorized×1",
        ]
        #expect(try await test.attention() == attention)
        _ = try await test.store.close(.gatewayUnreachable, by: "query", note: "it answers")
        _ = try await test.store.close(.unexpectedRefund, by: "query", note: "it answers")
        #expect(try await test.attention() == ["unexpected-refund×1", "gateway-unauthorized×1"])
    }

    // MARK: What is kept

    @Test(arguments: [true, false])
    func `every call is kept, with its payment where there is one`(isKnown: Bool) async throws {
        let test = try await TestStore.asking()
        if isKnown { try await test.generate() }
        let exchange = GatewayCall(
            service: 51,
            partnerReferenceNo: "TRX-1",
            externalID: "1",
            timestamp: "T",
            signedPath: "",
            signature: "",
            requestHead: [],
            requestBody: [],
            responseStatus: nil,
            responseHead: nil,
            responseBody: nil,
            error: "timeout",
            startedMilliseconds: 5,
            finishedMilliseconds: 6
        )
        let reference = try #require(Reference("TRX-1"))
        let inquiry = try await test.store.reader.inquiry(reference)
        _ = try await test.store.record(inquiry, .unavailable, [exchange, exchange])
        let kept =
            "SELECT count(*) FROM gateway_calls WHERE payment_id IS NOT DISTINCT FROM "
            + (isKnown ? "1" : "NULL")
        #expect(try test.integer(kept + " AND error = 'timeout' AND service = 51") == 2)
    }
}
