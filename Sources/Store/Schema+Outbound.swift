extension Schema {
    /// Version 2: what is asked of the gateway by ourselves.
    ///
    /// `generations` belongs to transactions one to one, but a payment first heard of in a callback
    /// has none, and callbacks never have to read it. `late_entries` holds, in order, what the
    /// index got after the row that it leads to was written, such as a reference that was learnt
    /// later: the index file follows it.
    static let outbound = """
        ALTER TABLE transactions ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transactions ADD COLUMN last_query_at INTEGER;
        ALTER TABLE transactions ADD COLUMN last_query_code TEXT;
        ALTER TABLE transactions ADD COLUMN last_query_status INTEGER;

        ALTER TABLE transitions ADD COLUMN operator TEXT;

        CREATE TABLE generations (
            transaction_id INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            fee_amount INTEGER NOT NULL,
            validity_kind INTEGER NOT NULL,
            validity_value INTEGER,
            validity_period TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            qr_content TEXT,
            last_error TEXT,
            started_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX generations_under_way ON generations (transaction_id) WHERE state = 0;

        -- AUTOINCREMENT: no number is used twice. An answer may come after its question has gone.
        CREATE TABLE questions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            transaction_id INTEGER,
            callback_id INTEGER,
            partner_reference TEXT NOT NULL,
            alternative_reference TEXT,
            phase INTEGER NOT NULL,
            base_at INTEGER NOT NULL,
            step INTEGER NOT NULL,
            next_at INTEGER NOT NULL,
            failing_since INTEGER,
            failures INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX questions_due ON questions (next_at);
        CREATE INDEX questions_of_transaction ON questions (transaction_id)
            WHERE transaction_id IS NOT NULL;
        CREATE INDEX questions_of_callback ON questions (callback_id)
            WHERE transaction_id IS NULL;
        CREATE INDEX questions_of_reference ON questions (partner_reference)
            WHERE transaction_id IS NULL;

        CREATE TABLE exchanges (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER,
            service INTEGER NOT NULL,
            partner_reference TEXT NOT NULL,
            external_id TEXT NOT NULL,
            signed_at TEXT NOT NULL,
            string_to_sign BLOB NOT NULL,
            request_head BLOB NOT NULL,
            request_body BLOB NOT NULL,
            response_status INTEGER,
            response_head BLOB,
            response_body BLOB,
            error TEXT,
            started_at INTEGER NOT NULL,
            finished_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX exchanges_of_transaction ON exchanges (transaction_id)
            WHERE transaction_id IS NOT NULL;

        CREATE TABLE late_entries (
            id INTEGER PRIMARY KEY,
            key INTEGER NOT NULL,
            value INTEGER NOT NULL
        ) STRICT;
        """
}
