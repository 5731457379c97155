import Synchronization

/// What the writer has done since the start.
package struct CommitCounts: Equatable, Sendable {
    package var commits: UInt64 = 0
    package var failures: UInt64 = 0

    /// Callbacks and other work in them.
    package var submissions: UInt64 = 0
}

/// Whether the last commit reached the disk, and how many did.
final class StoreHealth: Sendable {
    private let failure = Mutex<StoreError?>(nil)
    private let counts = Mutex(CommitCounts())
    private let onChange: @Sendable (StoreError?) -> Void

    /// - Parameter onChange: called when commits begin to fail (with the first error) and when they
    ///   work again (with nil).
    init(onChange: @escaping @Sendable (StoreError?) -> Void) { self.onChange = onChange }

    /// Notes how a commit ended.
    func note(_ error: StoreError?) {
        let changed = failure.withLock { failure in
            defer { failure = error }
            return (failure == nil) != (error == nil)
        }
        if changed { onChange(error) }
    }

    /// Counts a commit of so many submissions, or a failed one.
    func count(_ submissions: Int, isFailed: Bool) {
        counts.withLock { counts in
            if isFailed {
                counts.failures += 1
            } else {
                counts.commits += 1
                counts.submissions += UInt64(submissions)
            }
        }
    }

    /// What was counted so far.
    var commitCounts: CommitCounts { counts.withLock { $0 } }

    /// The error of the last commit, if it failed.
    var current: StoreError? { failure.withLock { $0 } }
}
