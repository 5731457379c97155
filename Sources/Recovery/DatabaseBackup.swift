import SQLite
import SQLiteFiles
import Store
import System

/// `backup`: copies a database while it is in use, by a connection that only reads.
package enum DatabaseBackup {
    /// What a backup holds.
    package struct Summary: Equatable, Sendable {
        package let feed: String

        /// The sequence number of the newest transition.
        package let head: Int64
        package let bytes: Int
    }

    /// Writes a backup of the database at `database` to `target`, which must not exist; it appears
    /// there when it is complete and on disk.
    ///
    /// - Parameters:
    ///   - freeBytesMin: the backup ends with an error before it, or the WAL that grows meanwhile,
    ///     leaves less room than this to either file system.
    ///   - onStep: called as the copy goes on; false stops it.
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
            try appear(partial, as: target)
        } catch {
            DatabaseCopy.remove(partial)
            throw error
        }
        return Summary(feed: source.feed, head: source.head, bytes: source.bytes)
    }

    private static func appear(_ partial: String, as target: String) throws(RecoveryFailure) {
        if FileCreation.exists(target) { throw .exists(path: target) }
        try RecoveryFailure.about(target) { () throws(FileError) in
            try FileMove.rename(partial, to: target)
            try FileMove.synchronize(FilePath.directory(of: target))
        }
    }

    private static func resolve(_ path: String) throws(RecoveryFailure) -> String {
        try RecoveryFailure.about(path) { () throws(FileError) in try FilePath.resolve(path) }
    }

    private static func checkRoom(_ path: String, bytes: Int64) throws(RecoveryFailure) {
        let free = try RecoveryFailure.about(path) { () throws(FileError) in
            try FileSpace.freeBytes(at: path)
        }
        if free < bytes { throw .noRoom(path: path, freeBytes: free, neededBytes: bytes) }
    }
}

extension DatabaseBackup {
    /// One state of a database, held as long as this exists.
    private struct Snapshot {
        let connection: Connection
        let feed: String
        let head: Int64
        let bytes: Int

        /// Opened for reading only: a second connection that writes or checkpoints can lose a
        /// commit in SQLite before 3.51.3. Closing it leaves the WAL where it is.
        init(_ path: String) throws(RecoveryFailure) {
            let size = try RecoveryFailure.about(path) { () throws(FileError) in
                try FilePath.byteCount(path)
            }
            guard let size, size > 0 else { throw .missing(path: path) }
            do throws(SQLiteError) {
                connection = try Connection(path: path, mode: .readOnly)
                try connection.execute("BEGIN")
                guard try !DatabaseSchema.isEmpty(connection) else {
                    throw SQLiteError(code: 26, message: "the database is empty", context: "open")
                }
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
