import PostgreSQL
package import SQLTables
package import Store

/// Fills an empty database in PostgreSQL with the rows of another one, in one transaction: all of
/// them are stored, or none.
///
/// While it exists, no receiver can use the database.
package final class PostgreSQLImport {
    /// A table that is filled, with its columns in PostgreSQL.
    package struct Table {
        package let name: String
        private let columns: [Column]

        fileprivate init(_ name: String, _ columns: [Column]) {
            (self.name, self.columns) = (name, columns)
        }

        /// What selects its rows in another database.
        package var selection: String { "SELECT \(columnNames) FROM \(name)" }

        private var columnNames: String { columns.map(\.name).joined(separator: ", ") }

        /// Adds a row of ``selection``.
        fileprivate func insertion(of row: any SQLRow) -> Query {
            let values = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
            return Query(
                fixed: """
                    INSERT INTO \(name) (\(columnNames)) OVERRIDING SYSTEM VALUE VALUES (\(values))
                    """,
                parameters: columns.enumerated().map { $1.value(row, Int32($0)) }
            )
        }
    }

    /// A column, with the name of its type.
    fileprivate struct Column {
        let name: String
        let type: String

        /// The value in a row. NULL has the type, too: the statement is prepared with that of its
        /// first row.
        func value(_ row: any SQLRow, _ index: Int32) -> Parameter {
            let isNull = row.isNull(index)
            return switch type {
            case "bytea": .bytes(isNull ? nil : row.blob(index))
            case "text": .text(isNull ? nil : row.text(index))
            default: .integer(isNull ? nil : row.integer(index))
            }
        }
    }

    /// The tables in an order in which no row refers to one that is not there yet.
    package let tables: [Table]
    private let connection: PostgreSQLConnection

    /// Rows that were added and are not sent.
    private var unsent: [Query] = []

    /// How many rows are sent together.
    private static let pageMax = 500

    /// How long one round trip may take: some statements read a whole table.
    private static let seconds = 86_400.0

    private static let names = [
        "verifications", "callbacks", "callback_contents", "erased_callbacks", "payments",
        "transitions", "generations", "inquiries", "call_forms", "gateway_calls",
        "gateway_call_contents", "erased_gateway_calls", "attention", "attention_events",
        "decided_facts", "alert_entries", "alert_messages", "consumers", "clock_steps",
    ]

    /// Connects, creates the tables if there are none, and begins the transaction.
    ///
    /// - Throws: an error of kind `locked` while a receiver uses the database, of kind `unusable`
    ///   if it is not empty.
    package init(_ address: PostgreSQLAddress) throws(StoreError) {
        let connection = try address.connectForWriting()
        _ = try PostgreSQLSchema.prepare(connection, isCreated: true)
        try PostgreSQLSchema.claimAlone(connection, "import")
        self.connection = connection
        let found = try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.begin(
                [
                    Query("SET LOCAL statement_timeout = 0"),
                    Query("SET LOCAL idle_in_transaction_session_timeout = 0"),
                    Query("SELECT 1 FROM ledger WHERE next_callback > 1 OR next_payment > 1"),
                    Query(
                        """
                        SELECT table_name::text, column_name::text, data_type::text
                        FROM information_schema.columns WHERE table_schema = 'cashin_receiver'
                        ORDER BY ordinal_position
                        """
                    ),
                ],
                withinSeconds: Self.seconds
            )
        }
        guard found[2].rows.isEmpty else {
            throw StoreError(.unusable, "the database is not empty", context: "import")
        }
        tables = Self.tables(found[3])
    }

    private static func tables(_ result: PostgreSQLResult) -> [Table] {
        let rows = Dictionary(grouping: result.rows) { $0.text(0) }
        return names.map { name in
            Table(name, (rows[name] ?? []).map { Column(name: $0.text(1), type: $0.text(2)) })
        }
    }

    /// Adds a row of a table's selection in the other database.
    package func add(_ row: any SQLRow, to table: Table) throws(StoreError) {
        unsent.append(table.insertion(of: row))
        if unsent.count == Self.pageMax { try send() }
    }

    /// Sends the rows that were added, in one round trip.
    private func send() throws(StoreError) {
        let queries = unsent
        unsent = []
        try StoreError.mapped { () throws(PostgreSQLError) in
            _ = try connection.run(queries, withinSeconds: Self.seconds)
        }
    }

    /// Sets what follows from the rows: the feed id and other single values, the next numbers, the
    /// references of payments.
    ///
    /// - Parameter values: of the table `meta`, by their keys.
    package func complete(_ values: [(key: String, value: String)]) throws(StoreError) {
        try send()
        var queries = values.map { key, value in
            Query(
                """
                INSERT INTO meta VALUES ($1, $2)
                ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
                """,
                .text(key),
                .text(value)
            )
        }
        queries += [Self.references, Self.numbers]
        queries += ["verifications", "call_forms", "gateway_calls", "decided_facts"].map { table in
            Query(
                fixed: """
                    SELECT setval(pg_get_serial_sequence('\(table)', 'id'), max(id))
                    FROM \(table) HAVING max(id) IS NOT NULL
                    """,
                parameters: []
            )
        }
        queries += TimeList.allCases.map(Self.end)
        try StoreError.mapped { () throws(PostgreSQLError) in
            _ = try connection.run(queries, withinSeconds: Self.seconds)
        }
    }

    private static let references = Query(
        """
        INSERT INTO payment_references
        SELECT partner_reference, id FROM payments
        UNION SELECT reference, id FROM payments WHERE reference IS NOT NULL
        UNION SELECT original_partner_reference, payment_id FROM callbacks
            WHERE payment_id IS NOT NULL AND original_partner_reference IS NOT NULL
        UNION SELECT original_reference, payment_id FROM callbacks
            WHERE payment_id IS NOT NULL AND original_reference IS NOT NULL
        """
    )

    private static let numbers = Query(
        """
        UPDATE ledger SET head = (SELECT coalesce(max(sequence), 0) FROM transitions),
            next_payment = (SELECT coalesce(max(id), 0) + 1 FROM payments),
            next_callback = (SELECT coalesce(max(id), 0) + 1 FROM callbacks),
            next_entry = (SELECT coalesce(max(id), 0) + 1 FROM attention)
        """
    )

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

    // MARK: Reading what was stored

    /// Reads rows in pages, so that few are in memory at a time.
    ///
    /// - Parameter sql: a selection without parameters.
    package func forEach(
        _ sql: String,
        row: (any SQLRow) -> Void
    ) throws(StoreError) {
        try StoreError.mapped { () throws(PostgreSQLError) in
            let declaration = Query(fixed: "DECLARE pages CURSOR FOR \(sql)", parameters: [])
            try connection.run([declaration], withinSeconds: Self.seconds)
            while true {
                let page = try connection.run(
                    [Query("FETCH 5000 FROM pages")],
                    withinSeconds: Self.seconds
                )[0]
                if page.rows.isEmpty { break }
                for found in page.rows { row(found) }
            }
            try connection.run([Query("CLOSE pages")], withinSeconds: Self.seconds)
        }
    }

    /// Commits; returns when all is on the disks that commits are on.
    ///
    /// Then it collects statistics: without them, the statements that load a group read whole
    /// tables.
    package func commit() throws(StoreError) {
        try StoreError.mapped { () throws(PostgreSQLError) in
            _ = try connection.commit(withinSeconds: Self.seconds)
            // Autovacuum does it later otherwise.
            _ = try? connection.run([Query("ANALYZE")], withinSeconds: Self.seconds)
        }
    }
}
