import Ledger
import Payments
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// When the gateway is asked, and for how long: the schedule of contract sections 3 and 6, on disk.
@Suite struct QuestionTests {
    private static let scheduled: [Int64] = [0, 60, 300, 900, 3_600, 21_600, 86_400]

    /// Whether `seconds` is the offset, or off by up to a tenth of it.
    private func isAbout(_ seconds: Int64, _ offset: Int64) -> Bool {
        (offset * 9 / 10...offset * 11 / 10).contains(seconds)
    }

    /// The step that the only question is due for.
    private func step(_ test: TestStore) throws -> Int64? {
        try test.integer("SELECT step FROM inquiries")
    }

    // MARK: What is asked when

    @Test func `an unknown outcome is queried about at once and by the schedule, then held`()
        async throws
    {
        var test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        for offset in Self.scheduled {
            if offset > 0 { #expect(isAbout(try await test.waitForNext(), offset), "\(offset)") }
            #expect(try await test.attention() == [])
            test = try await test.restarted()
            try await test.answer(.nothing)
        }
        #expect(try await test.wait() == nil)
        #expect(try test.inquiryCount() == 0)
        #expect(try await test.attention() == ["unresolved-payment×1"])
        let transaction = try #require(try await test.transaction("TRX-1"))
        #expect(transaction.status == .created, "a query that finds nothing resolves nothing")
        #expect(transaction.lastQuery?.status == .notFound)
        #expect(transaction.lastQuery?.responseCode == "4045101")
    }

    @Test func `a payment is queried about while its code is open and from its end plus grace`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.generate()
        for offset in [60, 300] as [Int64] {
            test.clock.set(TestClock.start + offset * 1_100)
            try await test.answer(.initiated)
        }
        for offset in Self.scheduled {
            let seconds = try await test.waitForNext() - 960
            #expect(isAbout(seconds, offset), "\(seconds) for \(offset)")
            try await test.answer(.initiated)
        }
        #expect(try await test.wait() == nil)
        #expect(try await test.attention() == ["unresolved-payment×1"])
        #expect(try await test.feed().count == 1, "01 was seen before")
    }

    @Test func `while a code is open it is queried about as often as is said, whatever the jitter`()
        async throws
    {
        let test = try await TestStore.asking()
        let references = (1...20).map { "TRX-\($0)" }
        for reference in references {
            try await test.begin { $0.reference = reference }
            try await test.accept(reference, as: "PAY-\(reference)")
        }
        var queried: [String: Int] = [:]
        while try await test.waitForNext() < 900 {
            for inquiry in try await test.due() {
                let reference = inquiry.partnerReferenceNo.text
                queried[reference, default: 0] += 1
                try await test.record(
                    inquiry,
                    TestAnswer(.initiated) {
                        $0.partner = reference
                        $0.reference = "PAY-\(reference)"
                    }
                )
            }
        }
        #expect(queried == Dictionary(uniqueKeysWithValues: references.map { ($0, 2) }))
    }

    @Test(arguments: [(30 as Int64, 90 as Int64), (60, 120), (61, 60), (300, 60)])
    func `a code is not queried about as open after its end`(
        validity: Int64,
        first: Int64
    ) async throws {
        let test = try await TestStore.asking()
        try await test.generate { $0.seconds = validity }
        #expect(isAbout(try await test.waitForNext(), first))
    }

    @Test func `another pending payment is queried about when it must be over`() async throws {
        let test = try await TestStore.asking()
        try await test.query("TRX-1", TestAnswer(.initiated))
        #expect(try await test.wait() == 960_000, "last transition, validity and grace")
        test.clock.advance(seconds: 100)
        try await test.deliver { $0.status = .paying }
        #expect(try await test.feed().count == 2)
        #expect(try await test.wait() == 960_000)
    }

