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

    /// The WAL and its shared memory, with their identities when the connection was opened.
    private let companions: [(path: String, identity: FileIdentity?)]

    /// Whether the WAL or its shared memory was replaced. All commits are in the database file
    /// then, and the connection must be opened again before the next commit.
    private(set) var hasChanged = false

    /// Whether commits exist only in a removed WAL, which is deleted when the connection closes.
    private(set) var hasUnsaved = false

    /// - Parameters:
    ///   - database: the lock of a database that the connection has read, so that its WAL is open.
    ///   - closeReaders: closes all other connections to the database; returns when they are
    ///     closed.
    init(_ database: DatabaseLock, closeReaders: @escaping () -> Void) {
        self.database = database
        self.closeReaders = closeReaders
        companions = StoreFiles(main: database.path).companions.map { path in
            (path, FileIdentity(at: path))
        }
    }

    /// Begins a write.
    ///
    /// Closes all readers when the database cannot be written. While a reader is open, SQLite
    /// continues to use the shared memory of the process as it is, even if it is read-only, or if
    /// it counts a lock as held that could not be released: no other connection writes, so the lock
    /// that this one waits for belongs to a call of `fcntl(2)` that failed.
    func begin(_ connection: Connection) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
        } catch {
            if error.isRefusedAccess || error.isBusy { closeReaders() }
            throw error
        }
    }

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
