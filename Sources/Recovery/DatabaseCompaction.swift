import SQLite
import SQLiteFiles
package import Store

/// `prune --compact`: rewrites a database without the free pages that erasing has left.
package enum DatabaseCompaction {
    /// Rewrites a database that no program has open, and returns its size before and after, in
    /// bytes.
    ///
    /// Needs twice the size of the remaining data as free space: beside the database, and in the
    /// directory where SQLite creates temporary files (`SQLITE_TMPDIR`, else `/var/tmp` or `/tmp`).
    /// An error or a crash leaves the database as it was.
    package static func run(
        _ path: String
    ) throws(StoreError) -> (before: Int64, after: Int64) {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try MainDatabase.connect(path, isMade: false).connection
            let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            let before = try connection.integer(size) ?? 0
            try connection.execute(
                """
                VACUUM;
                PRAGMA wal_checkpoint(TRUNCATE);
                """
            )
            return (before, try connection.integer(size) ?? 0)
        }
    }
}
