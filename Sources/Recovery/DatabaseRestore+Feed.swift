import SQLite
package import SQLiteFiles

extension DatabaseRestore {
    /// Migrates a locked database, and gives it a new feed id, so that consumers notice that their
    /// offsets belong to another feed.
    ///
    /// - Returns: the old and the new feed id.
    package static func renewFeed(
        _ lock: DatabaseLock
    ) throws(RecoveryFailure) -> (old: String, new: String) {
        try database(lock.path) { () throws(SQLiteError) in try renewFeed(lock.path) }
    }

    /// Gives the database at `path` a new feed id.
    static func renewFeed(_ path: String) throws(SQLiteError) -> (old: String, new: String) {
        let connection = try MainDatabase.connect(path, isMade: false).connection
        try DatabaseSchema.migrate(connection)
        let old = try MainDatabase.feed(connection)
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('feed', lower(hex(randomblob(16))))"
            )
        }
        return (old, try MainDatabase.feed(connection))
    }
}
