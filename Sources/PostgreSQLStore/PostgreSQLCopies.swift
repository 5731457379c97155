package import Ledger
import PostgreSQL
package import SQLTables
package import Store

/// An empty database in PostgreSQL that is filled with the rows of another one, in one transaction:
/// all of them are stored, or none.
///
/// While it exists, no receiver can use the database.
package final class PostgreSQLCopyTarget: CopyTarget {
    package let tables: [CopiedTable]
    private let database: PostgreSQLDatabase
    private let reference: any SQLStatement
    private let insertions: [String: any SQLStatement]

    /// How many rows were added and are not sent.
    private var unsentCount = 0

    /// How many rows are sent together.
    private static let pageMax = 500

    /// Connects, creates the tables if there are none, and begins the transaction.
    ///
    /// - Throws: an error of kind `locked` while a receiver uses the database, of kind `unusable`
    ///   if it is not empty.
    package init(_ address: PostgreSQLAddress) throws(StoreError) {
        let connection = try address.connectForWriting()
        _ = try PostgreSQLSchema.prepare(connection, isCreated: true)
        try PostgreSQLSchema.claimAlone(connection, "import")
        database = PostgreSQLDatabase(connection, withinSeconds: PostgreSQLDatabase.copySeconds)
        let columns = Query(
            """
            SELECT table_name::text, column_name::text, data_type::text
            FROM information_schema.columns WHERE table_schema = 'cashin_receiver'
            ORDER BY ordinal_position
            """
        )
        let content = Query("SELECT 1 FROM ledger WHERE next_callback > 1 OR next_payment > 1")
        let found = try database.begin(PostgreSQLDatabase.copySettings + [content, columns])
            .suffix(2)
        guard found.first?.rows.isEmpty ?? false, let columns = found.last else {
            throw StoreError(.unusable, "the database is not empty", context: "import")
        }
        tables = Self.tables(columns)
        insertions = try database.insertions(tables, override: "OVERRIDING SYSTEM VALUE")
        reference = try database.prepare(
            "INSERT INTO payment_references VALUES (?, ?) ON CONFLICT DO NOTHING"
        )
    }

    private static func tables(_ result: PostgreSQLResult) -> [CopiedTable] {
        let rows = Dictionary(grouping: result.rows) { $0.text(0) }
        return CopiedTable.names.map { name in
            let columns = (rows[name] ?? []).map {
                CopiedTable.Column($0.text(1), type: $0.text(2))
            }
            return CopiedTable(name, columns)
        }
    }

    package func add(_ row: any SQLRow, to table: CopiedTable) throws(StoreError) {
        try insertions[table.name]?.run { table.bind(row, to: $0) }
        try countUnsent()
    }

    package func addReference(_ row: any SQLRow) throws(StoreError) {
        try reference.run {
            $0.text(row.text(0))
            $0.integer(row.integer(1))
        }
        try countUnsent()
    }

    /// Sends a full page, in one round trip.
    private func countUnsent() throws(StoreError) {
        unsentCount += 1
        guard unsentCount == Self.pageMax else { return }
        unsentCount = 0
        _ = try database.results([])
    }

    package func complete(
        _ values: [(key: String, value: String)],
        _ numbers: LedgerNumbers
    ) throws(StoreError) {
        let meta = try MetaTable(database)
        for (key, value) in values { try meta.copy(key, value) }
        let next = Query(
            """
            UPDATE ledger SET head = $1, next_payment = $2, next_callback = $3, next_entry = $4
            """,
            .integer(numbers.head),
            .integer(numbers.nextPaymentID),
            .integer(numbers.nextCallbackID),
            .integer(numbers.nextEntryID)
        )
        let identities = ["verifications", "call_forms", "gateway_calls", "decided_facts"].map {
            Query(
                fixed: """
                    SELECT setval(pg_get_serial_sequence('\($0)', 'id'), max(id))
                    FROM \($0) HAVING max(id) IS NOT NULL
                    """,
                parameters: []
            )
        }
        _ = try database.results([next] + identities + TimeList.allCases.map(Self.end))
    }

    /// Where a list by time continues: as a start of the program on SQLite assumes it.
    private static func end(of list: TimeList) -> Query {
        let name = list == .gatewayCalls ? "calls" : list.table
        return Query(
            fixed: """
                UPDATE ledger SET \(name)_id = last.id, \(name)_at = last.time + $1
                FROM (
                    SELECT \(list.key) AS id, \(list.time) AS time FROM \(list.table)
                    ORDER BY \(list.key) DESC LIMIT 1
                ) AS last
                """,
            parameters: [.integer(SQLDialect.postgreSQL.clockDisorderMilliseconds)]
        )
    }

    /// Reads what was stored, few rows at a time.
    package func forEach(
        _ selection: String,
        row: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        try database.readPages(selection, row)
    }

    /// Commits; returns when all is on the disks that commits are on.
    ///
    /// Then it collects statistics: without them, the statements that load a group read whole
    /// tables.
    package func commit() throws(StoreError) {
        _ = try database.commit(Query("SELECT 1"), then: Query("SELECT 1"))
        // Autovacuum does it later otherwise.
        _ = try? database.results([Query("ANALYZE")])
    }
}

