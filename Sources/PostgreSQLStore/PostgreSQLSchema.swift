import PostgreSQL
import Store

/// Creates the tables in PostgreSQL, or checks that they are there, in a schema of their own:
/// `cashin_receiver`.
enum PostgreSQLSchema {
    /// The version of ``PostgreSQLTables``, in `meta`.
    static let version: Int64 = 1

    /// The lock under which one receiver creates or migrates the tables: the bytes `CASH`.
    private static let lock: Int64 = 0x4341_5348

    /// What a receiver finds.
    struct Content {
        /// Whether the tables have just been created.
        let isNew: Bool
        let feed: String
    }

    /// Creates the tables in an empty database, or checks their version.
    ///
    /// - Throws: an error of kind `unusable` when the tables are of a newer program.
    static func prepare(_ connection: PostgreSQLConnection) throws(StoreError) -> Content {
        let seconds = 60.0
        let isMade = try StoreError.mapped { () throws(PostgreSQLError) in
            let found = try connection.begin(
                [
                    Query("SELECT pg_advisory_xact_lock($1)", .integer(lock)),
                    Query("SELECT to_regclass('cashin_receiver.meta') IS NOT NULL"),
                ],
                withinSeconds: seconds
            )
            let isMade = found[1].rows.first?.boolean(0) ?? false
            let creation = isMade ? [] : PostgreSQLTables.statements
            _ = try connection.commit(
                creation.map { Query(fixed: $0, parameters: []) },
                withinSeconds: seconds
            )
            return isMade
        }
        let values = try StoreError.mapped { () throws(PostgreSQLError) in
            let query = Query("SELECT key, value FROM meta WHERE key IN ('feed', 'version')")
            return try connection.run([query], withinSeconds: seconds)[0].rows.map {
                ($0.text(0), $0.text(1))
            }
        }
        let value = Dictionary(values) { first, _ in first }
        guard value["version"] == "\(version)", let feed = value["feed"] else {
            throw StoreError(
                .unusable,
                "the tables have version \(value["version"] ?? "none"), expected \(version)",
                context: "open"
            )
        }
        return Content(isNew: !isMade, feed: feed)
    }
}
