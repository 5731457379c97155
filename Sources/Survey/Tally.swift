import Text

/// What a ``Tally`` counts: its members stand in the row of the value.
package protocol TallyKey: Hashable, Encodable, Sendable {}

/// How often values were seen, when first and when last.
///
/// Bounded: the first values that are noted are listed, up to a number of them, so they have to be
/// noted newest first. What is seen of others is only counted.
package struct Tally<Key: TallyKey>: Sendable {
    /// One value.
    package struct Row: Sendable {
        package let key: Key
        package fileprivate(set) var count = 0
        package fileprivate(set) var period = Period()
    }

    private let valuesMax: Int
    private var listed: [Key: Row] = [:]

    /// Observations of values beyond the bound.
    package private(set) var unlisted = 0

    package init(valuesMax: Int) { self.valuesMax = valuesMax }

    /// Counts a value.
    package mutating func note(_ key: Key, atMilliseconds milliseconds: Int64) {
        guard listed[key] != nil || listed.count < valuesMax else {
            unlisted += 1
            return
        }
        listed[key, default: Row(key: key)].note(milliseconds)
    }

    /// The most frequent first.
    package var rows: [Row] {
        listed.values.sorted { left, right in
            if left.count != right.count { return left.count > right.count }
            let (leftLast, rightLast) = (left.period.last ?? 0, right.period.last ?? 0)
            if leftLast != rightLast { return leftLast > rightLast }
            // Any order that is the same for the same counts.
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

    fileprivate mutating func note(_ milliseconds: Int64) {
        count += 1
        period.note(milliseconds)
    }

    package func encode(to encoder: any Encoder) throws {
        try key.encode(to: encoder)
        try period.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
    }
}

/// From the first to the last time that something was seen.
package struct Period: Equatable, Sendable {
    /// Milliseconds since the epoch; nil when it was never seen.
    package private(set) var first: Int64?

    /// Milliseconds since the epoch; nil when it was never seen.
    package private(set) var last: Int64?

    package init() {}

    /// Notes that it was seen.
    package mutating func note(_ milliseconds: Int64) {
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
