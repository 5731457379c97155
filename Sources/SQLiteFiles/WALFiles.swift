package import SQLite
package import Store
import System

/// Makes sure that the WAL and its index in shared memory (`-shm`) can be used before a connection
/// that writes is opened.
///
/// SQLite itself would go on with a `-shm` that can only be read: reads work, every commit fails.
package struct WALFiles: Sendable {
    package let database: DatabaseLock
    let onTrouble: @Sendable (SideFileTrouble) -> Void

    package init(database: DatabaseLock, onTrouble: @escaping @Sendable (SideFileTrouble) -> Void) {
        self.database = database
        self.onTrouble = onTrouble
    }

    /// Sets a `-shm` aside that cannot be used: while no other process has the database open, it
    /// holds nothing that is not in the WAL.
    ///
    /// - Parameter closeReaders: closes all connections of this process; returns when they are
    ///   closed.
    /// - Throws: an error that names the file when the WAL cannot be used, or when `-shm` cannot be
    ///   replaced.
    package func prepare(closeReaders: () -> Void) throws(SQLiteError) {
        let files = StoreFiles(main: database.path)
        if Self.isUnusable(files.wal) {
            throw Self.error(
                files.wal,
                "it cannot be read and written, and holds the newest commits: do not remove it, "
                    + "give it the owner and the mode of the database"
            )
        }
        guard Self.isUnusable(files.sharedMemory) else { return }
        closeReaders()
        if let process = try otherProcess() {
            let name = process > 0 ? "process \(process)" : "a process of another namespace"
            throw Self.error(
                files.sharedMemory,
                "it cannot be read and written, and \(name) has the database open; when that has "
                    + "ended, it is made again"
            )
        }
        try setAside(files.sharedMemory)
    }

    private static func isUnusable(_ path: String) -> Bool {
        FileCreation.exists(path) && !FilePath.isUsable(path)
    }

    private func otherProcess() throws(SQLiteError) -> Int? {
        do throws(FileError) {
            return try database.otherProcess()
        } catch {
            throw Self.error(database.path, error.description)
        }
    }

    private func setAside(_ path: String) throws(SQLiteError) {
        let free = SideFile.freeName(for: path)
        do throws(FileError) {
            try FileCreation.rename(path, to: free)
        } catch {
            throw Self.error(
                path,
                "it cannot be read and written, and not be moved away: \(error). Remove it"
            )
        }
        let error = Self.error(path, "it could not be read and written")
        onTrouble(
            SideFileTrouble(path: path, kind: .setAside(as: free), error: StoreError(error))
        )
    }

    private static func error(_ path: String, _ message: String) -> SQLiteError {
        SQLiteError(code: 14, message: message, context: "open \(path)")
    }
}
