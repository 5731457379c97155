import PostgreSQL
import Store

/// Creates the tables in PostgreSQL, or checks that they are there, in a schema of their own:
/// `cashin_receiver`.
enum PostgreSQLSchema {
    /// The version of ``PostgreSQLTables``, in `meta`.
    static let version: Int64 = 1

    /// The lock under which one receiver creates or migrates the tables: the bytes `CASH`.
    private static let lock: Int64 = 0x4341_5348

    /// The lock that every receiver shares while it can write, and that a command has alone.
    private static let useLock = lock + 1

    /// How long one round trip may take: another receiver may be creating the tables.
    private static let seconds = 60.0

    /// What a receiver finds.
    struct Content {
        /// Whether the tables have just been created.
        let isNew: Bool
        let feed: String
    }

    /// Creates the tables in an empty database, or checks their version.
    ///
    /// - Parameter isCreated: whether tables that are missing are created.
    /// - Throws: an error of kind `unusable` when the tables are of a newer program, or missing.
    static func prepare(
        _ connection: PostgreSQLConnection,
        isCreated: Bool
    ) throws(StoreError) -> Content {
        let isMade = try StoreError.mapped { () throws(PostgreSQLError) in
            let found = try connection.begin(
                [
                    Query("SELECT pg_advisory_xact_lock($1)", .integer(lock)),
                    Query("SELECT to_regclass('cashin_receiver.meta') IS NOT NULL"),
                ],
                withinSeconds: seconds
            )
            let isMade = found[1].rows.first?.boolean(0) ?? false
            let creation = isMade || !isCreated ? [] : PostgreSQLTables.statements
            _ = try connection.commit(
                creation.map { Query(fixed: $0, parameters: []) },
                withinSeconds: seconds
            )
            return isMade
        }
        guard isMade || isCreated else {
            throw StoreError(
                .unusable,
                "there are no tables of cashin-receiver, and storage.create is false",
                context: "open"
            )
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

    /// Marks the database as in use by a receiver, until the connection is closed.
    ///
    /// - Throws: an error of kind `locked` while a command has it alone.
    static func use(_ connection: PostgreSQLConnection) throws(StoreError) {
        let query = Query("SELECT pg_try_advisory_lock_shared($1)", .integer(useLock))
        guard try isTrue(query, connection) else {
            throw StoreError(.locked, "a command changes the database", context: "open")
        }
    }

    /// Gives the database a new feed id.
    ///
    /// - Returns: the old and the new feed id.
    /// - Throws: an error of kind `locked` while a receiver uses the database.
    static func renewFeed(
        _ connection: PostgreSQLConnection
    ) throws(StoreError) -> (old: String, new: String) {
        let content = try prepare(connection, isCreated: false)
        try claimAlone(connection, "set the feed id")
        let query = Query(
            """
            UPDATE meta SET value = replace(gen_random_uuid()::text, '-', '') WHERE key = 'feed'
            RETURNING value
            """
        )
        let new = try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.run([query], withinSeconds: seconds)[0].rows.first?.text(0) ?? ""
        }
        return (content.feed, new)
    }

    /// Keeps all receivers away from the database, until the connection is closed.
    ///
    /// - Parameter context: what for.
    /// - Throws: an error of kind `locked` while a receiver uses it.
    static func claimAlone(
        _ connection: PostgreSQLConnection,
        _ context: String
    ) throws(StoreError) {
        let query = Query("SELECT pg_try_advisory_lock($1)", .integer(useLock))
        guard try isTrue(query, connection) else {
            throw StoreError(.locked, "a receiver uses the database", context: context)
        }
    }

    private static func isTrue(
        _ query: Query,
        _ connection: PostgreSQLConnection
    ) throws(StoreError) -> Bool {
        try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.run([query], withinSeconds: seconds)[0].rows.first?.boolean(0) ?? false
        }
    }
}
