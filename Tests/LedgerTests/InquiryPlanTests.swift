import Payments
import Testing

@testable import Ledger

/// When the next query is due, to the millisecond (article Statuses): the code is generated at
/// ``now`` and valid for 900 s.
struct InquiryPlanTests {
    private static let now: Int64 = 1_795_316_400_000
    private static let jitter = Jitter(seed: 1)

    private static func plan(
        at now: Int64 = now,
        _ change: (inout InquirySchedule) -> Void = { _ in }
    ) -> InquiryPlan {
        var policy = LedgerPolicy()
        change(&policy.schedule)
        return InquiryPlan(LedgerContext(policy: policy, nowMilliseconds: now, jitter: jitter))
    }

    private static func generation(expires: Int64 = now + 900_000) throws -> Generation {
        Generation(
            state: .accepted,
            feeAmount: try #require(Amount(sen: 0)),
            validity: .seconds(900),
            expiresMilliseconds: expires,
            startedMilliseconds: now
        )
    }

    private static func payment(unpaidReports: Int = 0) throws -> Payment {
        var payment = try CallbackJudgeTests.payment(.pending)
        payment.unpaidReports = unpaidReports
        payment.updatedMilliseconds = now
        return payment
    }

    private static func inquiry(
        _ phase: InquirySchedule.Phase = .scheduled,
        base: Int64 = now,
        step: Int = 0,
        planned: Int64 = now
    ) -> StatusInquiry {
        StatusInquiry(
            paymentID: 1,
            phase: phase,
            baseMilliseconds: base,
            step: step,
            nextMilliseconds: planned,
            plannedMilliseconds: planned
        )
    }

    // MARK: Due

    @Test(arguments: [
        // Milliseconds from now to the query and to when it was planned.
        (0 as Int64, 0 as Int64, true), (1, 0, false), (-1, 0, true), (5_000, 1_000, false),
        (5_000, 1_001, true),
    ])
    func `a query is due at its time, or when the clock was set back by more than a second`(
        next: Int64,
        planned: Int64,
        isDue: Bool
    ) {
        var inquiry = Self.inquiry(planned: Self.now + planned)
        inquiry.nextMilliseconds = Self.now + next
        #expect(inquiry.isDue(at: Self.now) == isDue)
    }

    @Test(arguments: [([0, 60, 300], 2), ([0], 0), ([], 0)])
    func `a single query is the last step of the schedule`(seconds: [Int], step: Int) {
        let single = Self.plan { $0.scheduleSeconds = seconds }.single(about: 1)
        #expect(single == Self.inquiry(step: step))
    }

    @Test func `jitter is ten percent to both sides`() {
        let all = (1...20_000 as ClosedRange<Int64>).map { Self.jitter.permille(of: $0, step: 1) }
        #expect(all.min() == -100)
        #expect(all.max() == 100)
        #expect(Set(all).count == 201)
    }

    // MARK: While the code is valid

    @Test(arguments: [
        // The end of the validity after the start, in milliseconds, and whether the step at 60 s
        // lies before it.
        (60_000 as Int64, false), (60_001, true),
    ])
    func `a step of a valid code lies before the end of the validity, without jitter`(
        validity: Int64,
        isWithin: Bool
    ) throws {
        let generation = try Self.generation(expires: Self.now + validity)
        let next = Self.plan().inquiry(about: try Self.payment(), generation, nil)
        #expect(next?.phase == (isWithin ? .whileOpen : .scheduled))
        #expect(next?.step == 0)
    }

    @Test(
        arguments: [
            // The present inquiry, and the step that follows.
            (nil, 0), (inquiry(.whileOpen, step: 1), 1), (inquiry(.scheduled, step: 1), 0),
            (inquiry(.whileOpen, base: now - 1, step: 1), 0),
        ] as [(StatusInquiry?, Int)]
    )
    func `steps already taken count for their own list and base`(
        existing: StatusInquiry?,
        step: Int
    ) throws {
        let generation = try Self.generation()
        let next = Self.plan().inquiry(about: try Self.payment(), generation, existing)
        #expect(next?.phase == .whileOpen)
        #expect(next?.step == step)
    }

    // MARK: The clock

