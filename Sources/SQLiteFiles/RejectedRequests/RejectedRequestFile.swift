import SQLite
import Store
import System

/// The file of the rejected-request store and its statements.
package enum RejectedRequestFile {
    /// Opens the file for writing, and creates its table if needed.
    ///
    /// `synchronous = OFF`: the newest requests may be lost in a crash, so no write waits for the
    /// disk.
    ///
    /// - Throws: code 26 (`SQLITE_NOTADB`) for a file of another program or version.
    static func open(_ path: String) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, mode: .readWrite)
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let isEmpty = tables == 0 && application == 0
        guard isEmpty || application == applicationID && version == Self.version else {
            let message = "not a rejected-request store of this version"
            throw SQLiteError(code: 26, message: message, context: "open")
        }
        try connection.set("journal_mode", to: "wal")
        try connection.set("synchronous", to: "0")
        try connection.set("secure_delete", to: "1")
        try connection.execute(
            """
            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(Self.version);
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

    /// `PRAGMA application_id`, the bytes `CASR`: it tells this program's files from those of
    /// others.
    private static let applicationID: Int64 = 0x4341_5352

    /// `PRAGMA user_version` of the table above.
    private static let version: Int64 = 1

    /// The highest ID of a rejected request; 0 when the file cannot be read, which is reported.
    ///
    /// - Parameter isExpected: whether a missing file is reported.
    package static func newestID(in file: SideFile, isExpected: Bool) -> Int64 {
        reportDamagedWAL(of: file)
        do throws(SQLiteError) {
            return try file.open(isExpected: isExpected) { (path) throws(SQLiteError) in
                try MainDatabase.newest("id", of: "refusals", try open(path))
            }
        } catch {
            file.report(error)
            return 0
        }
    }

    /// Reports damage in the WAL. SQLite ignores what follows it, and says nothing.
    private static func reportDamagedWAL(of file: SideFile) {
        let path = StoreFiles(main: file.path).wal
        let contents = try? FileContents(startOf: path, byteCount: MainDatabase.walBytesMax)
        guard let contents, let damage = WALExamination.damage(in: contents.bytes) else { return }
        file.report(SQLiteError(code: 11, message: damage, context: "open \(path)"))
    }

    /// Adds a request; ``bind(_:id:to:)`` binds its values.
    static let insertion = """
        INSERT INTO refusals (id, is_plausible, received_at, client, code, problem, external_id,
            head, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Binds the values of ``insertion``.
    static func bind(_ refusal: RejectedRequest, id: Int64, to row: Binder) {
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

    /// Deletes all requests of one kind but the newest. The parameters are the kind, twice, and how
    /// many stay.
    ///
    /// `refusals_by_kind` leads to the first one to delete, after it has skipped as many entries as
    /// stay.
    static let eviction = """
        DELETE FROM refusals WHERE is_plausible = ? AND id <= (
            SELECT id FROM refusals WHERE is_plausible = ? ORDER BY id DESC LIMIT 1 OFFSET ?
        )
        """
}
