import Ledger
import Testing

/// When the gateway is queried: contract sections 3 and 6.
struct InquiryScheduleTests {
    private static let base: Int64 = 1_795_316_400_000

    @Test(arguments: [
        (InquirySchedule.Phase.whileOpen, [60, 300]),
        (.scheduled, [0, 60, 300, 900, 3_600, 21_600, 86_400]),
        (.recheckUnpaid, [3_600, 86_400]),
        (.recheckPaid, []),
        (.deadline, [0]),
    ])
    func `every phase has the offsets of the contract`(
        _ phase: InquirySchedule.Phase,
        offsets: [Int]
    ) {
        let schedule = InquirySchedule()
        #expect(schedule.offsets(phase) == offsets)
        let times = offsets.indices.map {
            schedule.time(phase, step: $0, base: Self.base, jitterPermille: 0)
        }
        #expect(times == offsets.map { Self.base + Int64($0) * 1_000 })
        for step in [-1, offsets.count] {
            let time = schedule.time(phase, step: step, base: Self.base, jitterPermille: 0)
            #expect(time == nil, "there is no step \(step)")
        }
    }

    @Test func `each phase follows its own list`() {
        var schedule = InquirySchedule()
        schedule.whileOpenSeconds = [1]
        schedule.scheduleSeconds = [2]
        schedule.recheckCancelledSeconds = [3]
        schedule.recheckSuccessSeconds = [4]
        let times = InquirySchedule.Phase.allCases.map {
            schedule.time($0, step: 0, base: 0, jitterPermille: 0)
        }
        #expect(times == [1_000, 2_000, 3_000, 4_000, 0])
    }

    @Test(arguments: [
        // Step 4 is 3600 s after the base.
        (-100 as Int64, 3_240_000 as Int64), (-1, 3_596_400), (0, 3_600_000), (1, 3_603_600),
        (100, 3_960_000),
    ])
    func `jitter stretches the offset, not the base`(permille: Int64, after: Int64) {
        let time = InquirySchedule().time(
            .scheduled,
            step: 4,
            base: Self.base,
            jitterPermille: permille
        )
        #expect(time == Self.base + after)
    }

    @Test(arguments: [-100, 100] as [Int64])
    func `a query that is due at once has no jitter`(permille: Int64) {
        let time = InquirySchedule().time(
            .scheduled,
            step: 0,
            base: Self.base,
            jitterPermille: permille
        )
        #expect(time == Self.base)
    }

    @Test(arguments: [
        // Milliseconds after the base, and the first step beyond.
        (-1 as Int64, 0 as Int?), (0, 1), (1, 1), (59_999, 1), (60_000, 2), (60_001, 2),
        (86_399_999, 6), (86_400_000, nil), (90_000_000, nil),
    ])
    func `the next step is the first one that lies beyond now`(after: Int64, step: Int?) {
        let found = InquirySchedule().step(.scheduled, base: Self.base, after: Self.base + after)
        #expect(found == step)
    }

    @Test func `a phase without offsets ends at once`() {
        #expect(InquirySchedule().step(.recheckPaid, base: Self.base, after: 0) == nil)
    }
}
