import SQLite

/// What a key of the index leads to.
enum IndexEntry: Hashable, Sendable {
    case transaction(Int64)
    case callback(Int64)

    /// The stored number: the kind is its lowest bit.
    var value: Int64 {
        switch self {
        case .transaction(let id): id << 1
        case .callback(let id): id << 1 | 1
        }
    }

    init(value: Int64) {
        self = value & 1 == 0 ? .transaction(value >> 1) : .callback(value >> 1)
    }
}

/// How far the index file covers the main database.
struct IndexWatermark: Equatable, Sendable {
    var transactionID: Int64 = 0
    var callbackID: Int64 = 0
    var lateEntryID: Int64 = 0

    /// Whether nothing up to `other` is missing.
    func covers(_ other: IndexWatermark) -> Bool {
        transactionID >= other.transactionID && callbackID >= other.callbackID
            && lateEntryID >= other.lateEntryID
    }
}

/// One connection to the index file: keys to transactions and callbacks.
///
/// The file holds nothing that the main database does not; it is written in large sorted batches
/// behind the commits (see ``ReferenceIndex``) and made anew when it does not belong to the main
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
        selection = try connection.prepare("SELECT value FROM entries WHERE key = ?")
    }

    /// Opens a file that another connection has made.
    init(existing path: String, mode: Connection.Mode) throws(SQLiteError) {
        connection = try Connection(path: path, mode: mode)
        selection = try connection.prepare("SELECT value FROM entries WHERE key = ?")
    }

    /// The version of the tables below; a file of another one is made anew.
    private static let version: Int64 = 2

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
                feed TEXT, transaction_id INTEGER, callback_id INTEGER, late_entry_id INTEGER
            ) STRICT;
            PRAGMA user_version = \(version);
            """
        )
        let cover = try cover(connection)
        if let cover, cover.feed == feed, newest.covers(cover.watermark) { return }
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute("DELETE FROM entries; DELETE FROM cover")
            try connection.prepare("INSERT INTO cover VALUES (?, 0, 0, 0)").run { $0.text(feed) }
        }
    }

    private static func cover(
        _ connection: Connection
    ) throws(SQLiteError) -> (feed: String, watermark: IndexWatermark)? {
        try connection.prepare("SELECT feed, transaction_id, callback_id, late_entry_id FROM cover")
            .first { _ in
            } row: {
                let watermark = IndexWatermark(
                    transactionID: $0.integer(1),
                    callbackID: $0.integer(2),
                    lateEntryID: $0.integer(3)
                )
                return ($0.text(0), watermark)
            }
    }

    /// Every entry under `key`.
    func entries(_ key: UInt64) throws(SQLiteError) -> [IndexEntry] {
        try selection.all {
            $0.integer(Int64(bitPattern: key))
        } row: {
            IndexEntry(value: $0.integer(0))
        }
    }

    /// Runs `body` on one unchanging state of the file: its reads need the file's locks once.
    func snapshot<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try connection.snapshot(body)
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
            UPDATE cover SET transaction_id = max(transaction_id, ?),
                callback_id = max(callback_id, ?), late_entry_id = max(late_entry_id, ?)
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
                $0.integer(watermark.transactionID)
                $0.integer(watermark.callbackID)
                $0.integer(watermark.lateEntryID)
            }
        }
    }
}
