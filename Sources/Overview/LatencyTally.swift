/// Counts durations, and estimates quantiles of any number of them in constant memory.
///
/// A duration is counted in buckets whose width is less than 1/64 of their values, in the manner of
/// an HDR histogram, so that a quantile is off by less than one percent.
package struct LatencyTally: Equatable, Sendable {
    /// The upper bounds of ``counts`` in seconds; the last count has none.
    package static let boundsSeconds: [Int64] = [1, 2, 5, 10, 30, 60, 300, 3_600]

    /// How many durations are up to a bound, and above the one before it.
    package private(set) var counts = Array(repeating: Int64(0), count: boundsSeconds.count + 1)

    /// The number of durations.
    package private(set) var count: Int64 = 0

    /// The longest one.
    package private(set) var maximumMilliseconds: Int64 = 0

    private var fine = Array(repeating: Int64(0), count: Self.place(of: .max) + 1)

    package init() {}

    /// Counts a duration; a negative one, which is due to clocks that differ, counts as 0.
    package mutating func add(milliseconds: Int64) {
        let duration = max(milliseconds, 0)
        let bucket = Self.boundsSeconds.firstIndex { duration <= $0 * 1_000 }
        counts[bucket ?? Self.boundsSeconds.count] += 1
        count += 1
        maximumMilliseconds = max(maximumMilliseconds, duration)
        fine[Self.place(of: duration)] += 1
    }

    /// The duration that this share of all does not exceed, in milliseconds; nil without any.
    ///
    /// - Parameter hundredths: the share in percent, 1 to 100.
    package func quantile(hundredths: Int64) -> Int64? {
        if count == 0 { return nil }
        // The rank, rounded up: the median of three is the second one.
        var rest = (count * hundredths + 99) / 100
        for (place, number) in fine.enumerated() {
            rest -= number
            if rest <= 0 { return min(Self.middle(of: place), maximumMilliseconds) }
        }
        return maximumMilliseconds
    }

    /// Bits of a duration that a bucket distinguishes, besides the first one.
    private static let precisionBits = 6
    private static let stepsCount = 1 << precisionBits

    /// The bucket of a duration: durations below 128 ms have one each.
    private static func place(of duration: Int64) -> Int {
        let shift = max(Int64.bitWidth - duration.leadingZeroBitCount - precisionBits - 1, 0)
        return shift * stepsCount + Int(duration >> Int64(shift))
    }

    /// The middle of a bucket, in milliseconds.
    private static func middle(of place: Int) -> Int64 {
        let shift = max(place / stepsCount - 1, 0)
        let lower = Int64(place - shift * stepsCount) << Int64(shift)
        return lower + (Int64(1) << Int64(shift)) / 2
    }
}
