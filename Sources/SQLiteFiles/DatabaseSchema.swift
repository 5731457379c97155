package import SQLite

/// The tables of the main database (article Storage).
///
/// No random key is in the commit path: tables and indexes grow at their ends. Rows are found by
/// their references through ``ReferenceIndex``, which may lag and is rebuilt from these tables.
///
/// A change of the schema is made here, and as one more step of ``DatabaseMigrations``.
package enum DatabaseSchema {
    /// `PRAGMA application_id`, the bytes `CASH`: it tells this program's files from those of
    /// others.
    static let applicationID: Int64 = 0x4341_5348

    /// `PRAGMA user_version`: the version of the tables below, to which migrations lead.
    static let version = DatabaseMigrations.oldest + Int64(DatabaseMigrations.steps.count)

    /// What the database contains. Reads only.
    ///
    /// - Throws: code 26 (`SQLITE_NOTADB`) for the database of another program or of a version that
    ///   cannot be used, which must not be changed.
    static func content(of connection: Connection) throws(SQLiteError) -> DatabaseContent {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        do throws(DatabaseContent.Mismatch) {
            return try DatabaseContent(
                application: application,
                version: version,
                hasTables: tables > 0
            )
        } catch {
            throw SQLiteError(code: 26, message: error.description, context: "open")
        }
    }

    /// Checks that a database has tables that this program can read.
    ///
    /// A database of an older version is read as it is: backups are checked and copied before the
    /// new version has opened them for writing.
    ///
    /// - Throws: as ``content(of:)``, and `SQLITE_NOTADB` when there is nothing in it.
    @discardableResult
    package static func checkIsMade(
        _ connection: Connection
    ) throws(SQLiteError) -> DatabaseContent {
        let content = try content(of: connection)
        if content == .nothing {
            throw SQLiteError(code: 26, message: "the database is empty", context: "open")
        }
        return content
    }

    /// Migrates a database of an older version; does nothing with one of the newest.
    ///
    /// - Returns: the version that it had before; nil if nothing was done.
    /// - Throws: as ``checkIsMade(_:)``, and any error of a step, which leaves it unchanged.
    @discardableResult
    package static func migrate(_ connection: Connection) throws(SQLiteError) -> Int64? {
        guard let older = try checkIsMade(connection).olderVersion else { return nil }
        try DatabaseMigrations.run(connection, from: older)
        return older
    }

    /// Creates the tables of an empty database, in one commit: after a crash it is empty or
    /// complete.
    package static func create(_ connection: Connection) throws(SQLiteError) {
        try connection.transaction { () throws(SQLiteError) in
            for sql in [meta, journal, payments, outbound, attention, alerts, consumers] {
                try connection.execute(sql)
            }
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try connection.execute("PRAGMA user_version = \(version)")
        }
    }

    // Times are milliseconds since the epoch, amounts are sen, and flags are 0 or 1. `STRICT` makes
    // SQLite reject values of another type.

    /// `meta` holds single values: the feed id, and `index_seed`, the key of the hashes in the
    /// reference index. It is random, so that the sender of authentic callbacks cannot construct
    /// references with equal hashes.
    ///
    /// `added_references` is the index backlog: index entries for payments whose row was written
    /// earlier, in the order of the writes. `ReferenceIndex` reads payments and backlog above its
    /// watermarks after a crash.
    private static let meta = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('feed', lower(hex(randomblob(16))));
        INSERT INTO meta VALUES ('index_seed', lower(hex(randomblob(16))));

        CREATE TABLE added_references (
            id INTEGER PRIMARY KEY,
            key INTEGER NOT NULL,
            payment_id INTEGER NOT NULL
        ) STRICT;

        -- Where in a list the clock was set back: `list` is a TimeList, `first_id` the key of the
        -- first row behind the step.
        CREATE TABLE clock_steps (
            list INTEGER NOT NULL,
            first_id INTEGER NOT NULL,
            PRIMARY KEY (list, first_id)
        ) STRICT, WITHOUT ROWID;
        """

    /// `callbacks` holds the facts, verdicts and digests of callbacks, which stay.
    /// `callback_contents` holds their bytes, which can be erased. A decision reads only the small
    /// rows of `callbacks`.
    ///
    /// `callbacks_of_payment` finds a redelivery by its payment and signature; its keys grow with
    /// the payments that receive callbacks, which are mostly new ones. `callbacks_waiting` holds
    /// only the few callbacks that wait for a query.
    private static let journal = """
        CREATE TABLE verifications (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL,
            body_form TEXT NOT NULL,
            key_fingerprint TEXT NOT NULL
        ) STRICT;

        CREATE TABLE callbacks (
            id INTEGER PRIMARY KEY,
            payment_id INTEGER,
            received_at INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            answer INTEGER NOT NULL,
            is_waiting INTEGER NOT NULL,
            owns_external_id INTEGER NOT NULL,
            sequence INTEGER,
            deliveries INTEGER NOT NULL,
            last_received_at INTEGER NOT NULL,
            verification INTEGER NOT NULL REFERENCES verifications,
            signed_at TEXT NOT NULL,
            signed_ms INTEGER,
            signed_digest BLOB NOT NULL,
            external_id TEXT,
            client TEXT NOT NULL,
            original_partner_reference TEXT,
            original_reference TEXT,
            status INTEGER,
            amount INTEGER,
            finished_at TEXT,
            finished_ms INTEGER,
            original_external_id TEXT,
            failed_in TEXT,
            problem_code TEXT,
            problem TEXT
        ) STRICT;
        CREATE INDEX callbacks_of_payment ON callbacks (payment_id, signed_digest);
        CREATE INDEX callbacks_waiting ON callbacks (payment_id) WHERE is_waiting = 1;

        CREATE TABLE callback_contents (
            id INTEGER PRIMARY KEY,
            head BLOB NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        -- What stays of contents that were erased; `signed_body_digest` is null where the signature
        -- covers the body as received.
        CREATE TABLE erased_callbacks (
            id INTEGER PRIMARY KEY,
            body_digest BLOB NOT NULL,
            signed_body_digest BLOB,
            signature BLOB NOT NULL
        ) STRICT;
        """

    /// A payment whose `status` is null is unconfirmed: it groups what callbacks say about
    /// references that no transaction carries.
    ///
    /// `payments_open` holds the payments that are created (0) or pending (1), which the schedule
    /// needs; `payments_merged` holds the few that were merged into another one. No index leads to
    /// references, times or other statuses. `previous_sequence` links the
    /// transitions of one payment, newest to oldest, so that a payment's history needs no index on
    /// `payment_id`.
    private static let payments = """
        CREATE TABLE payments (
            id INTEGER PRIMARY KEY,
            partner_reference TEXT NOT NULL,
            reference TEXT,
            status INTEGER,
            latest_status INTEGER,
            written BLOB NOT NULL,
            amount INTEGER,
            paid_amount INTEGER,
            refunded_amount INTEGER,
            paid_at TEXT,
            paid_ms INTEGER,
            paid_external_id TEXT,
            origin INTEGER NOT NULL,
            is_corroborated INTEGER NOT NULL,
            roles INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL,
            last_source INTEGER,
            revision INTEGER NOT NULL,
            merged_into INTEGER,
            last_query_at INTEGER,
            last_query_code TEXT,
            last_query_status INTEGER,
            unpaid_answers INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX payments_open ON payments (id) WHERE status IN (0, 1);
        CREATE INDEX payments_merged ON payments (merged_into) WHERE merged_into IS NOT NULL;

        CREATE TABLE transitions (
            sequence INTEGER PRIMARY KEY,
            payment_id INTEGER NOT NULL,
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
            paid_ms INTEGER,
            recorded_at INTEGER NOT NULL,
            previous_sequence INTEGER,
            operator TEXT,
            note TEXT
        ) STRICT;
        """

    /// `generations` has one row for each payment that was generated here. `inquiries` is the
    /// durable schedule of queries, with at most one row for a payment; `planned_at` reveals a
    /// clock that was set back after `next_at` was computed.
    ///
    /// `call_forms` holds the parts of request heads that are equal in many calls. `gateway_calls`
    /// holds the facts of a call, `gateway_call_contents` its bytes, which can be erased.
    private static let outbound = """
        CREATE TABLE generations (
            payment_id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            fee_amount INTEGER NOT NULL,
            validity_kind INTEGER NOT NULL,
            validity_value INTEGER,
            validity_period TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            qr_content TEXT,
            warnings TEXT,
            last_error TEXT,
            started_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX generations_under_way ON generations (payment_id) WHERE state = 0;

        CREATE TABLE inquiries (
            payment_id INTEGER PRIMARY KEY,
            phase INTEGER NOT NULL,
            base_at INTEGER NOT NULL,
            step INTEGER NOT NULL,
            next_at INTEGER NOT NULL,
            planned_at INTEGER NOT NULL,
            is_expiry_check INTEGER NOT NULL,
            failing_since INTEGER,
            failures INTEGER NOT NULL,
            unusable_answers INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX inquiries_due ON inquiries (next_at);
        CREATE INDEX inquiries_planned ON inquiries (planned_at);

        CREATE TABLE call_forms (
            id INTEGER PRIMARY KEY,
            signed_path TEXT NOT NULL,
            request_head BLOB NOT NULL
        ) STRICT;

        CREATE TABLE gateway_calls (
            id INTEGER PRIMARY KEY,
            payment_id INTEGER,
            form INTEGER NOT NULL REFERENCES call_forms,
            service INTEGER NOT NULL,
            partner_reference TEXT NOT NULL,
            external_id TEXT NOT NULL,
            signed_at TEXT NOT NULL,
            response_status INTEGER,
            error TEXT,
            started_at INTEGER NOT NULL,
            finished_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX gateway_calls_of_payment ON gateway_calls (payment_id)
            WHERE payment_id IS NOT NULL;

        -- `request_head` is null where it can be made of the call's form.
        CREATE TABLE gateway_call_contents (
            id INTEGER PRIMARY KEY,
            signature TEXT NOT NULL,
            request_head BLOB,
            request_body BLOB NOT NULL,
            response_head BLOB,
            response_body BLOB
        ) STRICT;

        CREATE TABLE erased_gateway_calls (
            id INTEGER PRIMARY KEY,
            request_digest BLOB NOT NULL,
            response_digest BLOB,
            signature TEXT NOT NULL
        ) STRICT;
        """

    /// `subject` is null for an entry about a payment, empty for one about the gateway, else a
    /// cause. The two unique indexes guarantee at most one open entry for a payment and kind, or
    /// cause and kind.
    ///
    /// `decided_facts` holds facts without a transition: accepted, dismissed, or answered by a
    /// query.
    private static let attention = """
        CREATE TABLE attention (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            payment_id INTEGER,
            subject TEXT,
            count INTEGER NOT NULL,
            opened_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            resolved_at INTEGER,
            resolved_by TEXT,
            note TEXT
        ) STRICT;
        CREATE UNIQUE INDEX attention_open ON attention (payment_id, kind)
            WHERE resolved_at IS NULL AND payment_id IS NOT NULL;
        CREATE UNIQUE INDEX attention_open_loose ON attention (subject, kind)
            WHERE resolved_at IS NULL AND payment_id IS NULL;

        CREATE TABLE attention_events (
            entry_id INTEGER NOT NULL,
            number INTEGER NOT NULL,
            cause TEXT NOT NULL,
            original_partner_reference TEXT,
            original_reference TEXT,
            status INTEGER,
            amount INTEGER,
            callback_id INTEGER,
            text TEXT NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (entry_id, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE decided_facts (
            id INTEGER PRIMARY KEY,
            payment_id INTEGER,
            decision INTEGER NOT NULL,
            cause TEXT NOT NULL,
            original_partner_reference TEXT,
            original_reference TEXT,
            status INTEGER,
            amount INTEGER,
            entry_id INTEGER
        ) STRICT;
        CREATE INDEX decided_facts_of_payment ON decided_facts (payment_id);
        """

    /// `alert_entries` has a row for each entry that was open long enough for an alert, from then
    /// until the alert has reported its resolution. `alert_messages` holds the time of the last
    /// message of an alert about a kind.
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

    /// Offsets of consumers in the feed. The key is random, which costs nothing, because there are
    /// at most 1,000 rows.
    private static let consumers = """
        CREATE TABLE consumers (
            name TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            feed TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