    @Test(arguments: [LatestTransactionStatus.cancelled, .failed])
    func `what ended unpaid is queried about again for late money`(
        _ status: LatestTransactionStatus
    ) async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = status }
        for offset in [3_600, 86_400] as [Int64] {
            #expect(isAbout(try await test.waitForNext(), offset))
            try await test.answer(status)
        }
        #expect(try test.inquiryCount() == 0)
        #expect(try await test.attention() == [], "it is final")
    }

    @Test func `late money is found by asking`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .cancelled }
        try await test.waitForNext()
        try await test.answer(.success)
        #expect(try await test.feedText().last == "3 cancelled>success query -")
        #expect(try test.inquiryCount() == 0)
    }

    @Test(arguments: [[], [100]])
    func `what was paid is queried about again where that is wanted`(seconds: [Int]) async throws {
        var schedule = InquirySchedule.withoutExpiry
        schedule.recheckSuccessSeconds = seconds
        let test = try await TestStore.asking(schedule: schedule)
        try await test.generate()
        try await test.deliver { _ in }
        try await test.query("TRX-2", TestAnswer(.success) { $0.partner = "TRX-2" })
        #expect(try test.inquiryCount() == Int64(seconds.count * 2), "advanced and created")
        guard !seconds.isEmpty else { return }
        test.clock.advance(seconds: 110)
        for inquiry in try await test.due() {
            let partner = inquiry.partnerReferenceNo.text
            try await test.record(inquiry, TestAnswer(.refunded) { $0.partner = partner })
        }
        #expect(try await test.transaction("TRX-1")?.status == .refunded)
        #expect(try await test.transaction("TRX-2")?.status == .refunded)
        #expect(try await test.feedText().last?.hasSuffix("success>refunded query -") == true)
        #expect(try test.inquiryCount() == 0)
    }

    @Test func `who cannot ask notes questions about payments of his own only, for later`()
        async throws
    {
        let test = try await TestStore()
        try await test.generate()
        #expect(try test.inquiryCount() == 1)
        try await test.deliver {
            $0.status = .cancelled
            $0.partner = "PAY-2"
            $0.reference = "TRX-2"
        }
        #expect(try test.inquiryCount() == 1)
        try await test.deliver { $0.externalID = "id-2" }
        #expect(try test.inquiryCount() == 0, "nothing is left to ask")
    }

    // MARK: What becomes of an attempt

    @Test func `attempts lost to a gateway that is down use up no step for a day, then they do`()
        async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        for pause in [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000] as [Int64] {
            try await test.answer(.unavailable)
            let wait = try #require(try await test.wait())
            #expect((pause * 9 / 10...pause * 11 / 10).contains(wait), "\(wait) for \(pause)")
            #expect(try step(test) == 0)
            try await test.waitForNext()
        }
        test.clock.set(TestClock.start + 86_399_999)
        try await test.answer(.unavailable)
        #expect(try step(test) == 0)
        test.clock.set(TestClock.start + 86_400_000 + 400_000)
        for lost in 1...6 as ClosedRange<Int64> {
            try await test.answer(.unavailable)
            #expect(try step(test) == lost)
            // The last step may lie ahead, by its jitter.
            if try await test.due().isEmpty { try await test.waitForNext() }
        }
        try await test.answer(.unavailable)
        #expect(try test.inquiryCount() == 0)
        #expect(try await test.attention() == ["unresolved-payment×1"])
    }

    @Test func `an answer ends the count of lost attempts`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        try await test.answer(.unavailable)
        try await test.waitForNext()
        try await test.answer(.nothing)
        #expect(try step(test) == 1)
        test.clock.advance(seconds: 86_400)
        try await test.answer(.unavailable)
        #expect(try step(test) == 1)
        let wait = try #require(try await test.wait())
        #expect((4_500...5_500).contains(wait))
    }

    @Test func `a gateway that rejects our credentials uses up no step for a day`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        let rejected = QueryResult.unauthorized(responseCode: "4015100", detail: "no")
        try await test.answer(rejected)
        for _ in 1...3 {
            #expect(try await test.due().isEmpty, "it goes behind the others")
            test.clock.advance(seconds: 28_000)
            try await test.answer(rejected)
            #expect(try step(test) == 0)
        }
        test.clock.advance(seconds: 28_000)
        try await test.answer(rejected)
        #expect(try step(test) == 1)
        #expect(try await test.transaction("TRX-1")?.lastQuery?.responseCode == "4015100")
        #expect(try await test.attention() == [])
    }

    @Test func `a question that is refused uses up its step`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        try await test.answer(.refused(responseCode: "4005101", detail: "no"))
        #expect(try step(test) == 1)
        #expect(isAbout(try await test.waitForNext(), 60))
    }

    @Test(arguments: [
        QueryResult.nothing, .unavailable, .refused(responseCode: nil, detail: "no"),
        .unauthorized(responseCode: nil, detail: "no"),
    ])
    func `who asks out of turn uses up no step`(_ outcome: QueryResult) async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        try await test.deliver { $0.status = .cancelled }
        let before = try await test.wait()
        for _ in 1...3 { try await test.query("TRX-1", outcome) }
        try await test.query("TRX-1", TestAnswer(.cancelled))
        #expect(try step(test) == 0)
        #expect(try await test.wait() == before)
    }

    @Test func `a step that was due long ago is queried now, not all of those since`() async throws
    {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.end("TRX-1", .unknown("timeout"))
        test.clock.advance(seconds: 10_000)
        let receipt = try await test.answer(.nothing)
        #expect(receipt.nextMilliseconds == test.clock.now)
        #expect(try await test.due().count == 1)
    }

    // MARK: Reading what is due

    @Test func `the longest due comes first, and no more than queried for`() async throws {
        let test = try await TestStore.asking()
        for number in [2, 1, 3] {
            test.clock.advance(seconds: 1)
            try await test.begin { $0.reference = "TRX-\(number)" }
            try await test.end("TRX-\(number)", .unknown("timeout"))
        }
        let due = try await test.due().map(\.partnerReferenceNo.text)
        #expect(due == ["TRX-2", "TRX-1", "TRX-3"])
        let reader = test.store.reader
        let first = try await reader.inquiries(dueAt: test.clock.now, limit: 2)
        #expect(first.map(\.partnerReferenceNo.text) == ["TRX-2", "TRX-1"])
        #expect(try await reader.dueInquiryCount(at: test.clock.now) == 3)
        #expect(try await test.wait() == nil, "nothing that is not due")
        let before = TestClock.start + 1_999
        #expect(try await reader.nextInquiry(after: before) == TestClock.start + 2_000)
        // An hour before, all plans are from the future: the clock was set back since.
        let early = TestClock.start - 3_600_000
        #expect(try await reader.dueInquiryCount(at: early) == 3)
    }

    /// The clock of another receiver may be ahead.
    private static let tolerance: Int64 = TestDatabase.isPostgreSQL ? 600_000 : 1_000

    @Test(arguments: [(0, 0), (-tolerance, 0), (-tolerance - 1, 1), (-25_200_000, 1)])
    func `a deadline is due at once after the clock was set back`(
        step: Int64,
        count: Int
    ) async throws {
        var schedule = InquirySchedule.withoutExpiry
        schedule.scheduleSeconds = []
        schedule.whileOpenSeconds = []
        let test = try await TestStore.asking(schedule: schedule)
        try await test.generate()
        let reader = test.store.reader
        #expect(try test.integer("SELECT phase FROM inquiries") == 4)
        for includesQueries in [false, true] {
            let ids = try await reader.deadlines(
                dueAt: test.clock.now + step,
                includesQueries: includesQueries,
                limit: 10
            )
            #expect(ids.count == count)
        }
    }

    @Test func `whoever asks is woken by a new question`() async throws {
        let test = try await TestStore.asking()
        var questions = test.store.inquiries.makeAsyncIterator()
        try await test.begin()
        #expect(await questions.next() != nil)
        try await test.deliver {
            $0.reference = "TRX-2"
            $0.partner = "PAY-2"
        }
        #expect(await questions.next() != nil)
    }

    @Test func `without a schedule the attention list holds what waits`() async throws {
        var schedule = InquirySchedule.withoutExpiry
        schedule.scheduleSeconds = []
        let test = try await TestStore.asking(schedule: schedule)
        let waiting = try await test.deliver { _ in }
        #expect(waiting.outcome == .awaitingQuery)
        #expect(try await test.attention() == ["unconfirmed-callback×1"])
        #expect(try test.inquiryCount() == 0)
    }
}
