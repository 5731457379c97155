import SQLite
import Synchronization

/// Whether the last commit reached the disk.
final class StoreHealth: Sendable {
    private let failure = Mutex<SQLiteError?>(nil)
    private let onChange: @Sendable (SQLiteError?) -> Void

    /// - Parameter onChange: called when commits begin to fail (with the first error) and when they
    ///   work again (with nil).
    init(onChange: @escaping @Sendable (SQLiteError?) -> Void) { self.onChange = onChange }

    /// Notes how a commit ended.
    func note(_ error: SQLiteError?) {
        let changed = failure.withLock { failure in
            defer { failure = error }
            return (failure == nil) != (error == nil)
        }
        if changed { onChange(error) }
    }

    /// The error of the last commit, if it failed.
    var current: SQLiteError? { failure.withLock { $0 } }
}
