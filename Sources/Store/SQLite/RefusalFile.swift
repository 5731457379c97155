import SQLite

/// The file of refused requests and its statements.
enum RefusalFile {
    /// Opens the file for writing. Losing the newest refusals in a crash is acceptable, so no
    /// commit waits for the disk.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = OFF;
            CREATE TABLE IF NOT EXISTS refusals (
                id INTEGER PRIMARY KEY,
                is_plausible INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                client TEXT NOT NULL,
                code TEXT NOT NULL,
                problem TEXT NOT NULL,
                external_id TEXT,
                head BLOB NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX IF NOT EXISTS refusals_by_kind ON refusals (is_plausible, id);
            """
        )
        return connection
    }

    static let insertion = """
        INSERT INTO refusals (id, is_plausible, received_at, client, code, problem, external_id,
            head, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Binds the values of ``insertion``.
    static func bind(_ refusal: RefusedRequest, id: Int64, to row: inout Binder) {
        row.integer(id)
        row.integer(refusal.isPlausible ? 1 : 0)
        row.integer(refusal.receivedMilliseconds)
        row.text(refusal.client)
        row.text(refusal.code)
        row.text(refusal.problem)
        row.text(refusal.externalID)
        row.blob(refusal.head)
        row.blob(refusal.body)
    }

    /// Deletes all of one kind but the newest: parameters are the kind twice and how many stay.
    static let eviction = """
        DELETE FROM refusals WHERE is_plausible = ? AND id <= (
            SELECT id FROM refusals WHERE is_plausible = ? ORDER BY id DESC LIMIT 1 OFFSET ?
        )
        """
}
