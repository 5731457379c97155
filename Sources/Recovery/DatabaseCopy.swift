import SQLite
import SQLiteFiles
import Store
import System

/// The progress of a copy.
package struct CopyProgress: Equatable, Sendable {
    package let pagesDone: Int
    package let pagesTotal: Int
}

/// Copies a database into a new file that needs no WAL.
enum DatabaseCopy {
    /// 1 MiB at a time, so that progress is reported and a signal is noticed soon.
    private static let pagesPerStep: Int32 = 256

    /// How many pages are written between two syncs, 4 MiB.
    ///
    /// A single sync at the end would be one large write, and commits of a running daemon would
    /// wait for it: 294 ms for a database of 1.2 GB, against 61 ms.
    private static let pagesPerSync = 1_024

    /// Opens a database for reading, without changing any of its files.
    ///
    /// A file without a WAL is not in use, and may be in a directory where no file can be created.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let hasLog = FileCreation.exists(StoreFiles(main: path).wal)
        return try Connection(path: path, mode: hasLog ? .readOnly : .immutable)
    }

    /// Writes the present state of `source` to `target`, a new file with mode 0600. The file is
    /// durable when this returns; its name in the directory is not.
    ///
    /// The copy is made in one snapshot. The daemon's writer continues meanwhile, and its WAL
    /// grows, because it cannot be reset past the snapshot.
    ///
    /// - Parameter onStep: called after each step; throwing ends the copy and removes the file.
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

    /// Copies the pages, with a sync after every ``pagesPerSync``.
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

    /// Copies the pages by SQLite's backup interface.
    private static func copyPages(
        _ source: Connection,
        from path: String,
        to target: String,
        _ onStep: (CopyProgress) throws(RecoveryFailure) -> Void
    ) throws(RecoveryFailure) {
        var failure: RecoveryFailure?
        do throws(SQLiteError) {
            let destination = try Connection(path: target, mode: .readWrite)
            // There is no state to roll back to, and the caller syncs the file.
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

    /// Switches a database from WAL mode to one file; its WAL is checkpointed and removed.
    static func leaveWAL(_ path: String) throws(SQLiteError) {
        let connection = try Connection(path: path, mode: .readWrite)
        let mode = try connection.text("PRAGMA journal_mode = DELETE")
        if mode != "delete" {
            let message = "journal_mode is \(mode ?? "unknown")"
            throw SQLiteError(code: 5, message: message, context: "PRAGMA journal_mode = DELETE")
        }
    }

    /// Gives a finished and durable file its name, and makes the name durable.
    ///
    /// - Throws: when a file has the name already.
    static func appear(_ copy: String, as path: String) throws(RecoveryFailure) {
        if FileCreation.exists(path) { throw .exists(path: path) }
        try RecoveryFailure.about(path) { () throws(FileError) in
            try FileMove.rename(copy, to: path)
            try FileMove.synchronize(FilePath.directory(of: path))
        }
    }

    /// Removes a copy and the files that SQLite may have left beside it. Errors are ignored,
    /// because the error before is the one to report.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileCreation.remove(path + suffix) }
    }
}
