import SQLite

/// The tables of the main database, one migration for each `user_version`.
///
/// Nothing random stands in the commit path: every table grows at its end, and what has to be found
/// by a reference is found through ``ReferenceIndex``, which may lag behind and is rebuilt from
/// here.
enum Schema {
    /// `PRAGMA application_id`: "CASH", so that another program's file is not taken for ours.
    static let applicationID: Int64 = 0x4341_5348

    /// The version of a database, 0 for an empty file; throws for what is not ours to touch.
    static func version(of connection: Connection) throws(SQLiteError) -> Int {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        let isEmpty = version == 0 && application == 0 && tables == 0
        guard isEmpty || (application == applicationID && version > 0) else {
            throw SQLiteError(code: 26, message: "not a cashin-receiver database", context: "open")
        }
        guard version <= Int64(newestVersion) else {
            let message = "schema version \(version) is newer than this program's"
            throw SQLiteError(code: 26, message: message, context: "open")
        }
        return Int(version)
    }

    /// Brings the database to the newest version. Each migration commits on its own.
    ///
    /// - Parameter newest: where to stop, for tests of the migrations.
    static func migrate(
        _ connection: Connection,
        to newest: Int = newestVersion
    ) throws(SQLiteError) {
        let version = try version(of: connection)
        for (index, sql) in migrations.enumerated().prefix(newest).dropFirst(version) {
            try connection.transaction { () throws(SQLiteError) in
                try connection.execute(sql)
                if index + 1 == clockStepsVersion { try ClockStepTable.fill(connection) }
                try connection.execute("PRAGMA application_id = \(applicationID)")
                try connection.execute("PRAGMA user_version = \(index + 1)")
            }
        }
    }

    /// The version that ``migrate(_:)`` brings a database to.
    static var newestVersion: Int { migrations.count }

    private static let migrations = [receiving, outbound, consumers, clockSteps]

    /// Version 1. Times are milliseconds since the epoch, amounts are sen. `STRICT` holds every
    /// column to its type. `head` and `body` come last: the narrow columns are read without them.
    private static let receiving = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('feed', lower(hex(randomblob(16))));

        CREATE TABLE verifications (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL,
            body_form TEXT NOT NULL,
            key_fingerprint TEXT NOT NULL
        ) STRICT;

        CREATE TABLE callbacks (
            id INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            answer INTEGER NOT NULL,
            failed_in TEXT,
            problem_code TEXT,
            problem TEXT,
            external_id TEXT,
            signed_at TEXT NOT NULL,
            original_partner_reference TEXT,
            original_reference TEXT,
            status INTEGER,
            amount INTEGER,
            finished_at TEXT,
            verification INTEGER NOT NULL REFERENCES verifications,
            signature_key INTEGER NOT NULL,
            client TEXT NOT NULL,
            transaction_id INTEGER,
            previous_callback INTEGER,
            sequence INTEGER,
            settled_at INTEGER,
            deliveries INTEGER NOT NULL,
            last_received_at INTEGER NOT NULL,
            is_crowded INTEGER NOT NULL,
            head BLOB NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE transactions (
            id INTEGER PRIMARY KEY,
            partner_reference TEXT NOT NULL,
            reference TEXT,
            status INTEGER NOT NULL,
            latest_status INTEGER,
            applied INTEGER NOT NULL,
            amount INTEGER,
            paid_amount INTEGER,
            origin INTEGER NOT NULL,
            is_proven INTEGER NOT NULL,
            roles_assumed INTEGER NOT NULL,
            paid_at TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            callbacks INTEGER NOT NULL,
            last_callback INTEGER,
            last_searched_callback INTEGER
        ) STRICT;

        CREATE TABLE transitions (
            sequence INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL,
            partner_reference TEXT NOT NULL,
            reference TEXT,
            from_status INTEGER,
            to_status INTEGER NOT NULL,
            latest_status INTEGER NOT NULL,
            amount INTEGER,
            source INTEGER NOT NULL,
            external_id TEXT,
            callback_id INTEGER,
            paid_at TEXT,
            recorded_at INTEGER NOT NULL,
            previous_sequence INTEGER
        ) STRICT;

        CREATE TABLE attention (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            transaction_id INTEGER,
            callback_id INTEGER,
            partner_reference TEXT,
            detail TEXT NOT NULL,
            count INTEGER NOT NULL,
            opened_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            resolved_at INTEGER,
            resolved_by TEXT,
            note TEXT
        ) STRICT;
        CREATE UNIQUE INDEX attention_of_transaction ON attention (transaction_id, kind)
            WHERE resolved_at IS NULL AND transaction_id IS NOT NULL;
        CREATE UNIQUE INDEX attention_of_callback ON attention (callback_id, kind)
            WHERE resolved_at IS NULL AND transaction_id IS NULL;
        """
}
