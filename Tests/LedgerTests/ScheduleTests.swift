import Payments
import Testing

@testable import Ledger

/// How a schedule goes on after each kind of answer, and after the clock was set.
struct ScheduleTests {
    private static let failures: [QueryResult] = [
        .unavailable, .unauthorized(responseCode: "4015100", detail: "no"),
    ]
    static let unusable: [QueryResult] = [
        .refused(responseCode: "4035101", detail: "no"), .unreadable(detail: "<html>"),
    ]

    /// An unproven success waits, to be asked about by ``InquirySchedule/scheduleSeconds``.
    static func waiting(
        _ change: (inout LedgerPolicy) -> Void = { _ in }
    ) throws -> TestLedger {
        var ledger = TestLedger {
            $0.confirmWithQuery = .unproven
            change(&$0)
        }
        try ledger.deliver()
        return ledger
    }

    // MARK: Answers that cannot be used

    @Test(arguments: unusable)
    func `an unusable answer uses up a step and the third in a row raises an entry`(
        _ outcome: QueryResult
    ) throws {
        var ledger = try Self.waiting()
        for count in 1...4 {
            try ledger.waitUntilDue()
            ledger.record(outcome, try ledger.inquiry())
            #expect(try ledger.runningInquiry()?.step == count)
            let told = "unresolved-payment×\(max(count - 2, 0))"
            #expect(ledger.open == (count < 3 ? [] : [told]))
        }
        try ledger.waitUntilDue()
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        #expect(ledger.open == [], "it closes when an answer can be read")
        #expect(try ledger.runningInquiry()?.unusableCount == 0)
    }

    @Test func `a usable answer between them begins the count again`() throws {
        var ledger = try Self.waiting()
        for number in 1...6 {
            try ledger.waitUntilDue()
            let isUsable = number.isMultiple(of: 3)
            ledger.record(
                isUsable ? .notFound(responseCode: "4045101") : Self.unusable[0],
                try ledger.inquiry()
            )
        }
        #expect(ledger.open == [])
    }

    // MARK: The gateway is down

    @Test(arguments: failures)
    func `a failed attempt uses up no step for 24 hours`(_ outcome: QueryResult) throws {
        var ledger = try Self.waiting()
        let start = ledger.now
        var count = 0
        while try ledger.runningInquiry()?.step == 0 {
            try ledger.waitUntilDue()
            ledger.record(outcome, try ledger.inquiry())
            count += 1
            try #require(count < 1_000)
        }
        #expect(ledger.now - start >= 86_400_000)
        #expect(ledger.now - start < 86_400_000 + 330_000, "the pauses reach 5 min, +10 %")
        #expect(ledger.open == [])
    }

    @Test func `what the gateway never answered is held when the schedule ends`() throws {
        var ledger = try Self.waiting()
        while ledger.inquiries != [] {
            try ledger.waitUntilDue()
            ledger.record(.unavailable, try ledger.inquiry())
        }
        #expect(ledger.open == ["unconfirmed-callback×1"])
        #expect(try ledger.waiting().count == 1, "an answer that comes later still counts")
        let id = try ledger.payment().id
        #expect(ledger.run { $0.resume([id]) } == 1)
        try ledger.answer(.success)
        #expect(ledger.story == ["TRX-1 none>success 10000.00 query"])
        #expect(ledger.open == [])
    }

    // MARK: Outdated answers

    @Test(arguments: LatestTransactionStatus.allCases)
    func `an answer to a query sent before the last callback does not count, but a success does`(
        _ status: LatestTransactionStatus
    ) throws {
        var ledger = TestLedger()
        try ledger.generate()
        let sent = try ledger.inquiry()
        try ledger.deliver { $0.status = .paying }
        let before = ledger.feed.count
        let receipt = try ledger.answer(status, to: sent)
        #expect(receipt.isOutdated == (status != .success))
        #expect(ledger.feed.count == (status == .success ? before + 1 : before))
        #expect(ledger.open == [])
    }

