import Text

/// A value that a ``Tally`` counts; its members are encoded into the row of the value.
package protocol TallyKey: Hashable, Encodable, Sendable {}

/// Counts values, with the time of the first and the last occurrence.
///
/// Bounded: the first `valuesMax` distinct values are listed, so the caller must pass the newest
/// first. Occurrences of other values are only counted.
package struct Tally<Key: TallyKey>: Sendable {
    /// One value.
    package struct Row: Sendable {
        package let key: Key
        package fileprivate(set) var count = 0
        package fileprivate(set) var period = Period()
    }

    private let valuesMax: Int
    private var listed: [Key: Row] = [:]

    /// Occurrences of values beyond `valuesMax`.
    package private(set) var unlisted = 0

    package init(valuesMax: Int) { self.valuesMax = valuesMax }

    /// Counts a value.
    package mutating func count(_ key: Key, atMilliseconds milliseconds: Int64) {
        guard listed[key] != nil || listed.count < valuesMax else {
            unlisted += 1
            return
        }
        listed[key, default: Row(key: key)].count(milliseconds)
    }

    /// The listed values, most frequent first.
    package var rows: [Row] {
        listed.values.sorted { left, right in
            if left.count != right.count { return left.count > right.count }
            let (leftLast, rightLast) = (left.period.last ?? 0, right.period.last ?? 0)
            if leftLast != rightLast { return leftLast > rightLast }
            // An arbitrary order that is the same in every run.
            return String(describing: left.key) < String(describing: right.key)
        }
    }
}

extension Tally: Encodable {
    private enum CodingKeys: CodingKey { case values, unlisted }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .values)
        try container.encode(unlisted, forKey: .unlisted)
    }
}

extension Tally.Row: Encodable {
    private enum CodingKeys: CodingKey { case count }

    fileprivate mutating func count(_ milliseconds: Int64) {
        count += 1
        period.count(milliseconds)
    }

    package func encode(to encoder: any Encoder) throws {
        try key.encode(to: encoder)
        try period.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
    }
}

/// The times of the first and the last occurrence.
package struct Period: Equatable, Sendable {
    /// Milliseconds since the epoch; nil without an occurrence.
    package private(set) var first: Int64?

    /// Milliseconds since the epoch; nil without an occurrence.
    package private(set) var last: Int64?

    package init() {}

    /// Adds an occurrence.
    package mutating func count(_ milliseconds: Int64) {
        first = min(first ?? milliseconds, milliseconds)
        last = max(last ?? milliseconds, milliseconds)
    }
}

extension Period: Encodable {
    private enum CodingKeys: CodingKey { case firstAt, lastAt }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(text(first), forKey: .firstAt)
        try container.encode(text(last), forKey: .lastAt)
    }

    private func text(_ milliseconds: Int64?) -> String? {
        milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
    }
}

/// The distribution of numbers, with percentiles by the nearest-rank method.
///
/// Stores every number, so the caller must bound their count.
package struct Spread: Sendable {
    private var numbers: [Int64] = []

    package init() {}

    /// Adds a number.
    package mutating func count(_ number: Int64) { numbers.append(number) }

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
