import SQLite

/// The steps from each schema version to the next (article Storage, "Schema version").
///
/// A database of an older version is migrated when it is opened for writing, in one commit, before
/// anything else is done with it. A step changes tables of its own version only; it never reads
/// values through the types of the program, which describe the newest version.
enum DatabaseMigrations {
    /// The oldest version that can be migrated. Databases of earlier ones were made before
    /// migrations existed.
    static let oldest: Int64 = 11

    /// The statements of each step; the first leads from ``oldest`` to the version after it.
    ///
    /// Steps that were released never change. For each, `Tests/Fixtures` has a database of the
    /// version before it.
    static let steps: [String] = [alerts, checksums]

    /// Whether a database of a version can be used, after the steps that it needs.
    static func canRead(_ version: Int64) -> Bool {
        oldest <= version && version <= DatabaseSchema.version
    }

    /// Runs the steps that lead from `version` to the newest one, in one commit: after a crash or
    /// an error the database has the version that it had.
    ///
    /// - Throws: any error of a step; a full disk as `SQLITE_FULL`.
    static func run(
        _ connection: Connection,
        from version: Int64,
        steps: [String] = Self.steps
    ) throws(SQLiteError) {
        precondition(canRead(version), "a version without a step is refused before")
        try connection.transaction { () throws(SQLiteError) in
            for step in steps.dropFirst(Int(version - oldest)) { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(oldest + Int64(steps.count))")
        }
    }

    /// Version 12: what alerts have sent.
    private static let alerts = """
        CREATE TABLE alert_entries (
            alert TEXT NOT NULL,
            entry_id INTEGER NOT NULL,
            is_reported INTEGER NOT NULL,
            PRIMARY KEY (alert, entry_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE alert_messages (
            alert TEXT NOT NULL,
            kind TEXT NOT NULL,
            sent_at INTEGER NOT NULL,
            PRIMARY KEY (alert, kind)
        ) STRICT, WITHOUT ROWID;
        """

    /// Version 13: pages have checksums. A migrated database has none before it is compacted; the
    /// version keeps older programs away, which would not write them.
    private static let checksums = ""
}
