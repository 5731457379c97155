import SQLite
import SQLiteFiles
import System

/// Checks after each commit that the database is still at its path, and saves commits whose WAL was
/// removed.
///
/// SQLite writes to the files that it has open, even after they were renamed or removed: without
/// the check a commit would succeed and be lost when the process ends. Belongs to one connection of
/// the writer, and runs on the writer's thread.
final class DatabaseLocation {
    private let database: DatabaseLock

    /// Closes all other connections; blocks until they are closed.
    private let closeReaders: () -> Void

    /// Where a lock is reported that the writer waits for in vain.
    private let locks: StuckLocks

    /// The WAL and its shared memory, with their identities when the connection was opened.
    private let companions: [(path: String, identity: FileIdentity?)]

    /// Whether the WAL or its shared memory was replaced. All commits are in the database file
    /// then, and the connection must be opened again before the next commit.
    private var hasChanged = false

    /// Whether the connection must be opened again before the next commit, although the last one is
    /// durable.
    var needsReopening: Bool { hasChanged || locks.areSuspected }

    /// Whether commits exist only in a removed WAL, which is deleted when the connection closes.
    private(set) var hasUnsaved = false

    /// - Parameters:
    ///   - database: the lock of a database that the connection has read, so that its WAL is open.
    ///   - closeReaders: closes all other connections to the database; returns when they are
    ///     closed.
    init(_ database: DatabaseLock, _ locks: StuckLocks, closeReaders: @escaping () -> Void) {
        self.database = database
        self.locks = locks
        self.closeReaders = closeReaders
        companions = StoreFiles(main: database.path).companions.map { path in
            (path, FileIdentity(at: path))
        }
    }

    /// Begins or commits a write.
    ///
    /// When the database cannot be written, all connections are to be closed. While one is open,
    /// SQLite continues to use the shared memory of the process as it is, even if it is read-only.
    /// And no other connection writes, so a lock that this one waits for is stuck: in a commit, the
    /// marks of readers, which it locks when it restarts the WAL.
    func execute(_ sql: String, _ connection: Connection) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.execute(sql)
        } catch {
            if error.isRefusedAccess || error.isBusy { locks.suspect() }
            throw error
        }
    }

    /// Checkpoints what no reader needs in the WAL.
    ///
    /// An error leaves the pages in the WAL, where they are durable, and the next checkpoint tries
    /// again. No other connection checkpoints, so a lock that this one waits for is stuck. So is
    /// one that keeps pages in a WAL of ``pagesMax`` while no reader is open.
    func checkpoint(_ connection: Connection) {
        do throws(SQLiteError) {
            let isComplete = try connection.checkpointPassively()
            if isComplete || connection.walPages < Self.pagesMax { return }
            closeReaders()
            if try connection.checkpointPassively() { return }
            // A backup is a process of its own, and needs pages for as long as it runs.
            if (try? database.otherProcess()) == nil { locks.suspect() }
        } catch {
            if error.isBusy { locks.suspect() }
        }
    }

    /// The size of a WAL, in pages, that shows that checkpoints are incomplete: twice the most
    /// pages between two of them.
    static let pagesMax = 8_000

    /// Checks the identities of the database, its WAL and its shared memory: three calls of
    /// `statx(2)`.
    ///
    /// Runs after a commit and before any of it is acknowledged. When only the WAL or its shared
    /// memory was replaced, all commits are checkpointed and the readers closed; the commit counts.
    ///
    /// - Throws: when the database is not at its path, or the checkpoint failed. The commit may be
    ///   durable in the open file all the same.
    func check(_ connection: Connection) throws(SQLiteError) {
        let isInPlace = database.isInPlace
        if isInPlace, companions.allSatisfy({ FileIdentity(at: $0.path) == $0.identity }) { return }
        try save(connection)
        guard isInPlace else { throw MainDatabase.displacement(of: database) }
        // A reader that has the old WAL open would take pages of the new WAL from it.
        closeReaders()
        hasChanged = true
    }

    /// Checkpoints the commits that ``check(_:)`` could not; always throws, so that the connection
    /// is opened again.
    func saveAgain(_ connection: Connection) throws(SQLiteError) {
        try save(connection)
        hasUnsaved = false
        closeReaders()
        throw SQLiteError(code: 14, message: "the WAL was replaced", context: "commit")
    }

    /// Checkpoints the open WAL into the open database file, whatever their names are now.
    private func save(_ connection: Connection) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.checkpoint()
        } catch {
            hasUnsaved = true
            throw error
        }
    }
}
