package import SQLite

/// The rows of the main database that an index file covers: all up to these IDs.
package struct IndexWatermark: Equatable, Sendable {
    /// The highest ID in `payments` whose references are covered.
    var paymentID: Int64 = 0

    /// The highest ID in `added_references` that is covered.
    var addedReferenceID: Int64 = 0

    package init(paymentID: Int64 = 0, addedReferenceID: Int64 = 0) {
        self.paymentID = paymentID
        self.addedReferenceID = addedReferenceID
    }

    /// Whether everything up to `other` is covered.
    func covers(_ other: IndexWatermark) -> Bool {
        paymentID >= other.paymentID && addedReferenceID >= other.addedReferenceID
    }
}

/// Finds candidates: payments that may carry a reference, by the hash of the reference.
package protocol IndexSearch: AnyObject {
    /// Adds the payments under any of these keys.
    func find(_ keys: [UInt64], into found: inout Set<Int64>) throws(SQLiteError)
}

/// One connection to the index file, which maps hashes of references to payments.
///
/// The file holds nothing that the main database does not hold. It is written in large sorted
/// batches after the commits (see ``ReferenceIndex``), and created again when it does not belong to
/// the main database. Its WAL is synced at checkpoints only: after a power loss it may lack
/// commits, but SQLite keeps it consistent, and the watermark is part of each commit.
package final class IndexFile: IndexSearch {
    private let connection: Connection
    private let selection: Statement

    /// Opens the index file of a database for writing, and creates its tables if needed.
    ///
    /// A file that covers another history of the database, such as one from before a restore, is
    /// emptied.
    ///
    /// - Throws: code 26 (`SQLITE_NOTADB`) for the file of another program, which stays unchanged.
    package init(path: String, history: IndexHistory) throws(SQLiteError) {
        connection = try Connection(path: path, mode: .readWrite)
        try Self.check(connection)
        try connection.set("journal_mode", to: "wal")
        try connection.set("synchronous", to: "1")
        try Self.makeTables(connection, history)
        selection = try connection.prepare(Self.sql)
    }

    /// Opens an index file that exists, without checking whose it is.
    init(existing path: String, mode: Connection.Mode) throws(SQLiteError) {
        connection = try Connection(path: path, mode: mode)
        selection = try connection.prepare(Self.sql)
    }

    /// The key is the prefix of the primary key, so a search reads one leaf page in most cases.
    private static let sql = "SELECT value FROM entries WHERE key = ?"

    /// `PRAGMA application_id`, the bytes `CASI`: it tells this program's index files from other
    /// files.
    private static let applicationID: Int64 = 0x4341_5349

    /// The version of the tables below; a file of another version is emptied.
    private static let version: Int64 = 11

    /// Throws for a file of another program. Reads only.
    private static func check(_ connection: Connection) throws(SQLiteError) {
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        let application = try connection.integer("PRAGMA application_id") ?? 0
        guard tables == 0 && application == 0 || application == applicationID else {
            let message = "not a reference index of cashin-receiver"
            throw SQLiteError(code: 26, message: message, context: "open")
        }
    }

    /// Creates the tables, and empties them when their feed id or cover does not fit the main
    /// database.
    private static func makeTables(
        _ connection: Connection,
        _ history: IndexHistory
    ) throws(SQLiteError) {
        if try connection.integer("PRAGMA user_version") != version {
            try connection.execute("DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS cover")
        }
        // `entry_count` and `entry_sum` are the checksum over all entries: see checkEntries().
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS entries (
                key INTEGER, value INTEGER, PRIMARY KEY (key, value)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS cover (
                feed TEXT, payment_id INTEGER, added_reference_id INTEGER, proof TEXT,
                entry_count INTEGER, entry_sum INTEGER
            ) STRICT;
            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(version);
            """
        )
        if let state = try state(connection), state.feed == history.feed,
            try history.cover(state.cover.watermark) == state.cover
        {
            return
        }
        let empty = try history.cover(IndexWatermark()) ?? IndexCover()
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute("DELETE FROM entries; DELETE FROM cover")
            try connection.prepare("INSERT INTO cover VALUES (?, 0, 0, ?, 0, 0)").run {
                $0.text(history.feed)
                $0.text(empty.proof)
            }
        }
    }

    /// The row of `cover`.
    private struct State {
        let feed: String
        let cover: IndexCover
        let sum: EntrySum
    }

    /// Reads the only row of `cover`; nil when it is missing, as in a new file.
    private static func state(_ connection: Connection) throws(SQLiteError) -> State? {
        try connection.prepare(
            """
            SELECT feed, payment_id, added_reference_id, proof, entry_count, entry_sum FROM cover
            """
        ).first { _ in
        } row: {
            let watermark = IndexWatermark(
                paymentID: $0.integer(1),
                addedReferenceID: $0.integer(2)
            )
            return State(
                feed: $0.text(0),
                cover: IndexCover(watermark: watermark, proof: $0.text(3)),
                sum: EntrySum(count: $0.integer(4), sum: $0.integer(5))
            )
        }
    }

    /// Adds the payments under any of these keys. Each key is one search in the primary key of
    /// `entries`.
    package func find(_ keys: [UInt64], into found: inout Set<Int64>) throws(SQLiteError) {
        // One snapshot for all keys: outside of one, each statement would begin its own.
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

    /// The rows of the main database that the file covers.
    func watermark() throws(SQLiteError) -> IndexWatermark {
        try Self.state(connection)?.cover.watermark ?? IndexWatermark()
    }

    /// How many entries the file should have, by its own count.
    package func entryCount() throws(SQLiteError) -> Int64 {
        try Self.state(connection)?.sum.count ?? 0
    }

    /// Throws when entries are missing or changed; reads the whole file.
    ///
    /// SQLite detects only pages that are malformed. A missing entry would hide a payment, and a
    /// callback about it would create the payment a second time.
    ///
    /// - Throws: code 11 (`SQLITE_CORRUPT`) when the entries do not match their checksum.
    package func checkEntries() throws(SQLiteError) {
        let isWhole = try connection.snapshot { () throws(SQLiteError) in
            var sum = EntrySum()
            try connection.prepare("SELECT key, value FROM entries").forEach { _ in
            } row: {
                sum.add($0.integer(0), $0.integer(1))
                return true
            }
            return try Self.state(connection)?.sum == sum
        }
        if isWhole { return }
        throw SQLiteError(code: 11, message: "entries are missing or changed", context: "check")
    }

    /// Adds entries in one commit; afterwards the file covers the main database up to `cover`.
    ///
    /// Entries that exist already are ignored, so a batch may be written twice.
    func append(_ entries: HashMultimap, through cover: IndexCover) throws(SQLiteError) {
        let insertion = try connection.prepare("INSERT OR IGNORE INTO entries VALUES (?, ?)")
        let update = try connection.prepare(
            """
            UPDATE cover SET payment_id = ?, added_reference_id = ?, proof = ?, entry_count = ?,
                entry_sum = ?
            """
        )
        try connection.transaction { () throws(SQLiteError) in
            var sum = try Self.state(connection)?.sum ?? EntrySum()
            for entry in entries.sorted() {
                try insertion.run {
                    $0.integer(entry.key)
                    $0.integer(entry.value)
                }
                if connection.changes > 0 { sum.add(entry.key, entry.value) }
            }
            try update.run {
                $0.integer(cover.watermark.paymentID)
                $0.integer(cover.watermark.addedReferenceID)
                $0.text(cover.proof)
                $0.integer(sum.count)
                $0.integer(sum.sum)
            }
        }
    }
}

/// The count of entries, and a sum over them that does not depend on their order.
private struct EntrySum: Equatable {
    var count: Int64 = 0
    var sum: Int64 = 0

    /// Adds one entry.
    mutating func add(_ key: Int64, _ value: Int64) {
        count += 1
        // Odd constants of xxHash, so that every bit of key and value changes the sum.
        var mixed = UInt64(bitPattern: key) &* 0x9E37_79B1_85EB_CA87
        mixed ^= mixed >> 29
        mixed = (mixed ^ UInt64(bitPattern: value)) &* 0xC2B2_AE3D_27D4_EB4F
        sum &+= Int64(bitPattern: mixed ^ mixed >> 32)
    }
}

/// A reader's access to the index file.
///
/// While the file is unusable, it searches the main database instead, until the writer has created
/// the file again. Belongs to one reading connection.
package final class IndexReader: IndexSearch {
    private let main: Connection
    private let file: SideFile
    private let index: ReferenceIndex

    /// The open file and its number; the number changes when the file is created again.
    private var opened: (file: IndexFile, number: Int)?

    package init(_ main: Connection, _ file: SideFile, _ index: ReferenceIndex) {
        self.main = main
        self.file = file
        self.index = index
    }

    /// Adds the payments under any of these keys: from the file, else by a scan of the main
    /// database, which may take long.
    package func find(_ keys: [UInt64], into found: inout Set<Int64>) throws(SQLiteError) {
        let number = index.fileNumber
        do throws(SQLiteError) {
            try indexFile(number).find(keys, into: &found)
        } catch {
            opened = nil
            if file.isGone(by: error) { index.report(error, ofFile: number) }
            try IndexSource.search(main, hash: index.hash, for: keys, into: &found)
        }
    }

    /// The connection to the file with this number, opened if necessary.
    private func indexFile(_ number: Int) throws(SQLiteError) -> IndexFile {
        if let opened, opened.number == number { return opened.file }
        let file = try IndexFile(existing: file.path, mode: .readOnly)
        opened = (file, number)
        return file
    }
}
