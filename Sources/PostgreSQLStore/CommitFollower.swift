import PostgreSQL
import Queues
import Store
import Synchronization
import System

/// Watches for commits of other receivers: by `LISTEN`, and by reading the head once a second,
/// because a notification is lost with the connection.
///
/// It has a thread and a connection of its own, until it is stopped or released.
final class CommitFollower: Sendable {
    /// Sent by each commit with changes, and received when it is committed.
    let notification: Query

    private let loop: FollowerLoop

    init(_ address: PostgreSQLAddress) throws(StoreError) {
        let own = "\(UInt64.random(in: 0...UInt64.max))"
        notification = Query("SELECT pg_notify('cashin_receiver', $1)", .text(own))
        loop = try FollowerLoop(address, own: own)
    }

    deinit { stop() }

    /// - Parameter onCommit: called on the follower's thread.
    func start(_ onCommit: @escaping @Sendable (ForeignCommits) -> Void) { loop.start(onCommit) }

    /// Ends the thread; waits for it, but not for a server that does not respond.
    func stop() { loop.stop() }
}

/// What the thread of a ``CommitFollower`` does.
private final class FollowerLoop: Sendable {
    private static let head = Query("SELECT head FROM ledger")

    /// Nanoseconds between two reads of the head, and before a lost connection is opened again.
    private static let pause: UInt64 = 1_000_000_000

    /// Nanoseconds after a report in which further commits are not reported.
    private static let rest: UInt64 = 20_000_000

    private let address: PostgreSQLAddress

    /// What the notifications of this process say.
    private let own: String
    private let executor = QueueExecutor(blockingLabel: "store.follower")
    private let stopped: Latch
    private let isStopped = Atomic(false)

    /// Opens when the thread has ended; nil before it starts.
    private let ended: Mutex<Latch?>

    /// Nanoseconds for which ``stop()`` waits: libpq must not be in use when the process exits.
    private static let patience: UInt64 = 2_000_000_000

    init(_ address: PostgreSQLAddress, own: String) throws(StoreError) {
        self.address = address
        self.own = own
        ended = Mutex(nil)
        do throws(SystemError) {
            stopped = try Latch()
        } catch {
            throw StoreError(.failed, error.description, context: "watch for commits")
        }
    }

    func start(_ onCommit: @escaping @Sendable (ForeignCommits) -> Void) {
        // Without a latch, the end is not waited for.
        let ended = try? Latch()
        self.ended.withLock { $0 = ended }
        executor.run { [self] in
            defer { ended?.open() }
            while !isStopped.load(ordering: .relaxed) {
                // The next attempt opens another connection.
                try? follow(onCommit)
                wait(nanoseconds: Self.pause)
            }
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        stopped.open()
        let ended = ended.withLock { $0 }
        _ = try? ended?.wait(untilNanoseconds: SystemClock.monotonicNanoseconds() + Self.patience)
    }

    /// Reports heads until it is stopped or the connection breaks.
    private func follow(_ onCommit: (ForeignCommits) -> Void) throws(StoreError) {
        let connection = try address.connect()
        let seconds = address.seconds
        try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.run([Query("LISTEN cashin_receiver")], withinSeconds: seconds)
            // What was committed before it listened is not known.
            var areKnown = true
            while !isStopped.load(ordering: .relaxed) {
                let found = try connection.run([Self.head], withinSeconds: seconds)
                if let row = found[0].rows.first {
                    onCommit(ForeignCommits(head: row.integer(0), areKnown: areKnown))
                }
                wait(nanoseconds: Self.rest)
                areKnown = try connection.notifications(
                    untilNanoseconds: SystemClock.monotonicNanoseconds() + Self.pause,
                    orUntil: stopped
                ).contains { $0.payload != own }
            }
        }
    }

    private func wait(nanoseconds: UInt64) {
        let deadline = SystemClock.monotonicNanoseconds() + nanoseconds
        _ = try? stopped.wait(untilNanoseconds: deadline)
    }
}
