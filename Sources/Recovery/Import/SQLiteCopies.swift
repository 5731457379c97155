import Ledger
import SQLite
import SQLiteFiles
import SQLTables
import Store

/// A SQLite database whose rows are copied to another database, in one snapshot.
final class SQLiteCopySource: CopySource {
    private let path: String
    private let connection: Connection
    private let database: SQLiteDatabase

    /// Opens the database, which no receiver uses, and begins the snapshot; it ends with the value.
    ///
    /// - Throws: an error of kind `unusable` for a database of an older version.
    init(_ path: String) throws(StoreError) {
        self.path = path
        connection = try StoreError.mapped { () throws(SQLiteError) in
            let connection = try DatabaseCopy.open(path)
            try connection.execute("BEGIN")
            if let older = try DatabaseSchema.checkIsMade(connection).olderVersion {
                throw SQLiteError(
                    code: 26,
                    message: "the database has schema version \(older); start this version of the "
                        + "receiver on it once",
                    context: "import"
                )
            }
            return connection
        }
        database = SQLiteDatabase(connection)
    }

    /// As they follow from the rows: keys of the reference index are hashes, which have no way
    /// back.
    var references: String {
        """
        SELECT partner_reference, id FROM payments
        UNION SELECT reference, id FROM payments WHERE reference IS NOT NULL
        UNION SELECT original_partner_reference, payment_id FROM callbacks
            WHERE payment_id IS NOT NULL AND original_partner_reference IS NOT NULL
        UNION SELECT original_reference, payment_id FROM callbacks
            WHERE payment_id IS NOT NULL AND original_reference IS NOT NULL
        """
    }

    /// As a start of the program finds them.
    func numbers() throws(StoreError) -> LedgerNumbers {
        try StoreError.mapped { () throws(SQLiteError) in
            LedgerNumbers(
                head: try MainDatabase.newest("sequence", of: "transitions", connection),
                nextPaymentID: try MainDatabase.newest("id", of: "payments", connection) + 1,
                nextCallbackID: try max(MainDatabase.newestCallback(connection), newestRejected)
                    + 1,
                nextEntryID: try MainDatabase.newest("id", of: "attention", connection) + 1
            )
        }
    }

    /// The highest ID of a rejected request, which has a number of the series of callbacks; 0 if
    /// there is none, or if the file cannot be read.
    private var newestRejected: Int64 {
        let refused = try? DatabaseCopy.open(StoreFiles(main: path).refused)
        return (try? refused?.integer("SELECT max(id) FROM refusals")) ?? 0
    }

    func forEach(
        _ selection: String,
        row: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        try database.forEach(selection, row: row)
    }
}

/// A new SQLite database that is filled with the rows of another database.
///
/// Nothing is durable, and nothing is rolled back: the caller syncs the file, or removes it.
final class SQLiteCopyTarget: CopyTarget {
    let tables: [CopiedTable]
    private let connection: Connection
    private let database: SQLiteDatabase
    private let hash: SeededHash
    private let reference: Statement
    private let insertions: [String: any SQLStatement]

    /// Creates the tables in an empty file.
    init(_ path: String) throws(StoreError) {
        (connection, hash, reference, tables) = try StoreError.mapped { () throws(SQLiteError) in
            let connection = try Connection(path: path, mode: .readWrite)
            try connection.execute(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384"
            )
            try DatabaseSchema.create(connection)
            let reference = try connection.prepare(Self.insertion)
            let tables = try Self.tables(connection)
            try connection.execute("BEGIN")
            return (connection, try MainDatabase.hash(connection), reference, tables)
        }
        database = SQLiteDatabase(connection)
        insertions = try database.insertions(tables)
    }

    private static func tables(_ connection: Connection) throws(SQLiteError) -> [CopiedTable] {
        let columns = try connection.prepare(
            "SELECT name, type FROM pragma_table_info(?) ORDER BY cid"
        )
        var tables: [CopiedTable] = []
        for name in CopiedTable.names {
            let found = try columns.all {
                $0.text(name)
            } row: {
                CopiedTable.Column($0.text(0), type: $0.text(1))
            }
            tables.append(CopiedTable(name, found))
        }
        return tables
    }

    /// Adds a reference to the index backlog, unless the index finds it in the row of the payment.
    private static let insertion = """
        INSERT INTO added_references (key, payment_id) SELECT ?1, ?2 WHERE NOT EXISTS (
            SELECT 1 FROM payments WHERE id = ?2 AND ?3 IN (partner_reference, reference)
        )
        """

    func add(_ row: any SQLRow, to table: CopiedTable) throws(StoreError) {
        try insertions[table.name]?.run { table.bind(row, to: $0) }
    }

    func addReference(_ row: any SQLRow) throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in
            let text = row.text(0)
            try reference.run {
                $0.integer(Int64(bitPattern: hash.key(for: text.utf8)))
                $0.integer(row.integer(1))
                $0.text(text)
            }
        }
    }

    /// Also records where the clock was set back, as SQLite has it: in PostgreSQL, lists by time
    /// allow for more disorder.
    func complete(
        _ values: [(key: String, value: String)],
        _ numbers: LedgerNumbers
    ) throws(StoreError) {
        let meta = try MetaTable(database)
        for (key, value) in values { try meta.copy(key, value) }
        let newest = try StoreError.mapped { () throws(SQLiteError) in
            try MainDatabase.newestCallback(connection)
        }
        if numbers.nextCallbackID - 1 > newest {
            try meta.copy(MainDatabase.copiedCallbackKey, "\(numbers.nextCallbackID - 1)")
        }
        let steps = try ClockStepTable(database)
        for list in TimeList.allCases {
            let selection = "SELECT \(list.key), \(list.time) FROM \(list.table) ORDER BY 1"
            try database.forEach(selection) { row throws(StoreError) in
                try steps.record(list, id: row.integer(0), milliseconds: row.integer(1))
            }
        }
        try StoreError.mapped { () throws(SQLiteError) in try connection.execute("COMMIT") }
    }
}