    @Test func `an outdated answer is queried for again at once, and then more slowly`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.waitUntilDue()
        var pauses: [Int64] = []
        for salt in ["1", "2", "3"] {
            let sent = try ledger.inquiry()
            try ledger.deliver { ($0.status, $0.salt) = (.paying, salt) }
            try ledger.answer(.pending, to: sent)
            let next = try #require(try ledger.runningInquiry()?.nextMilliseconds)
            pauses.append(next - ledger.now)
            try ledger.waitUntilDue()
        }
        #expect(pauses[0] == 0)
        #expect(pauses[1] > 0)
        #expect(pauses[2] > pauses[1])
    }

    // MARK: The clock

    @Test(arguments: [2, 3_600, 86_400, 31_536_000] as [Int64])
    func `a clock that was set back rebases the schedule`(seconds: Int64) throws {
        var ledger = try Self.waiting()
        for _ in 1...3 {
            try ledger.waitUntilDue()
            ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        }
        ledger.wait(seconds: -seconds)
        // The plan lies in the future, so the store hands it out at once.
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        let next = try #require(try ledger.runningInquiry())
        #expect(next.step == 4)
        #expect(next.plannedMilliseconds == ledger.now)
        #expect(next.baseMilliseconds <= ledger.now)
        let ahead = next.nextMilliseconds - ledger.now
        #expect((0...3_960_000).contains(ahead), "its own offset and 10 %")
    }

    @Test func `a generated payment's steps lie no further ahead after the clock was set back`()
        throws
    {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.waitUntilDue()
        ledger.wait(seconds: -500)
        try ledger.answer(.initiated)
        let next = try #require(try ledger.runningInquiry())
        #expect(next.phase == .whileOpen)
        #expect(next.nextMilliseconds - ledger.now <= 330_000)
    }

    @Test func `a code generated by a clock that was ahead is queried about once per step`() throws
    {
        var ledger = TestLedger()
        ledger.wait(seconds: 25_200)
        try ledger.generate()
        ledger.wait(seconds: -25_200)
        let start = ledger.now
        var offsets: [Int64] = []
        while ledger.now < start + 25_200_000 {
            try ledger.answer(.initiated)
            offsets.append((ledger.now - start) / 1_000)
            try #require(offsets.count < 20)
            try ledger.waitUntilDue()
        }
        try #require(offsets.count == 3, "\(offsets)")
        #expect(offsets[0] == 0, "what was planned by the wrong clock is due at once")
        #expect((54...66).contains(offsets[1]))
        #expect((270...330).contains(offsets[2]))
    }

    @Test func `a callback does not begin the steps of such a code again`() throws {
        var ledger = TestLedger()
        ledger.wait(seconds: 25_200)
        try ledger.generate()
        ledger.wait(seconds: -25_200)
        for _ in 1...3 {
            try ledger.answer(.initiated)
            try ledger.waitUntilDue()
        }
        ledger.wait(seconds: -25_000)
        try ledger.deliver { $0.status = .paying }
        let next = try #require(try ledger.runningInquiry())
        #expect(next.phase == .scheduled)
    }

    @Test func `a payment that a callback told of by a clock ahead is closed in time`() throws {
        var ledger = TestLedger()
        ledger.wait(seconds: 25_200)
        try ledger.deliver { $0.status = .initiated }
        ledger.wait(seconds: -25_200)
        let start = ledger.now
        var count = 0
        while try ledger.payment().status == .pending {
            try ledger.answer(.initiated)
            count += 1
            try #require(count < 20)
            try ledger.waitUntilDue()
        }
        #expect(ledger.story.last == "TRX-1 pending>cancelled 10000.00 expiry")
        // The validity, and an hour.
        let seconds = (ledger.now - start) / 1_000
        #expect((4_500...8_500).contains(seconds), "\(seconds)")
    }

    // MARK: Without a schedule

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending], [900, 60])
    func `a payment that a callback told of is held where reconcile is off`(
        _ status: LatestTransactionStatus,
        validitySeconds: Int
    ) throws {
        var ledger = TestLedger {
            $0.isReconciling = false
            $0.schedule.defaultValiditySeconds = validitySeconds
        }
        let start = ledger.now
        try ledger.deliver { $0.status = status }
        let id = try ledger.payment().id
        try ledger.waitUntilDue()
        #expect(ledger.now <= start + Int64(validitySeconds + 60) * 1_000)
        ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        #expect(ledger.open == ["unresolved-payment×1"])
        #expect(ledger.inquiries == [])
    }

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending])
    func `a payment that a callback told of is held where the schedule is empty`(
        _ status: LatestTransactionStatus
    ) throws {
        var ledger = TestLedger {
            $0.schedule.scheduleSeconds = []
            $0.schedule.expireAfterSeconds = nil
        }
        try ledger.deliver { $0.status = status }
        #expect(try ledger.runningInquiry()?.phase == .deadline)
        let id = try ledger.payment().id
        try ledger.waitUntilDue()
        ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        #expect(ledger.open == ["unresolved-payment×1"])
    }

    @Test func `what waits and what is open are both held where reconcile is off`() throws {
        var ledger = TestLedger {
            $0.isReconciling = false
            $0.confirmWithQuery = .always
        }
        try ledger.deliver { $0.status = .initiated }
        try ledger.answer(.initiated)
        try ledger.deliver { $0.externalID = "id-2" }
        #expect(ledger.open == ["unconfirmed-callback×1"])
        let id = try ledger.payment().id
        var count = 0
        while try ledger.runningInquiry() != nil {
            try ledger.waitUntilDue()
            ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
            count += 1
            // Jitter may bring a step forward, which is held once all the same.
            try #require(count < 20)
        }
        #expect(ledger.open == ["unconfirmed-callback×1", "unresolved-payment×1"])
    }

    @Test func `receive-only asks nothing about a payment that a callback told of`() throws {
        var ledger = TestLedger { $0.isOutbound = false }
        try ledger.deliver { $0.status = .initiated }
        #expect(ledger.inquiries == [])
    }

    @Test func `an empty schedule has a deadline, at which the attention list holds it`() throws {
        var ledger = TestLedger {
            $0.schedule.whileOpenSeconds = []
            $0.schedule.scheduleSeconds = []
            $0.schedule.expireAfterSeconds = nil
        }
        try ledger.generate()
        let deadline = try #require(try ledger.runningInquiry())
        #expect(deadline.phase == .deadline)
        #expect(deadline.nextMilliseconds == ledger.now + 960_000)
        try ledger.waitUntilDue()
        let id = try ledger.payment().id
        ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
        #expect(ledger.open == ["unresolved-payment×1"])
        #expect(ledger.inquiries == [])
    }

    @Test(arguments: [false, true])
    func `the last step of a code that is still valid leaves a deadline`(isHeld: Bool) throws {
        var ledger = TestLedger {
            $0.schedule.scheduleSeconds = []
            $0.schedule.expireAfterSeconds = nil
        }
        try ledger.generate()
        let start = ledger.now
        let id = try ledger.payment().id
        for _ in 1...2 {
            try ledger.waitUntilDue()
            if isHeld {
                ledger.run { $0.endUnsentInquiries([id], reason: "no query is sent") }
            } else {
                try ledger.answer(.initiated)
            }
        }
        let deadline = try #require(try ledger.runningInquiry())
        #expect(deadline.phase == .deadline)
        #expect(deadline.nextMilliseconds == start + 960_000)
        #expect(ledger.open == [])
    }

    @Test func `what a callback asks without a schedule is held at once`() throws {
        var ledger = try Self.waiting { $0.schedule.scheduleSeconds = [] }
        #expect(ledger.open == ["unconfirmed-callback×1"])
        #expect(ledger.inquiries == [])
        #expect(try ledger.answer(.success).sequence == 1)
        #expect(ledger.open == [])
    }

    @Test func `what waits stays held when its payment is closed by something else`() throws {
        var ledger = TestLedger {
            $0.confirmWithQuery = .always
            $0.schedule.whileOpenSeconds = []
            $0.schedule.scheduleSeconds = [0]
            $0.schedule.expireAfterSeconds = nil
            $0.schedule.recheckCancelledSeconds = []
        }
        try ledger.generate()
        ledger.wait(seconds: 960)
        try ledger.deliver()
        try ledger.answer(.initiated)
        #expect(ledger.inquiries == [])
        #expect(ledger.open == ["unresolved-payment×1", "unconfirmed-callback×1"])
        try ledger.deliver { ($0.status, $0.externalID) = (.cancelled, "id-2") }
        #expect(ledger.story.last == "TRX-1 pending>cancelled 10000.00 notify")
        #expect(try ledger.waiting().count == 1)
        #expect(ledger.open == ["unconfirmed-callback×1"])
    }

    @Test func `resume gives each open question exactly one query`() throws {
        var ledger = try Self.waiting { $0.schedule.scheduleSeconds = [0] }
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        #expect(ledger.open == ["unconfirmed-callback×1"])
        let id = try ledger.payment().id
        ledger.wait(seconds: 3_600)
        #expect(ledger.run { $0.resume([id, 99]) } == 1)
        #expect(ledger.run { $0.resume([id]) } == 0, "it has one")
        let single = try #require(try ledger.runningInquiry())
        #expect(single.nextMilliseconds == ledger.now)
        ledger.record(.notFound(responseCode: "4045101"), try ledger.inquiry())
        #expect(ledger.inquiries == [])
        #expect(ledger.open == ["unconfirmed-callback×1"], "it is held already")
    }

    @Test func `resume asks about no payment that is final`() throws {
        var ledger = TestLedger()
        try ledger.generate()
        try ledger.deliver()
        let id = try ledger.payment().id
        #expect(ledger.run { $0.resume([id]) } == 0)
    }
}
