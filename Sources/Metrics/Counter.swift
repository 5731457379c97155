import Synchronization

/// A counter that only increases. Thread-safe.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    package func add(_ amount: UInt64 = 1) { count.add(amount, ordering: .relaxed) }

    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A histogram of durations, in the form of Prometheus. Thread-safe.
///
/// Bucket and sum are updated one after the other, so a concurrent reader can see one duration in
/// only one of them.
package final class Histogram: Sendable {
    /// The upper bounds of the buckets in nanoseconds, ascending; one more bucket has no bound.
    private static let bounds: [UInt64] = [
        500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private let buckets = (0...Histogram.bounds.count).map { _ in Counter() }
    private let sum = Counter()

    package func add(nanoseconds: UInt64) {
        let bucket = Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        buckets[bucket].add()
        sum.add(nanoseconds)
    }

    /// The samples of the histogram, in seconds.
    package var samples: HistogramSamples {
        HistogramSamples(
            bounds: Self.bounds.map { MetricsText.seconds(nanoseconds: $0) },
            counts: buckets.map(\.value),
            sum: MetricsText.seconds(nanoseconds: sum.value)
        )
    }
}

/// Counters by a label with few values, such as a response code. Thread-safe.
package final class LabelledCounter<Label: Hashable & Sendable>: Sendable {
    private let counts: Mutex<[Label: UInt64]>

    /// - Parameter labels: those that are shown with 0 before they are counted. Prometheus computes
    ///   an increase from the second sample of a series on.
    package init(_ labels: [Label] = []) {
        counts = Mutex(Dictionary(uniqueKeysWithValues: labels.map { ($0, 0) }))
    }

    package func add(_ label: Label) { counts.withLock { $0[label, default: 0] += 1 } }

    package var values: [Label: UInt64] { counts.withLock { $0 } }
}
