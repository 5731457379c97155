import SQLite

/// How far the index file covers the main database.
struct IndexWatermark: Equatable, Sendable {
    var paymentID: Int64 = 0
    var lateReferenceID: Int64 = 0

    /// Whether nothing up to `other` is missing.
    func covers(_ other: IndexWatermark) -> Bool {
        paymentID >= other.paymentID && lateReferenceID >= other.lateReferenceID
    }
}

/// One connection to the index file: hashes of references to payments.
///
/// The file holds nothing that the main database does not; it is written in large sorted batches
/// behind the commits (see ``ReferenceIndex``) and made again when it does not belong to the main
/// database.
final class LookupFile {
    private let connection: Connection
    private let selection: Statement

    /// Opens the file for the database with the given feed id.
    ///
    /// - Parameter newest: the highest numbers in the main database; a file that claims to cover
    ///   more belongs to another state of it, such as the one before a restore.
    init(
        path: String,
        feed: String,
        newest: IndexWatermark
    ) throws(SQLiteError) {
        connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        try Self.makeTables(connection, feed: feed, newest: newest)
        selection = try connection.prepare(Self.sql)
    }

    /// Opens a file that another connection has made.
    init(existing path: String, mode: Connection.Mode) throws(SQLiteError) {
        connection = try Connection(path: path, mode: mode)
        selection = try connection.prepare(Self.sql)
    }

    private static let sql = "SELECT value FROM entries WHERE key = ?"

    /// The version of the tables below; a file of another one is made again.
    private static let version: Int64 = 10

    private static func makeTables(
        _ connection: Connection,
        feed: String,
        newest: IndexWatermark
    ) throws(SQLiteError) {
        if try connection.integer("PRAGMA user_version") != version {
            try connection.execute("DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS cover")
        }
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS entries (
                key INTEGER, value INTEGER, PRIMARY KEY (key, value)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS cover (
                feed TEXT, payment_id INTEGER, late_reference_id INTEGER
            ) STRICT;
            PRAGMA user_version = \(version);
            """
        )
        let cover = try cover(connection)
        if let cover, cover.feed == feed, newest.covers(cover.watermark) { return }
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute("DELETE FROM entries; DELETE FROM cover")
            try connection.prepare("INSERT INTO cover VALUES (?, 0, 0)").run { $0.text(feed) }
        }
    }

    private static func cover(
        _ connection: Connection
    ) throws(SQLiteError) -> (feed: String, watermark: IndexWatermark)? {
        try connection.prepare("SELECT feed, payment_id, late_reference_id FROM cover")
            .first { _ in
            } row: {
                let watermark = IndexWatermark(
                    paymentID: $0.integer(1),
                    lateReferenceID: $0.integer(2)
                )
                return ($0.text(0), watermark)
            }
    }

    /// Adds the payments under any of these keys.
    func find(_ keys: [UInt64], into found: inout Set<Int64>) throws(SQLiteError) {
        // One read of the file for all: each statement outside of one would begin its own.
        try connection.snapshot { () throws(SQLiteError) in
            for key in keys {
                try selection.forEach {
                    $0.integer(Int64(bitPattern: key))
                } row: {
                    found.insert($0.integer(0))
                    return true
                }
            }
        }
    }

    /// How far the file covers the main database.
    func watermark() throws(SQLiteError) -> IndexWatermark {
        try Self.cover(connection)?.watermark ?? IndexWatermark()
    }

    /// Adds entries; afterwards the file covers the main database up to `watermark`.
    func append(_ entries: HashMultimap, through watermark: IndexWatermark) throws(SQLiteError) {
        let insertion = try connection.prepare("INSERT OR IGNORE INTO entries VALUES (?, ?)")
        let cover = try connection.prepare(
            """
            UPDATE cover SET payment_id = max(payment_id, ?),
                late_reference_id = max(late_reference_id, ?)
            """
        )
        try connection.transaction { () throws(SQLiteError) in
            for entry in entries.sorted() {
                try insertion.run {
                    $0.integer(entry.key)
                    $0.integer(entry.value)
                }
            }
            try cover.run {
                $0.integer(watermark.paymentID)
                $0.integer(watermark.lateReferenceID)
            }
        }
    }
}
