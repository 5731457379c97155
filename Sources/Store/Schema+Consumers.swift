extension Schema {
    /// Version 3: where consumers stand in the feed. Few rows, so that a random key costs nothing.
    static let consumers = """
        CREATE TABLE consumers (
            name TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            feed TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
