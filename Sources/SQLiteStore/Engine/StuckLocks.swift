import Synchronization

/// Whether SQLite may count a lock of the WAL's shared memory as held that no connection uses.
///
/// That happens when `fcntl(2)` fails to release it. All connections of a process share the count
/// of each lock, and it is forgotten when the last of them has been closed: until then others wait
/// for the lock in vain, or the WAL cannot be checkpointed. The connection that waited reports it
/// here, and the writer closes all connections and opens the database again.
final class StuckLocks: Sendable {
    private let found = Atomic(false)

    /// Whether the database has to be opened again.
    var areSuspected: Bool { found.load(ordering: .relaxed) }

    /// Reports that a lock may be stuck; from any thread.
    func suspect() { found.store(true, ordering: .relaxed) }

    /// Records that all connections are closed.
    func forget() { found.store(false, ordering: .relaxed) }
}
