import Synchronization

/// What the writer has done since the start.
package struct CommitCounts: Equatable, Sendable {
    package var commits: UInt64 = 0
    package var failures: UInt64 = 0

    /// Callbacks and other work in them.
    package var submissions: UInt64 = 0

    /// Callbacks and other work that broke a rule of the schema, so that nothing of them was kept.
    package var invalidSubmissions: UInt64 = 0
}

/// Whether the last commit reached the disk, and how many did.
final class StoreHealth: Sendable {
    private let failure = Mutex<StoreError?>(nil)
    private let counts = Mutex(CommitCounts())
    private let onChange: @Sendable (StoreError?) -> Void
    private let onInvalidWork: @Sendable (StoreError) -> Void

    /// - Parameters:
    ///   - onChange: called when commits begin to fail (with the first error) and when they work
    ///     again (with nil).
    ///   - onInvalidWork: called when a single piece of work cannot be written.
    init(
        onChange: @escaping @Sendable (StoreError?) -> Void,
        onInvalidWork: @escaping @Sendable (StoreError) -> Void
    ) {
        self.onChange = onChange
        self.onInvalidWork = onInvalidWork
    }

    /// Notes how a commit ended.
    func note(_ error: StoreError?) {
        let changed = failure.withLock { failure in
            defer { failure = error }
            return (failure == nil) != (error == nil)
        }
        if changed { onChange(error) }
    }

    /// Counts a commit of so many submissions.
    func count(_ submissions: Int) {
        counts.withLock { counts in
            counts.commits += 1
            counts.submissions += UInt64(submissions)
        }
    }

    /// Counts a commit that failed.
    func countFailure() { counts.withLock { $0.failures += 1 } }

    /// Notes work that is at fault itself: the database is not, so nothing is said of it.
    func noteInvalidWork(_ error: StoreError) {
        counts.withLock { $0.invalidSubmissions += 1 }
        onInvalidWork(error)
    }

    /// What was counted so far.
    var commitCounts: CommitCounts { counts.withLock { $0 } }

    /// The error of the last commit, if it failed.
    var current: StoreError? { failure.withLock { $0 } }
}
