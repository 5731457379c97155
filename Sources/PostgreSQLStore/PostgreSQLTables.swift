/// The tables in PostgreSQL.
///
/// They have the columns of the tables in SQLite (`DatabaseSchema`), so that the same statements
/// run on both. What was received is `bytea`, because it may contain NUL characters, which `text`
/// does not; names that the program gives are `text`, in the order of their bytes.
enum PostgreSQLTables {
    /// What each version adds; the first one makes the tables of an empty database.
    ///
    /// A receiver of the version before may be running then, and has to continue: a step removes or
    /// changes nothing that this version uses.
    static let steps = [
        [core, claims, journal, payments, outbound, attention, alerts].flatMap { $0 } + [scope]
    ]

    /// `ledger` has one row: what the next numbers are, and where the lists by time end. A write
    /// holds it from its start to its commit, so writes come one after the other.
    private static let core = [
        "CREATE SCHEMA IF NOT EXISTS cashin_receiver",
        """
        CREATE TABLE meta (key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL)
        """,
        """
        INSERT INTO meta VALUES ('feed', replace(gen_random_uuid()::text, '-', ''))
        """,
        """
        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            head BIGINT NOT NULL,
            next_payment BIGINT NOT NULL,
            next_callback BIGINT NOT NULL,
            next_entry BIGINT NOT NULL,
            callbacks_id BIGINT, callbacks_at BIGINT,
            payments_id BIGINT, payments_at BIGINT,
            transitions_id BIGINT, transitions_at BIGINT,
            calls_id BIGINT, calls_at BIGINT
        ) WITH (fillfactor = 20)
        """,
        "INSERT INTO ledger VALUES (1, 0, 1, 1, 1)",
        """
        CREATE TABLE clock_steps (
            list INTEGER NOT NULL, first_id BIGINT NOT NULL, PRIMARY KEY (list, first_id)
        )
        """,
        """
        CREATE TABLE consumers (
            name TEXT COLLATE "C" PRIMARY KEY,
            position BIGINT NOT NULL,
            feed TEXT NOT NULL,
            updated_at BIGINT NOT NULL,
            updated_by TEXT NOT NULL
        )
        """,
    ]

    /// The numbers that fence claims must ascend, and need not be dense.
    private static let claims = [
        """
        CREATE TABLE claims (
            work TEXT COLLATE "C" PRIMARY KEY,
            owner TEXT NOT NULL,
            fence BIGINT NOT NULL,
            renewals BIGINT NOT NULL DEFAULT 0,
            seconds BIGINT NOT NULL
        )
        """,
        "CREATE SEQUENCE fences",
    ]

    private static let journal = [
        """
        CREATE TABLE verifications (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            path TEXT NOT NULL,
            body_form TEXT NOT NULL,
            key_fingerprint TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE callbacks (
            id BIGINT PRIMARY KEY,
            payment_id BIGINT,
            received_at BIGINT NOT NULL,
            outcome INTEGER NOT NULL,
            answer INTEGER NOT NULL,
            is_waiting INTEGER NOT NULL,
            owns_external_id INTEGER NOT NULL,
            sequence BIGINT,
            deliveries BIGINT NOT NULL,
            last_received_at BIGINT NOT NULL,
            verification BIGINT NOT NULL REFERENCES verifications,
            signed_at BYTEA NOT NULL,
            signed_ms BIGINT,
            signed_digest BYTEA NOT NULL,
            external_id BYTEA,
            client BYTEA NOT NULL,
            original_partner_reference BYTEA,
            original_reference BYTEA,
            status INTEGER,
            amount BIGINT,
            finished_at BYTEA,
            finished_ms BIGINT,
            original_external_id BYTEA,
            failed_in TEXT,
            problem_code TEXT,
            problem BYTEA
        )
        """,
        "CREATE INDEX callbacks_of_payment ON callbacks (payment_id)",
        "CREATE INDEX callbacks_by_digest ON callbacks USING hash (signed_digest)",
        "CREATE INDEX callbacks_waiting ON callbacks (payment_id) WHERE is_waiting = 1",
        """
        CREATE INDEX callbacks_by_external_id ON callbacks USING hash (external_id)
            WHERE owns_external_id = 1
        """,
        """
        CREATE TABLE callback_contents (
            id BIGINT PRIMARY KEY, head BYTEA NOT NULL, body BYTEA NOT NULL
        )
        """,
        """
        CREATE TABLE erased_callbacks (
            id BIGINT PRIMARY KEY,
            body_digest BYTEA NOT NULL,
            signed_body_digest BYTEA,
            signature BYTEA NOT NULL
        )
        """,
    ]

