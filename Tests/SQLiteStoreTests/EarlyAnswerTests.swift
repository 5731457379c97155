import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Callbacks and answers to queries that come while a call to generate is under way.
@Suite struct EarlyAnswerTests {
    @Test func `a callback that comes before the answer is applied in its commit`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        let early = try await test.deliver { _ in }
        #expect(early.response == .successful)
        #expect(early.outcome == .awaitingQuery)
        #expect(try await test.feed().isEmpty)
        #expect(try await test.onlyDue().partnerReferenceNo.text == "TRX-1", "or a query decides")
        test.clock.advance(milliseconds: 1)
        try await test.accept()
        let feed = ["1 created>pending generate -", "2 pending>success notify 1"]
        #expect(try await test.feedText() == feed)
        let transition = try #require(try await test.feed().last)
        #expect(transition.externalID == "id-1")
        #expect(transition.paidAt?.text == "2026-11-22T10:00:00+07:00")
        #expect(transition.recordedMilliseconds == TestClock.start + 1)
        let callback = try await test.callback(1)
        #expect(callback.outcome == .applied)
        #expect(callback.sequence == 2)
        #expect(try await test.transaction("TRX-1")?.callbackCount == 1)
        #expect(try test.inquiryCount() == 0, "nothing is open")
        #expect(try await test.deliver { $0.received = TestClock.start }.isRedelivery)
        #expect(try await test.feed().count == 2)
    }

    @Test(.onSQLite) func `the answer and what waited for it are one commit`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { _ in }
        let disk = try test.connection(.readWrite)
        try disk.execute(
            """
            CREATE TRIGGER broken BEFORE INSERT ON transitions WHEN NEW.sequence = 2
            BEGIN SELECT json('broken'); END
            """
        )
        await #expect(throws: (any Error).self) { try await test.accept() }
        #expect(try await test.feed().isEmpty)
        #expect(try await test.transaction("TRX-1")?.generation?.state == .underWay)
        try disk.execute("DROP TRIGGER broken")
        try await test.accept()
        #expect(try await test.feed().count == 2)
    }

    @Test func `several that came before are judged in their order, and nothing stays open`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { $0.status = .paying }
        for number in 2...3 { try await test.deliver { $0.externalID = "id-\(number)" } }
        try await test.deliver {
            $0.status = .cancelled
            $0.externalID = "id-4"
        }
        try await test.accept()
        let feed = [
            "1 created>pending generate -", "2 pending>pending notify 1",
            "3 pending>success notify 2",
        ]
        #expect(try await test.feedText() == feed)
        #expect(try await test.attention() == ["contradicts-success×1"])
        #expect(try test.inquiryCount() == 0, "success is final")
    }

    @Test func `a late success that came before the answer is queried about and held`() async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { $0.status = .cancelled }
        try await test.deliver { $0.externalID = "id-2" }
        try await test.accept()
        let feed = ["1 created>pending generate -", "2 pending>cancelled notify 1"]
        #expect(try await test.feedText() == feed)
        #expect(try await test.attention() == ["late-success×1"])
        try await test.answer(.success)
        #expect(try await test.feedText().last == "3 cancelled>success query 2")
        #expect(try await test.attention() == [])
    }

    @Test func `a callback that names another number of the gateway is held`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { $0.partner = "PAY-2" }
        try await test.accept()
        #expect(try await test.feedText() == ["1 created>pending generate -"])
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1")
        #expect(try await test.attention() == ["reference-mismatch×1"])
        #expect(try await test.due().count == 1, "a query decides")
    }

    @Test func `a query may decide before the answer comes`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { _ in }
        try await test.answer(.success)
        #expect(try await test.feedText() == ["1 created>success query 1"])
        try await test.accept()
        #expect(try await test.feed().count == 1, "a generate answer never lowers a status")
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.status == .success)
        #expect(transaction.generation?.qrContent == "0002")
    }

    @Test(arguments: [
        (LatestTransactionStatus.initiated, TransactionStatus.pending), (.success, .success),
        (.cancelled, .cancelled), (.failed, .failed), (.refunded, .refunded),
    ])
    func `a generate answer never lowers a status`(
        _ reported: LatestTransactionStatus,
        _ status: TransactionStatus
    ) async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.query("TRX-1", TestAnswer(reported))
        for result in try GenerationTests.endings().map(\.result) {
            try await test.end("TRX-1", result)
            #expect(try await test.transaction("TRX-1")?.status == status)
        }
        #expect(try await test.feedText() == ["1 created>\(status.word) query -"])
    }

    @Test func `the gateway's number never changes`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.query("TRX-1", TestAnswer(.initiated))
        try await test.accept(as: "PAY-2")
        #expect(try await test.transaction("TRX-1")?.referenceNo == "PAY-1")
        #expect(try await test.attention() == ["reference-mismatch×1"])
    }

    @Test func `an attempt that was refused leaves an earlier one that was taken followed`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        try await test.query("TRX-1", .nothing)
        try await test.begin(isConfirmedUnknown: true)
        try await test.query("TRX-1", TestAnswer(.initiated))
        try await test.end("TRX-1", .notAccepted("4004701"))
        #expect(try await test.transaction("TRX-1")?.status == .pending)
        #expect(try await test.wait() != nil)
    }

    @Test func `what a query has not decided by the time of the answer waits no longer`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { _ in }
        try await test.answer(.initiated)
        #expect(try await test.transaction("TRX-1")?.status == .pending)
        try await test.accept()
        let feed = ["1 created>pending query -", "2 pending>success notify 1"]
        #expect(try await test.feedText() == feed)
        #expect(try test.inquiryCount() == 0)
    }

    @Test func `a repeat puts off nothing that a callback waits for`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.deliver { _ in }
        try await test.answer(.nothing)
        try await test.end("TRX-1", .notAccepted("4004701"))
        let wait = try #require(try await test.wait())
        #expect(wait <= 66_000)
        #expect(try await test.begin() == .started)
        #expect(try await test.wait() == wait)
    }
}
