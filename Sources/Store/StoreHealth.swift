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
    func count(_ submissions: Int) {
        counts.withLock { counts in
            counts.commits += 1
            counts.submissions += UInt64(submissions)
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
