import SQLite
import SQLiteFiles
package import Store

/// Writes a database anew, without the space that erasing has left.
package enum DatabaseCompaction {
    /// Writes a database that nothing has open anew, without the space that erasing has left, and
    /// returns its size before and after, in bytes.
    ///
    /// Needs room for what is left twice: beside the database and where SQLite keeps temporary
    /// files (`SQLITE_TMPDIR`, else `/var/tmp` or `/tmp`). What fails leaves it as it was.
    package static func run(
        _ path: String
    ) throws(StoreError) -> (before: Int64, after: Int64) {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try Connection(path: path, mode: .readWrite)
            let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            let before = try connection.integer(size) ?? 0
            try connection.execute(
                """
                PRAGMA synchronous = FULL;
                VACUUM;
                PRAGMA wal_checkpoint(TRUNCATE);
                """
            )
            return (before, try connection.integer(size) ?? 0)
        }
    }
}