    /// `payment_references` leads from every reference that a payment carries, or that one of its
    /// callbacks names, to the payment.
    private static let payments = [
        """
        CREATE TABLE payments (
            id BIGINT PRIMARY KEY,
            partner_reference BYTEA NOT NULL,
            reference BYTEA,
            status INTEGER,
            latest_status INTEGER,
            written BYTEA NOT NULL,
            amount BIGINT,
            paid_amount BIGINT,
            refunded_amount BIGINT,
            paid_at BYTEA,
            paid_ms BIGINT,
            paid_external_id BYTEA,
            origin INTEGER NOT NULL,
            is_corroborated INTEGER NOT NULL,
            roles INTEGER NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            last_sequence BIGINT NOT NULL,
            last_source INTEGER,
            revision BIGINT NOT NULL,
            merged_into BIGINT,
            last_query_at BIGINT,
            last_query_code BYTEA,
            last_query_status INTEGER,
            unpaid_answers BIGINT NOT NULL
        ) WITH (fillfactor = 80)
        """,
        "CREATE INDEX payments_open ON payments (id) WHERE status IN (0, 1)",
        "CREATE INDEX payments_merged ON payments (merged_into) WHERE merged_into IS NOT NULL",
        """
        CREATE TABLE payment_references (
            reference BYTEA NOT NULL,
            payment_id BIGINT NOT NULL,
            PRIMARY KEY (reference, payment_id)
        )
        """,
        "CREATE INDEX references_of_payment ON payment_references (payment_id)",
        """
        CREATE TABLE transitions (
            sequence BIGINT PRIMARY KEY,
            payment_id BIGINT NOT NULL,
            partner_reference BYTEA NOT NULL,
            reference BYTEA,
            from_status INTEGER,
            to_status INTEGER NOT NULL,
            latest_status INTEGER NOT NULL,
            amount BIGINT,
            source INTEGER NOT NULL,
            external_id BYTEA,
            callback_id BIGINT,
            paid_at BYTEA,
            paid_ms BIGINT,
            recorded_at BIGINT NOT NULL,
            previous_sequence BIGINT,
            operator BYTEA,
            note BYTEA
        )
        """,
    ]

