package import SQLite
package import Store
import System

/// Checks, before a writing connection is opened, that the WAL and its shared memory (`-shm`) can
/// be read and written, and that SQLite will find all commits in the WAL.
///
/// SQLite would use a `-shm` that can only be read: reads succeed, and every commit fails.
package struct WALFiles: Sendable {
    package let database: DatabaseLock
    let onTrouble: @Sendable (SideFileTrouble) -> Void

    package init(database: DatabaseLock, onTrouble: @escaping @Sendable (SideFileTrouble) -> Void) {
        self.database = database
        self.onTrouble = onTrouble
    }

    /// Replaces an unusable `-shm`. It holds nothing that the WAL lacks, unless another process has
    /// the database open.
    ///
    /// - Parameter closeReaders: closes all connections of this process; returns when they are
    ///   closed.
    /// - Throws: an error that names the file, when the WAL is unusable or `-shm` cannot be
    ///   replaced.
    package func prepare(closeReaders: () -> Void) throws(SQLiteError) {
        let files = StoreFiles(main: database.path)
        if FilePath.isUnusable(files.wal) {
            throw Self.error(
                files.wal,
                "this process cannot read and write the WAL, which has the newest commits; do not "
                    + "remove it, give it the owner and the mode of the database"
            )
        }
        try examine(files.wal)
        guard FilePath.isUnusable(files.sharedMemory) else { return }
        closeReaders()
        if let process = try otherProcess() {
            let name = process > 0 ? "process \(process)" : "a process in another PID namespace"
            throw Self.error(
                files.sharedMemory,
                "this process cannot read and write the file, and \(name) has the database open; "
                    + "the file is created again when that process has ended"
            )
        }
        try setAside(files.sharedMemory)
    }

    /// Throws when a recovery would silently lose commits (``WALExamination``).
    private func examine(_ path: String) throws(SQLiteError) {
        if !FileCreation.exists(path) { return }
        let wal: FileContents
        do throws(FileError) {
            wal = try FileContents(startOf: path, byteCount: MainDatabase.walBytesMax)
        } catch {
            throw Self.error(path, error.description)
        }
        guard let damage = WALExamination.damage(in: wal.bytes) else { return }
        throw SQLiteError(
            code: 11,
            message: "\(damage), although they were acknowledged. Restore a backup, or run "
                + "new-feed to continue without them",
            context: "open \(path)"
        )
    }

    /// Another process that has the database open; see ``DatabaseLock/otherProcess()``.
    private func otherProcess() throws(SQLiteError) -> Int? {
        do throws(FileError) {
            return try database.otherProcess()
        } catch {
            throw Self.error(database.path, error.description)
        }
    }

    /// Renames the file, and reports it.
    private func setAside(_ path: String) throws(SQLiteError) {
        let free = SideFile.freeName(for: path)
        do throws(FileError) {
            try FileCreation.rename(path, to: free)
        } catch {
            throw Self.error(
                path,
                "this process cannot read and write the file, and cannot rename it: \(error). "
                    + "Remove it"
            )
        }
        let error = Self.error(path, "this process cannot read and write the file")
        onTrouble(
            SideFileTrouble(path: path, kind: .setAside(as: free), error: StoreError(error))
        )
    }

    private static func error(_ path: String, _ message: String) -> SQLiteError {
        SQLiteError(code: 14, message: message, context: "open \(path)")
    }
}
