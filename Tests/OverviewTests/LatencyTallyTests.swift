import Support
import Testing

@testable import Overview

/// Quantiles of durations, counted in buckets.
struct LatencyTallyTests {
    @Test func `nothing has no quantile`() {
        let tally = LatencyTally()
        #expect(tally.quantile(hundredths: 50) == nil)
        #expect(tally.count == 0)
        #expect(tally.counts == Array(repeating: 0, count: 9))
    }

    @Test(arguments: [
        (0, 0), (1_000, 0), (1_001, 1), (2_000, 1), (5_000, 2), (10_000, 3), (30_000, 4),
        (60_000, 5), (300_000, 6), (3_600_000, 7), (3_600_001, 8), (Int64.max, 8), (-5, 0),
        (Int64.min, 0),
    ])
    func `a duration belongs to the bucket whose bound it does not exceed`(
        milliseconds: Int64,
        bucket: Int
    ) {
        var tally = LatencyTally()
        tally.add(milliseconds: milliseconds)
        #expect(tally.counts[bucket] == 1)
        #expect(tally.count == 1)
        #expect(tally.maximumMilliseconds == max(milliseconds, 0))
        #expect(tally.quantile(hundredths: 50) != nil)
    }

    @Test func `short durations are exact, and the ranks are rounded up`() {
        var tally = LatencyTally()
        for milliseconds in [30, 10, 20] as [Int64] { tally.add(milliseconds: milliseconds) }
        #expect(tally.quantile(hundredths: 1) == 10)
        #expect(tally.quantile(hundredths: 50) == 20)
        #expect(tally.quantile(hundredths: 95) == 30)
        #expect(tally.quantile(hundredths: 100) == 30)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `a quantile is off by less than one percent`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var tally = LatencyTally()
        let bits = Int64.random(in: 3...40, using: &random)
        let values = (0..<1_000).map { _ in Int64.random(in: 0...(1 << bits), using: &random) }
        for value in values { tally.add(milliseconds: value) }
        let sorted = values.sorted()
        for hundredths in [1, 50, 95, 100] as [Int64] {
            let exact = sorted[Int((1_000 * hundredths + 99) / 100) - 1]
            let found = try #require(tally.quantile(hundredths: hundredths))
            #expect((found - exact).magnitude * 100 <= exact.magnitude, "\(found) for \(exact)")
        }
    }
}
