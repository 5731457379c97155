import Ledger
import Payments
import Testing

@testable import SQLiteStore
@testable import Store

/// What becomes of a question that several callbacks share, or whose schedule ends.
@Suite struct SharedQuestionTests {
    private func waitingCount(_ test: TestStore) throws -> Int64? {
        try test.integer("SELECT count(*) FROM callbacks WHERE is_waiting = 1")
    }

    @Test func `callbacks about one pair share a question`() async throws {
        let test = try await TestStore.asking()
        for number in 1...3 {
            try await test.deliver {
                $0.externalID = "id-\(number)"
                $0.salt = "\(number)"
            }
        }
        #expect(try test.inquiryCount() == 1)
        try await test.answer(.success)
        #expect(try await test.feedText() == ["1 ->success query 1"], "the first one's")
        #expect(try waitingCount(test) == 0)
        #expect(try test.inquiryCount() == 0)
    }

    @Test func `callbacks about different pairs do not`() async throws {
        let test = try await TestStore.asking()
        for number in 1...2 {
            try await test.deliver {
                $0.partner = "PAY-\(number)"
                $0.externalID = "id-\(number)"
            }
        }
        #expect(try test.inquiryCount() == 2)
    }

    @Test(arguments: [false, true])
    func `a callback that the answer does not resolve is queried about further`(
        isKnown: Bool
    ) async throws {
        let test = try await TestStore.asking(at: [0, 60]) { $0.confirmWithQuery = .always }
        if isKnown {
            try await test.generate()
            test.clock.advance(seconds: 5)
        }
        // A success waits; then something stale about the same payment that the gateway confirms.
        try await test.deliver { _ in }
        try await test.deliver {
            $0.status = .cancelled
            $0.externalID = "id-2"
            $0.signedSecondsAgo = 301
        }
        let about = { (inquiry: Inquiry) in inquiry.partnerReferenceNo.text == "TRX-1" }
        try await test.record(
            try #require(try await test.due().first(where: about)),
            TestAnswer(.cancelled)
        )
        #expect(try await test.transaction("TRX-1")?.status == .cancelled)
        test.clock.advance(seconds: 66)
        try await test.answer(.cancelled)
        #expect(try await test.attention().contains("unconfirmed-callback×1"))
        #expect(try await test.callback(1).outcome == .awaitingQuery)
        try await test.query("TRX-1", TestAnswer(.success))
        #expect(try await test.transaction("TRX-1")?.status == .success)
    }

    // MARK: The end of the schedule

    @Test func `a callback that nothing has resolved is held, though its payment is open`()
        async throws
    {
        let test = try await TestStore.asking(at: [0, 60]) { $0.confirmWithQuery = .always }
        try await test.generate()
        try await test.deliver { _ in }
        try await test.answer(.initiated)
        test.clock.advance(seconds: 66)
        try await test.answer(.initiated)
        #expect(try await test.attention() == ["unconfirmed-callback×1"])
        #expect(try await test.wait() != nil, "the payment is followed as before")
        test.clock.advance(seconds: 264)
        try await test.answer(.success)
        #expect(try await test.attention() == [], "resolved after all")
    }

    @Test func `the last answer counts in what is held`() async throws {
        let test = try await TestStore.asking(at: [0])
        try await test.generate()
        try await test.deliver { $0.status = .refunded }
        test.clock.advance(seconds: 1_000)
        try await test.answer(.success)
        #expect(try await test.transaction("TRX-1")?.status == .success)
        #expect(try await test.attention() == ["unconfirmed-refund×1"], "it is held")
        #expect(try test.inquiryCount() == 0)
    }

    @Test func `a callback that contradicts an open payment does not follow it`() async throws {
        let test = try await TestStore.asking(at: [0])
        try await test.generate()
        try await test.deliver { $0.partner = "PAY-2" }
        #expect(try await test.attention() == ["reference-mismatch×1"])
        try await test.answer(.initiated)
        // The gateway has decided, and what contradicts it stays for people.
        let list = try await test.attention()
        #expect(list == ["reference-mismatch×1"])
        #expect(try test.inquiryCount() == 1, "the payment's own")
    }

    @Test func `an older callback is resolved though the newest is not`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .paying }
        let older = { @Sendable (delivery: inout TestDelivery) in
            delivery.status = .cancelled
            delivery.received = TestClock.start
        }
        #expect(try await test.deliver(older).response == .conflict)
        let newest = try await test.deliver {
            $0.externalID = "id-2"
            $0.signedSecondsAgo = 301
        }
        #expect(newest.outcome == .stale)
        try await test.answer(.cancelled)
        #expect(try await test.deliver(older).response == .successful)
        #expect(try waitingCount(test) == 1)
        #expect(try await test.wait() != nil, "the newest is asked about further")
    }
}
