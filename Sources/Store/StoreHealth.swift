import Synchronization

/// The writer's counters since the start.
package struct CommitCounts: Equatable, Sendable {
    package var commits: UInt64 = 0
    package var failures: UInt64 = 0

    /// Callbacks and other work that was committed.
    package var submissions: UInt64 = 0

    /// Callbacks and other work that violated a constraint of the schema, so that nothing of it was
    /// stored.
    package var invalidSubmissions: UInt64 = 0

    /// How many submissions a commit had.
    package var sizes = Distribution([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])

    /// How long a commit took, in nanoseconds: decisions, writes and the sync.
    package var durations = Distribution([
        500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ])
}

/// How many values were up to each of some bounds.
package struct Distribution: Equatable, Sendable {
    /// Ascending.
    package let bounds: [UInt64]

    /// The number of values in each bucket alone; the last one has no bound.
    package private(set) var counts: [UInt64]
    package private(set) var sum: UInt64 = 0

    init(_ bounds: [UInt64]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: UInt64) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }
}

/// Whether the last commit succeeded, and counters of commits; may be read from any thread.
final class StoreHealth: Sendable {
    private let failure = Mutex<StoreError?>(nil)
    private let counts = Mutex(CommitCounts())
    private let onChange: @Sendable (StoreError?) -> Void
    private let onInvalidWork: @Sendable (StoreError) -> Void

    /// - Parameters:
    ///   - onChange: called when commits start to fail, with the first error, and when they succeed
    ///     again, with nil.
    ///   - onInvalidWork: called when a single piece of work cannot be written.
    init(
        onChange: @escaping @Sendable (StoreError?) -> Void,
        onInvalidWork: @escaping @Sendable (StoreError) -> Void
    ) {
        self.onChange = onChange
        self.onInvalidWork = onInvalidWork
    }

    /// Records the result of a commit; nil for success.
    func record(_ error: StoreError?) {
        let changed = failure.withLock { failure in
            defer { failure = error }
            return (failure == nil) != (error == nil)
        }
        if changed { onChange(error) }
    }

    /// Counts a commit of this many submissions.
    func count(_ submissions: Int, _ duration: Duration) {
        counts.withLock { counts in
            counts.commits += 1
            counts.submissions += UInt64(submissions)
            counts.sizes.add(UInt64(submissions))
            counts.durations.add(duration.nanoseconds)
        }
    }

    /// Counts a failed commit.
    func countFailure() { counts.withLock { $0.failures += 1 } }

    /// Counts and reports work that is at fault itself. The database is not, so ``current`` stays
    /// as it is.
    func recordInvalidWork(_ error: StoreError) {
        counts.withLock { $0.invalidSubmissions += 1 }
        onInvalidWork(error)
    }

    /// The counters.
    var commitCounts: CommitCounts { counts.withLock { $0 } }

    /// The error of the last commit; nil when it succeeded.
    var current: StoreError? { failure.withLock { $0 } }
}

extension Duration {
    /// The duration in whole nanoseconds; 0 for a negative one.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000_000
            + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