    private static let outbound = [
        """
        CREATE TABLE generations (
            payment_id BIGINT PRIMARY KEY,
            state INTEGER NOT NULL,
            fee_amount BIGINT NOT NULL,
            validity_kind INTEGER NOT NULL,
            validity_value BIGINT,
            validity_period BYTEA NOT NULL,
            expires_at BIGINT NOT NULL,
            qr_content BYTEA,
            warnings BYTEA,
            last_error BYTEA,
            started_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX generations_under_way ON generations (payment_id) WHERE state = 0",
        """
        CREATE TABLE inquiries (
            payment_id BIGINT PRIMARY KEY,
            phase INTEGER NOT NULL,
            base_at BIGINT NOT NULL,
            step BIGINT NOT NULL,
            next_at BIGINT NOT NULL,
            planned_at BIGINT NOT NULL,
            is_expiry_check INTEGER NOT NULL,
            failing_since BIGINT,
            failures BIGINT NOT NULL,
            unusable_answers BIGINT NOT NULL
        )
        """,
        "CREATE INDEX inquiries_due ON inquiries (next_at)",
        "CREATE INDEX inquiries_planned ON inquiries (planned_at)",
        """
        CREATE TABLE call_forms (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            signed_path BYTEA NOT NULL,
            request_head BYTEA NOT NULL
        )
        """,
        """
        CREATE TABLE gateway_calls (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            payment_id BIGINT,
            form BIGINT NOT NULL REFERENCES call_forms,
            service INTEGER NOT NULL,
            partner_reference BYTEA NOT NULL,
            external_id BYTEA NOT NULL,
            signed_at BYTEA NOT NULL,
            response_status INTEGER,
            error BYTEA,
            started_at BIGINT NOT NULL,
            finished_at BIGINT NOT NULL
        )
        """,
        """
        CREATE INDEX gateway_calls_of_payment ON gateway_calls (payment_id)
            WHERE payment_id IS NOT NULL
        """,
        """
        CREATE TABLE gateway_call_contents (
            id BIGINT PRIMARY KEY,
            signature BYTEA NOT NULL,
            request_head BYTEA,
            request_body BYTEA NOT NULL,
            response_head BYTEA,
            response_body BYTEA
        )
        """,
        """
        CREATE TABLE erased_gateway_calls (
            id BIGINT PRIMARY KEY,
            request_digest BYTEA NOT NULL,
            response_digest BYTEA,
            signature BYTEA NOT NULL
        )
        """,
    ]

    private static let attention = [
        """
        CREATE TABLE attention (
            id BIGINT PRIMARY KEY,
            kind TEXT COLLATE "C" NOT NULL,
            payment_id BIGINT,
            subject BYTEA,
            count BIGINT NOT NULL,
            opened_at BIGINT NOT NULL,
            last_at BIGINT NOT NULL,
            resolved_at BIGINT,
            resolved_by BYTEA,
            note BYTEA
        )
        """,
        """
        CREATE UNIQUE INDEX attention_open ON attention (payment_id, kind)
            WHERE resolved_at IS NULL AND payment_id IS NOT NULL
        """,
        """
        CREATE UNIQUE INDEX attention_open_loose ON attention (subject, kind)
            WHERE resolved_at IS NULL AND payment_id IS NULL
        """,
        """
        CREATE TABLE attention_events (
            entry_id BIGINT NOT NULL,
            number INTEGER NOT NULL,
            cause BYTEA NOT NULL,
            original_partner_reference BYTEA,
            original_reference BYTEA,
            status INTEGER,
            amount BIGINT,
            callback_id BIGINT,
            text BYTEA NOT NULL,
            first_at BIGINT NOT NULL,
            last_at BIGINT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (entry_id, number)
        )
        """,
        """
        CREATE TABLE decided_facts (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            payment_id BIGINT,
            decision INTEGER NOT NULL,
            cause BYTEA NOT NULL,
            original_partner_reference BYTEA,
            original_reference BYTEA,
            status INTEGER,
            amount BIGINT,
            entry_id BIGINT
        )
        """,
        "CREATE INDEX decided_facts_of_payment ON decided_facts (payment_id)",
    ]

    private static let alerts = [
        """
        CREATE TABLE alert_entries (
            alert TEXT COLLATE "C" NOT NULL,
            entry_id BIGINT NOT NULL,
            is_reported INTEGER NOT NULL,
            PRIMARY KEY (alert, entry_id)
        )
        """,
        """
        CREATE TABLE alert_messages (
            alert TEXT COLLATE "C" NOT NULL,
            kind TEXT COLLATE "C" NOT NULL,
            sent_at BIGINT NOT NULL,
            PRIMARY KEY (alert, kind)
        )
        """,
    ]

    /// The payments that a group of events concerns, as article EngineProtocol of the module
    /// `Ledger` has it: those that carry one of the references or are named; those that these were
    /// merged into; those that share a reference with one of these; and those that carry a
    /// reference of a callback of these that waits.
    private static let scope = """
        CREATE FUNCTION payments_in_scope(
            wanted BYTEA[], payment_ids BIGINT[], callback_ids BIGINT[], entry_ids BIGINT[]
        ) RETURNS SETOF BIGINT LANGUAGE sql STABLE AS $$
            WITH RECURSIVE near (id) AS (
                (
                    SELECT payment_id FROM payment_references WHERE reference = ANY (wanted)
                    UNION SELECT unnest(payment_ids)
                    UNION SELECT payment_id FROM callbacks
                        WHERE id = ANY (callback_ids) AND payment_id IS NOT NULL
                    UNION SELECT payment_id FROM attention
                        WHERE id = ANY (entry_ids) AND payment_id IS NOT NULL
                )
                UNION
                SELECT merged_into FROM near JOIN payments ON payments.id = near.id
                WHERE merged_into IS NOT NULL
            ), beside (id) AS (
                SELECT id FROM near
                UNION
                SELECT others.payment_id FROM near
                    JOIN payment_references AS own ON own.payment_id = near.id
                    JOIN payment_references AS others ON others.reference = own.reference
            )
            SELECT id FROM beside
            UNION
            SELECT payment_references.payment_id FROM beside
                JOIN callbacks ON callbacks.payment_id = beside.id AND is_waiting = 1
                JOIN payment_references
                    ON reference IN (original_partner_reference, original_reference)
        $$
        """
}
