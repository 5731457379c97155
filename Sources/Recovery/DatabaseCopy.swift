import SQLite
import SQLiteFiles
import Store
import System

/// How far a copy of a database is.
package struct CopyProgress: Equatable, Sendable {
    package let pagesDone: Int
    package let pagesTotal: Int
}

/// Copies a database into a new file that stands alone.
enum DatabaseCopy {
    /// 1 MiB at a time: the progress moves, and a signal is heard soon.
    private static let pagesPerStep: Int32 = 256

    /// How often what was written goes to the disk. All of it at the end would be one large write,
    /// behind which the commits of a running daemon wait: 294 ms for a database of 1.2 GB, in
    /// place of 61.
    private static let pagesPerSync = 1_024

    /// Opens a database to read it, changing nothing of it.
    ///
    /// A file without a WAL is not in use and may lie where no file can be made beside it.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let hasLog = FileCreation.exists(StoreFiles(main: path).wal)
        return try Connection(path: path, mode: hasLog ? .readOnly : .immutable)
    }

    /// Writes the state of `source` now to `target`, a new file of mode 0600 that is on disk when
    /// this returns; the directory is not.
    ///
    /// The copy is one state of the database: it is made inside one snapshot. Meanwhile the writer
    /// goes on, and its WAL grows, since it cannot be reset past the snapshot.
    ///
    /// - Parameter onStep: called after each step; throwing ends the copy. What was written is
    ///   removed then.
    static func write(
        _ source: Connection,
        from path: String,
        to target: String,
        onStep: (CopyProgress) throws(RecoveryFailure) -> Void
    ) throws(RecoveryFailure) {
        try RecoveryFailure.about(target) { () throws(FileError) in
            try FileCreation.write([], to: target, mode: 0o600)
        }
        do throws(RecoveryFailure) {
            try copy(source, from: path, to: target, onStep)
        } catch {
            remove(target)
            throw error
        }
    }

    private static func copy(
        _ source: Connection,
        from path: String,
        to target: String,
        _ onStep: (CopyProgress) throws(RecoveryFailure) -> Void
    ) throws(RecoveryFailure) {
        let file = try RecoveryFailure.about(target) { () throws(FileError) in
            try FileToSynchronize(target)
        }
        var syncedPages = 0
        try copyPages(source, from: path, to: target) { (progress) throws(RecoveryFailure) in
            if progress.pagesDone - syncedPages >= pagesPerSync {
                try RecoveryFailure.about(target) { () throws(FileError) in try file.synchronize() }
                syncedPages = progress.pagesDone
            }
            try onStep(progress)
        }
        try RecoveryFailure.about(target) { () throws(FileError) in try file.synchronize() }
        file.close()
    }

    private static func copyPages(
        _ source: Connection,
        from path: String,
        to target: String,
        _ onStep: (CopyProgress) throws(RecoveryFailure) -> Void
    ) throws(RecoveryFailure) {
        var failure: RecoveryFailure?
        do throws(SQLiteError) {
            let destination = try Connection(path: target, mode: .readWrite)
            // Nothing to roll back to, and the caller has it synced.
            try destination.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            let isComplete = try source.copy(to: destination, pagesPerStep: pagesPerStep) {
                (done, total) in
                do throws(RecoveryFailure) {
                    try onStep(CopyProgress(pagesDone: done, pagesTotal: total))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
            if isComplete, failure == nil { return try leaveWAL(target) }
        } catch {
            throw .database(path: path, StoreError(error))
        }
        throw failure ?? .stopped
    }

    /// Makes one file of a database that stands in WAL mode, and of its WAL.
    static func leaveWAL(_ path: String) throws(SQLiteError) {
        let connection = try Connection(path: path, mode: .readWrite)
        let mode = try connection.text("PRAGMA journal_mode = DELETE")
        if mode != "delete" {
            let message = "journal_mode is \(mode ?? "unknown")"
            throw SQLiteError(code: 5, message: message, context: "PRAGMA journal_mode = DELETE")
        }
    }

    /// Removes a copy, and what SQLite may have left beside it. What cannot be removed stays: the
    /// error before is the one to tell.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileCreation.remove(path + suffix) }
    }
}