    @Test(arguments: [
        // Milliseconds from now to the base and to when the query was planned; the base afterwards.
        (500 as Int64, 0 as Int64, 500 as Int64), (500, 1, 0), (-500, 0, -500), (-500, 1, -501),
    ])
    func `the base moves back with the clock, and only with it`(
        base: Int64,
        planned: Int64,
        after: Int64
    ) throws {
        let inquiry = Self.inquiry(base: Self.now + base, planned: Self.now + planned)
        let next = Self.plan().next(after: inquiry, try Self.payment(), nil, isAwaited: true)
        #expect(next?.baseMilliseconds == Self.now + after)
        #expect(next?.step == 1)
    }

    // MARK: The expiry query

    /// The validity of a payment that was not generated here ends at 900 s, the expiry is an hour
    /// later.
    private static let expiry = now + 4_500_000

    @Test func `a query at the point of expiry needs no other one`() throws {
        // The first step is the end of the validity plus grace, which is the point of expiry here.
        let plan = Self.plan { ($0.scheduleSeconds, $0.expireAfterSeconds) = ([0], 60) }
        let planned = try #require(plan.inquiry(about: try Self.payment(), nil, nil))
        #expect(planned.nextMilliseconds == Self.now + 960_000)
        #expect(!planned.isExpiryCheck)
    }

    @Test func `the expiry query comes before a later one, and without a schedule`() throws {
        for seconds in [[], [86_400]] {
            let plan = Self.plan { $0.scheduleSeconds = seconds }
            let check = try #require(plan.inquiry(about: try Self.payment(), nil, nil))
            #expect(check.nextMilliseconds == Self.expiry)
            #expect(check.plannedMilliseconds == Self.now)
            #expect(check.isExpiryCheck)
            // It uses up no step.
            let later = Self.plan(at: Self.expiry) { $0.scheduleSeconds = seconds }
            let next = later.next(after: check, try Self.payment(), nil, isAwaited: false)
            #expect(next?.step == (seconds.isEmpty ? nil : 0))
        }
    }

    @Test(
        arguments: [
            // Reports since the end of the validity, the grace, and milliseconds to one more query.
            (0, 60, nil), (1, 60, 60_000), (1, 1, 1_000), (1, 0, 1_000), (2, 60, nil), (3, 60, nil),
        ] as [(Int, Int, Int64?)]
    )
    func `after the expiry one report alone is followed by another`(
        reports: Int,
        grace: Int,
        pause: Int64?
    ) throws {
        let plan = Self.plan(at: Self.expiry) {
            ($0.scheduleSeconds, $0.graceSeconds) = ([], grace)
        }
        let payment = try Self.payment(unpaidReports: reports)
        let next = plan.inquiry(about: payment, nil, nil)
        #expect(next?.nextMilliseconds == pause.map { Self.expiry + $0 })
        #expect(next?.isExpiryCheck == pause.map { _ in true })
    }

    // MARK: Failed attempts

    @Test(arguments: zip(0...8, [5, 10, 20, 40, 80, 160, 300, 300, 300] as [Int64]))
    func `the pause after a failure doubles from 5 s to 300 s`(failures: Int64, seconds: Int64) {
        var inquiry = Self.inquiry(step: 3)
        inquiry.failureCount = failures
        let retried = Self.plan().retried(inquiry)
        let permille = Self.jitter.permille(of: 1, step: Int(failures + 1))
        #expect(retried?.failureCount == failures + 1)
        #expect(retried?.nextMilliseconds == Self.now + seconds * (1_000 + permille))
        #expect(retried?.plannedMilliseconds == Self.now)
        #expect(retried?.failingSinceMilliseconds == Self.now)
        #expect(retried?.step == 3)
    }

    @Test(arguments: [(86_399_999 as Int64, true), (86_400_000, false), (-1, true)])
    func `failed attempts use up no step for 24 hours`(since: Int64, isRetried: Bool) {
        var inquiry = Self.inquiry()
        inquiry.failingSinceMilliseconds = Self.now - since
        let retried = Self.plan().retried(inquiry)
        #expect((retried != nil) == isRetried)
        if isRetried {
            #expect(retried?.failingSinceMilliseconds == Self.now - max(since, 0))
        }
    }

    @Test func `an outdated report is asked for at once, then like a failed attempt`() {
        let first = Self.plan().repeated(Self.inquiry(planned: Self.now - 1))
        #expect(first.nextMilliseconds == Self.now)
        #expect(first.plannedMilliseconds == Self.now)
        #expect(first.failureCount == 1)
        let second = Self.plan().repeated(first)
        let permille = Self.jitter.permille(of: 1, step: 2)
        #expect(second.failureCount == 2)
        #expect(second.nextMilliseconds == Self.now + 10 * (1_000 + permille))
    }
}
