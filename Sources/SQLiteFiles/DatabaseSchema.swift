package import SQLite

/// The tables of the main database.
///
/// Nothing random stands in the commit path: tables and indexes grow at their ends, and what has to
/// be found by a reference is found through ``ReferenceIndex``, which may lag behind and is rebuilt
/// from here. Provisional until the first release: there is one version and no migration.
package enum DatabaseSchema {
    /// `PRAGMA application_id`: "CASH", so that another program's file is not taken for ours.
    static let applicationID: Int64 = 0x4341_5348

    /// `PRAGMA user_version`. Versions 1 to 3 were never released and are refused.
    static let version: Int64 = 10

    /// Whether the database is empty; throws for what is not ours to touch.
    package static func isEmpty(_ connection: Connection) throws(SQLiteError) -> Bool {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        if version == 0 && application == 0 && tables == 0 { return true }
        guard application == applicationID && version > 0 else {
            throw SQLiteError(code: 26, message: "not a cashin-receiver database", context: "open")
        }
        guard version == Self.version else {
            let isNewer = version > Self.version
            let message =
                isNewer
                ? "schema version \(version) is newer than this program's \(Self.version)"
                : "schema version \(version) is from before the first release and cannot be "
                    + "used; this program's is \(Self.version)"
            throw SQLiteError(code: 26, message: message, context: "open")
        }
        return false
    }

    /// Makes the tables of an empty database, in one commit.
    package static func create(_ connection: Connection) throws(SQLiteError) {
        try connection.transaction { () throws(SQLiteError) in
            for sql in [meta, journal, payments, outbound, attention, consumers] {
                try connection.execute(sql)
            }
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try connection.execute("PRAGMA user_version = \(version)")
        }
    }

    // Times are milliseconds since the epoch, amounts are sen. `STRICT` holds every column to its
    // type.

    /// `index_seed` keys the hashes of the reference index: a sender of authentic callbacks must
    /// not be able to make them collide. `late_references` holds, in order, what the index got
    /// after the payment that it leads to was written: the index file follows it.
    private static let meta = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('feed', lower(hex(randomblob(16))));
        INSERT INTO meta VALUES ('index_seed', lower(hex(randomblob(16))));

        CREATE TABLE late_references (
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

    /// What a callback says stays; its bytes are apart, where they can be erased.
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

    /// A payment without a status is none yet: it holds together what callbacks say about
    /// references that nothing has confirmed.
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

    /// `generations` belongs to payments one to one, but a payment first heard of in a callback has
    /// none. `inquiries` is the durable schedule, one row a payment at most.
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

    /// `subject` is null for an entry about a payment, else the cause, or empty for the gateway.
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

    /// Where consumers stand in the feed. Few rows, so that a random key costs nothing.
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
