import SQLite
import SQLiteFiles
import Store
import System

/// `backup`: copies a database while a daemon uses it, through a connection that only reads.
package enum DatabaseBackup {
    /// What the backup contains.
    package struct Summary: Equatable, Sendable {
        package let feed: String

        /// The sequence number of the newest transition.
        package let head: Int64

        /// The size of the backup file.
        package let bytes: Int
    }

    /// Writes a backup of the database at `database` to `target`, which must not exist.
    ///
    /// The copy is written beside `target` under another name, synced, and then renamed: a file at
    /// `target` is complete and durable. A crash leaves at most the partial file.
    ///
    /// - Parameters:
    ///   - freeBytesMin: the backup fails before it, or the WAL that grows meanwhile, leaves fewer
    ///     free bytes than this on either file system.
    ///   - onStep: called after each 1 MiB; returning false stops the backup.
    /// - Throws: then nothing remains at `target`.
    package static func write(
        _ database: String,
        to target: String,
        freeBytesMin: Int64,
        onStep: (CopyProgress) -> Bool
    ) throws(RecoveryFailure) -> Summary {
        let path = try resolve(database)
        let target = try resolve(target)
        if FileCreation.exists(target) { throw .exists(path: target) }
        let partial = "\(target).partial-\(CurrentProcess.id)"
        let directories = [FilePath.directory(of: path), FilePath.directory(of: target)]
        let source = try Snapshot(path)
        try checkRoom(directories[1], bytes: Int64(source.bytes) + freeBytesMin)
        try DatabaseCopy.write(source.connection, from: path, to: partial) {
            (progress) throws(RecoveryFailure) in
            for directory in directories { try checkRoom(directory, bytes: freeBytesMin) }
            guard onStep(progress) else { throw .stopped }
        }
        do throws(RecoveryFailure) {
            try DatabaseCopy.appear(partial, as: target)
        } catch {
            DatabaseCopy.remove(partial)
            throw error
        }
        return Summary(feed: source.feed, head: source.head, bytes: source.bytes)
    }

    private static func resolve(_ path: String) throws(RecoveryFailure) -> String {
        try RecoveryFailure.about(path) { () throws(FileError) in try FilePath.resolve(path) }
    }

    /// Throws when fewer than `bytes` are free on the file system of `path`.
    private static func checkRoom(_ path: String, bytes: Int64) throws(RecoveryFailure) {
        let free = try RecoveryFailure.about(path) { () throws(FileError) in
            try FileSpace.freeBytes(at: path)
        }
        if free < bytes { throw .noRoom(path: path, freeBytes: free, neededBytes: bytes) }
    }
}

extension DatabaseBackup {
    /// One state of a database: the snapshot ends when the value is discarded.
    private struct Snapshot {
        let connection: Connection
        let feed: String
        let head: Int64
        let bytes: Int

        /// Opens the database for reading and starts the snapshot.
        ///
        /// A second connection that writes or checkpoints could lose a commit in SQLite before
        /// 3.51.3. Closing a connection that only reads leaves the WAL as it is.
        init(_ path: String) throws(RecoveryFailure) {
            let size = try RecoveryFailure.about(path) { () throws(FileError) in
                try FilePath.byteCount(path)
            }
            guard let size, size > 0 else { throw .missing(path: path) }
            do throws(SQLiteError) {
                connection = try Connection(path: path, mode: .readOnly)
                try connection.execute("BEGIN")
                try DatabaseSchema.checkIsMade(connection)
                feed = try MainDatabase.feed(connection)
                head = try MainDatabase.newest("sequence", of: "transitions", connection)
                let pages = try connection.integer("PRAGMA page_count") ?? 0
                bytes = Int(pages * (try connection.integer("PRAGMA page_size") ?? 0))
            } catch {
                throw .database(path: path, StoreError(error))
            }
        }
    }
}
