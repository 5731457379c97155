/// The distribution of numbers, with percentiles by the nearest-rank method.
///
/// Stores every number, so the caller must bound their count.
package struct Spread: Sendable {
    private var numbers: [Int64] = []

    package init() {}

    /// Adds a number.
    package mutating func note(_ number: Int64) { numbers.append(number) }

    /// The smallest number that is not exceeded by at least `percent` percent of the numbers; nil
    /// if there are none.
    package func percentile(_ percent: Int) -> Int64? {
        percentile(percent, of: numbers.sorted())
    }

    private func percentile(_ percent: Int, of sorted: [Int64]) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}

extension Spread: Encodable {
    private enum CodingKeys: CodingKey { case count, min, median, p95, max }

    package func encode(to encoder: any Encoder) throws {
        let sorted = numbers.sorted()
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sorted.count, forKey: .count)
        try container.encode(sorted.first, forKey: .min)
        try container.encode(percentile(50, of: sorted), forKey: .median)
        try container.encode(percentile(95, of: sorted), forKey: .p95)
        try container.encode(sorted.last, forKey: .max)
    }
}
