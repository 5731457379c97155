package import Ledger
package import Store

/// A table whose rows are copied as they are when a database moves between SQLite and PostgreSQL.
///
/// Its columns are those of the target, so that a column that the source lacks is an error.
package struct CopiedTable: Sendable {
    /// The tables, in an order in which no row refers to one that is not there yet.
    package static let names = [
        "verifications", "callbacks", "callback_contents", "erased_callbacks", "payments",
        "transitions", "generations", "inquiries", "call_forms", "gateway_calls",
        "gateway_call_contents", "erased_gateway_calls", "attention", "attention_events",
        "decided_facts", "alert_entries", "alert_messages", "consumers", "clock_steps",
    ]

    /// A column, with the type that it has in the target.
    package struct Column: Sendable {
        /// What is bound to it.
        enum Kind {
            case integer, text, bytes
        }

        let name: String
        let kind: Kind

        /// - Parameter type: as SQLite or PostgreSQL names it.
        package init(_ name: String, type: String) {
            self.name = name
            kind =
                switch type.lowercased() {
                case "blob", "bytea": .bytes
                case "text": .text
                default: .integer
                }
        }
    }

    package let name: String
    private let columns: [Column]

    package init(_ name: String, _ columns: [Column]) {
        (self.name, self.columns) = (name, columns)
    }

    /// What selects its rows in the source; by the key, so that the table of the target grows at
    /// its end.
    package var selection: String { "SELECT \(columnNames) FROM \(name) ORDER BY 1" }

    /// What adds a row to the target.
    fileprivate func insertion(_ override: String) -> String {
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(name) (\(columnNames)) \(override) VALUES (\(marks))"
    }

    private var columnNames: String { columns.map(\.name).joined(separator: ", ") }

    /// Binds a row of ``selection`` to the statement that adds it.
    package func bind(_ row: any SQLRow, to binder: any SQLBinder) {
        for (index, column) in columns.enumerated() {
            let index = Int32(index)
            let isNull = row.isNull(index)
            // NULL has the type of the column, too: PostgreSQL prepares a statement with the types
            // of its first row.
            switch column.kind {
            case .integer: binder.integer(isNull ? nil : row.integer(index))
            case .text: binder.text(isNull ? nil : row.text(index))
            case .bytes: binder.blob(isNull ? nil : row.blob(index))
            }
        }
    }
}

extension SQLDatabase {
    /// The statements that add rows to tables, by the names of the tables.
    ///
    /// - Parameter override: what lets a row have its own number, where the database gives numbers.
    package func insertions(
        _ tables: [CopiedTable],
        override: String = ""
    ) throws(StoreError) -> [String: any SQLStatement] {
        var statements: [String: any SQLStatement] = [:]
        for table in tables { statements[table.name] = try prepare(table.insertion(override)) }
        return statements
    }
}

/// A database whose rows are copied to another one, in one snapshot, while no receiver uses it.
package protocol CopySource: AnyObject {
    /// What selects all references under which payments are found: the reference, and the ID of the
    /// payment.
    var references: String { get }

    /// The IDs that the next new rows would get.
    func numbers() throws(StoreError) -> LedgerNumbers

    /// Reads rows, few of which are in memory at a time.
    ///
    /// - Parameter selection: without parameters.
    func forEach(
        _ selection: String,
        row: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError)
}

/// An empty database that is filled with the rows of another one.
package protocol CopyTarget: AnyObject {
    var tables: [CopiedTable] { get }

    /// Adds a row of a table's selection in the source.
    func add(_ row: any SQLRow, to table: CopiedTable) throws(StoreError)

    /// Adds a row of ``CopySource/references``.
    func addReference(_ row: any SQLRow) throws(StoreError)

    /// Stores single values (see ``MetaTable/copied``) and the numbers of the source, after all
    /// rows.
    func complete(
        _ values: [(key: String, value: String)],
        _ numbers: LedgerNumbers
    ) throws(StoreError)
}
