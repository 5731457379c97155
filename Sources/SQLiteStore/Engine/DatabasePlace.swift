import SQLite
import SQLiteFiles
import System

/// Checks that commits go where the database's path leads, and saves those that do not.
///
/// SQLite goes on writing to the files that it has open, whatever has become of their names: a
/// commit would succeed and be gone with the process. Belongs to one connection of the writer.
final class DatabasePlace {
    private let database: DatabaseLock
    private let closeReaders: () -> Void

    /// The WAL and its index, in shared memory, as they were when the connection was opened.
    private let companions: [(path: String, identity: FileIdentity?)]

    /// Whether the WAL or its index is another file now: everything is in the database file, and
    /// the connection has to be opened again before the next commit.
    private(set) var hasChanged = false

    /// Whether commits are only in a WAL without a name, which is gone when the connection closes.
    private(set) var hasUnsaved = false

    /// - Parameters:
    ///   - database: of a connection that has read: its WAL is open.
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
    /// Closes all readers when the database cannot be written: as long as any of them is open,
    /// SQLite goes on with the shared memory of the process as it is, be it read-only.
    func begin(_ connection: Connection) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
        } catch {
            if error.isRefusedAccess { closeReaders() }
            throw error
        }
    }

    /// After a commit and before anything of it is acknowledged: three calls of statx(2).
    ///
    /// Throws when the database is not in its place. When only its WAL has vanished, all commits
    /// are saved in the database file.
    func check(_ connection: Connection) throws(SQLiteError) {
        let isInPlace = database.isInPlace
        if isInPlace, companions.allSatisfy({ FileIdentity(at: $0.path) == $0.identity }) { return }
        try save(connection)
        guard isInPlace else { throw MainDatabase.displacement(of: database) }
        // Readers that have the old WAL open would take pages of the new one from it.
        closeReaders()
        hasChanged = true
    }

    /// Saves what an earlier attempt could not; throws in any case, so that the connection is
    /// opened again.
    func saveAgain(_ connection: Connection) throws(SQLiteError) {
        try save(connection)
        hasUnsaved = false
        closeReaders()
        throw SQLiteError(code: 14, message: "the WAL was replaced", context: "commit")
    }

    /// What was committed is in the open files: the WAL is copied to the open database file.
    private func save(_ connection: Connection) throws(SQLiteError) {
        do throws(SQLiteError) {
            try connection.checkpoint()
        } catch {
            hasUnsaved = true
            throw error
        }
    }
}