/// A database in PostgreSQL whose rows are copied to another one, in one snapshot.
///
/// While it exists, no receiver can use the database. Nothing in it is changed.
package final class PostgreSQLCopySource: CopySource {
    private let database: PostgreSQLDatabase

    /// Connects, and begins the snapshot.
    ///
    /// - Throws: an error of kind `locked` while a receiver uses the database, of kind `unusable`
    ///   when it has no tables of this program's version.
    package init(_ address: PostgreSQLAddress) throws(StoreError) {
        let connection = try address.connect()
        try PostgreSQLSchema.check(connection)
        // Before the snapshot, which then has the last commit of any receiver.
        try PostgreSQLSchema.claimAlone(connection, "import")
        database = PostgreSQLDatabase(connection, withinSeconds: PostgreSQLDatabase.copySeconds)
        try database.beginSnapshot(PostgreSQLDatabase.copySettings)
    }

    package var references: String { "SELECT reference, payment_id FROM payment_references" }

    package func numbers() throws(StoreError) -> LedgerNumbers {
        let query = Query("SELECT head, next_payment, next_callback, next_entry FROM ledger")
        guard let row = try database.results([query]).first?.rows.first else {
            throw StoreError(.unusable, "the table ledger is empty", context: "import")
        }
        return LedgerNumbers(
            head: row.integer(0),
            nextPaymentID: row.integer(1),
            nextCallbackID: row.integer(2),
            nextEntryID: row.integer(3)
        )
    }

    package func forEach(
        _ selection: String,
        row: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        try database.readPages(selection, row)
    }
}

extension PostgreSQLDatabase {
    /// How long one round trip of a copy may take: some statements read a whole table.
    fileprivate static let copySeconds = 86_400.0

    /// What the transaction of a copy begins with.
    fileprivate static let copySettings = [
        Query("SET LOCAL statement_timeout = 0"),
        Query("SET LOCAL idle_in_transaction_session_timeout = 0"),
    ]

    /// Reads rows in pages, so that few are in memory at a time; a row may have the body of a
    /// callback. Inside a transaction only.
    ///
    /// - Parameter selection: without parameters.
    fileprivate func readPages(
        _ selection: String,
        _ row: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        _ = try results([Query(fixed: "DECLARE pages CURSOR FOR \(selection)", parameters: [])])
        while let page = try results([Query("FETCH 200 FROM pages")]).first, !page.rows.isEmpty {
            for found in page.rows { try row(found) }
        }
        _ = try results([Query("CLOSE pages")])
    }
}
