import PostgreSQL
import Store

/// Creates the tables in PostgreSQL, migrates those of an older version, or checks that they are
/// there, in a schema of their own: `cashin_receiver`.
enum PostgreSQLSchema {
    /// The lock under which one receiver creates or migrates the tables: the bytes `CASH`.
    private static let lock: Int64 = 0x4341_5348

    /// The lock that every receiver shares while it can write, and that a command has alone.
    private static let useLock = lock + 1

    /// How long one round trip may take: another receiver may be creating the tables.
    private static let seconds = 60.0

    /// How long a step may take: it may read a whole table.
    private static let stepSeconds = 86_400.0

    /// What a receiver finds.
    struct Content {
        /// The version of the tables before they were created or migrated; 0 without tables.
        let foundVersion: Int64
        let version: Int64
        let feed: String

        /// Whether the tables have just been created.
        var isNew: Bool { foundVersion == 0 }

        /// Whether they were of an older version.
        var isMigrated: Bool { !isNew && foundVersion < version }
    }

    /// Creates the tables in an empty database, or migrates those of an older version, in one
    /// transaction.
    ///
    /// Other receivers may be running, of the version before, too: none writes while the tables are
    /// migrated, and each continues on the migrated ones.
    ///
    /// - Parameters:
    ///   - isCreated: whether tables that are missing are created.
    ///   - steps: the step at index N leads from version N to the next one.
    /// - Throws: an error of kind `unusable` when the tables are of a newer program, or missing.
    static func prepare(
        _ connection: PostgreSQLConnection,
        isCreated: Bool,
        steps: [[String]] = PostgreSQLTables.steps
    ) throws(StoreError) -> Content {
        let expected = Int64(steps.count)
        let found = try lockedVersion(connection)
        guard found > 0 || isCreated else {
            throw StoreError(
                .unusable,
                "there are no tables of cashin-receiver, and storage.create is false",
                context: "open"
            )
        }
        guard (0...expected).contains(found) else {
            throw StoreError(
                .unusable,
                "the tables have version \(found), and this program knows versions up to "
                    + "\(expected): start the newer program",
                context: "open"
            )
        }
        try StoreError.mapped { () throws(PostgreSQLError) in
            _ = try connection.run(
                queries(of: steps[Int(found)...].flatMap { $0 }, from: found, to: expected),
                withinSeconds: stepSeconds
            )
            // It may wait for a standby, which no timeout of the server ends.
            _ = try connection.commit(withinSeconds: seconds)
        }
        return Content(foundVersion: found, version: expected, feed: try feed(connection))
    }

    private static func feed(_ connection: PostgreSQLConnection) throws(StoreError) -> String {
        let found = try StoreError.mapped { () throws(PostgreSQLError) in
            let query = Query("SELECT value FROM meta WHERE key = 'feed'")
            return try connection.run([query], withinSeconds: seconds)[0].rows.first
        }
        guard let feed = found?.text(0) else {
            throw StoreError(.unusable, "the database has no feed id", context: "open")
        }
        return feed
    }

    /// Begins a transaction in which no other receiver creates or migrates the tables.
    ///
    /// - Returns: see ``tablesVersion(_:)``.
    private static func lockedVersion(
        _ connection: PostgreSQLConnection
    ) throws(StoreError) -> Int64 {
        try StoreError.mapped { () throws(PostgreSQLError) in
            _ = try connection.begin(
                [Query("SELECT pg_advisory_xact_lock($1)", .integer(lock))],
                withinSeconds: seconds
            )
            return try tablesVersion(connection)
        }
    }

    /// The version of the tables; 0 without tables, -1 if it is none.
    private static func tablesVersion(
        _ connection: PostgreSQLConnection
    ) throws(PostgreSQLError) -> Int64 {
        let table = Query("SELECT to_regclass('cashin_receiver.meta') IS NOT NULL")
        let found = try connection.run([table], withinSeconds: seconds)[0].rows.first
        guard found?.boolean(0) == true else { return 0 }
        let query = Query("SELECT value FROM meta WHERE key = 'version'")
        let value = try connection.run([query], withinSeconds: seconds)[0].rows.first
        guard let version = value.flatMap({ Int64($0.text(0)) }), version > 0 else { return -1 }
        return version
    }

    /// What migrates the tables; nothing where they have the version already.
    private static func queries(
        of statements: [String],
        from found: Int64,
        to version: Int64
    ) -> [Query] {
        guard found < version else { return [] }
        // A receiver that writes has this row until its commit, and may need a table that a step
        // locks.
        let row = found == 0 ? [] : [Query("SELECT 1 FROM ledger FOR UPDATE")]
        let result = Query(
            """
            INSERT INTO meta VALUES ('version', $1)
            ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
            """,
            .text("\(version)")
        )
        return [Query("SET LOCAL statement_timeout = 0")] + row
            + statements.map { Query(fixed: $0, parameters: []) } + [result]
    }

    /// Checks that the database has tables of this version, and changes nothing.
    ///
    /// - Throws: an error of kind `unusable` when it has not.
    static func check(_ connection: PostgreSQLConnection) throws(StoreError) {
        let found = try StoreError.mapped { () throws(PostgreSQLError) in
            try tablesVersion(connection)
        }
        let expected = Int64(PostgreSQLTables.steps.count)
        if found == expected {
            _ = try feed(connection)
            return
        }
        throw StoreError(
            .unusable,
            found == 0
                ? "there are no tables of cashin-receiver"
                : "the tables have version \(found), expected \(expected)",
            context: "open"
        )
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
