package import SQLTables
package import SQLite
package import Store

/// A connection to SQLite, as the tables and the readers use it.
package final class SQLiteDatabase: SQLDatabase {
    private let connection: Connection

    /// The last error, with SQLite's code.
    private(set) var lastError: SQLiteError?

    package init(_ connection: Connection) { self.connection = connection }

    package func prepare(_ sql: String) throws(StoreError) -> any SQLStatement {
        try mapped { () throws(SQLiteError) in
            SQLiteStatement(try connection.prepare(sql), of: self)
        }
    }

    /// Runs `body`, and records and converts its error.
    fileprivate func mapped<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        do throws(SQLiteError) {
            return try body()
        } catch {
            lastError = error
            throw StoreError(error)
        }
    }

    package func snapshot<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try mapped { () throws(SQLiteError) in try connection.execute("BEGIN") }
        defer {
            // Ends a read, so a failure loses no data.
            try? connection.execute("COMMIT")
        }
        return try body()
    }

    package var dialect: SQLDialect { .sqlite }
}

extension SQLDialect {
    /// `CROSS JOIN` keeps the order of its sides in SQLite
    /// (<https://www.sqlite.org/optoverview.html#crossjoin>).
    package static let sqlite = SQLDialect(
        integers: "SELECT value FROM json_each(?)",
        orderedJoin: "CROSS JOIN",
        indexedBy: { "INDEXED BY \($0)" },
        clockDisorderMilliseconds: 60_000,
        clockDifferenceMilliseconds: 0
    )
}

private final class SQLiteStatement: SQLStatement {
    private let statement: Statement
    private let database: SQLiteDatabase

    init(_ statement: Statement, of database: SQLiteDatabase) {
        self.statement = statement
        self.database = database
    }

    func run(_ bind: (any SQLBinder) -> Void) throws(StoreError) {
        try database.mapped { () throws(SQLiteError) in try statement.run { bind($0) } }
    }

    func forEach(
        _ bind: (any SQLBinder) -> Void,
        row: (any SQLRow) -> Bool
    ) throws(StoreError) {
        try database.mapped { () throws(SQLiteError) in
            try statement.forEach {
                bind($0)
            } row: {
                row($0)
            }
        }
    }
}

extension Binder: SQLBinder {
    /// Binds a JSON array, for `json_each`.
    package func list(_ numbers: some Sequence<Int64>) {
        var list = "["
        for number in numbers {
            if list.utf8.count > 1 { list += "," }
            list += String(number)
        }
        text(list + "]")
    }
}

extension Row: SQLRow {}
