package import Store

/// An open connection to a database, as the tables and the readers use it: the same statements run
/// on SQLite and on PostgreSQL.
///
/// Statements have the parameters `?`, or `?1`, `?2` … where one is used twice. They keep to what
/// both databases understand; the few differences are members of this protocol. The text of a
/// statement is fixed in the program: nothing that was received becomes part of it.
///
/// Not thread-safe: it belongs to the queue of the writer, or to one reading connection.
package protocol SQLDatabase: AnyObject {
    /// Compiles one statement for repeated use.
    func prepare(_ sql: String) throws(StoreError) -> any SQLStatement

    /// Runs `body` in a snapshot: all its reads see one state of the database.
    func snapshot<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result

    /// The differences between the databases.
    var dialect: SQLDialect { get }
}

/// What differs in the statements of two databases.
package struct SQLDialect: Sendable {
    /// A selection of the integers in the parameter `?`, in a column `value`.
    package let integers: String

    /// The join that reads the rows of its left side in their order.
    package let orderedJoin: String

    /// What follows the name of a table that must be read by an index.
    package let indexedBy: @Sendable (_ index: String) -> String

    /// How far a row's time may be before the newest time so far without a clock step, in
    /// milliseconds.
    package let clockDisorderMilliseconds: Int64

    /// How much the clock of one receiver may be ahead of that of another one on the same database,
    /// in milliseconds.
    package let clockDifferenceMilliseconds: Int64

    package init(
        integers: String,
        orderedJoin: String,
        indexedBy: @escaping @Sendable (_ index: String) -> String,
        clockDisorderMilliseconds: Int64,
        clockDifferenceMilliseconds: Int64
    ) {
        self.clockDifferenceMilliseconds = clockDifferenceMilliseconds
        self.integers = integers
        self.orderedJoin = orderedJoin
        self.indexedBy = indexedBy
        self.clockDisorderMilliseconds = clockDisorderMilliseconds
    }
}

extension SQLDatabase {
    /// The integer in the first column of the first row of a statement without parameters; nil
    /// without a row.
    package func integer(_ sql: String) throws(StoreError) -> Int64? {
        try prepare(sql).first { $0.integer(0) }
    }

    /// The text in the first column of the first row of a statement without parameters; nil without
    /// a row.
    package func text(_ sql: String) throws(StoreError) -> String? {
        try prepare(sql).first { $0.text(0) }
    }

    /// Reads the rows of a statement without parameters, until `row` throws.
    package func forEach(
        _ sql: String,
        row: (any SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        var failure: StoreError?
        try prepare(sql).forEach { found in
            do throws(StoreError) {
                try row(found)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }
}

/// A compiled statement.
package protocol SQLStatement: AnyObject {
    /// Binds the parameters in order and runs the statement to its end, ignoring rows.
    func run(_ bind: (any SQLBinder) -> Void) throws(StoreError)

    /// Binds the parameters in order and reads rows until `row` returns false or none is left.
    func forEach(
        _ bind: (any SQLBinder) -> Void,
        row: (any SQLRow) -> Bool
    ) throws(StoreError)
}

extension SQLStatement {
    /// Reads the rows of a statement without parameters until `row` returns false.
    package func forEach(row: (any SQLRow) -> Bool) throws(StoreError) {
        try forEach({ _ in }, row: row)
    }

    /// Binds the parameters in order and reads the first row; nil if there is none.
    package func first<Result>(
        _ bind: (any SQLBinder) -> Void = { _ in },
        row: (any SQLRow) -> Result
    ) throws(StoreError) -> Result? {
        var result: Result?
        try forEach(bind) {
            result = row($0)
            return false
        }
        return result
    }

    /// Binds the parameters in order and reads all rows.
    package func all<Result>(
        _ bind: (any SQLBinder) -> Void = { _ in },
        row: (any SQLRow) -> Result
    ) throws(StoreError) -> [Result] {
        var results: [Result] = []
        try forEach(bind) {
            results.append(row($0))
            return true
        }
        return results
    }
}

/// Binds values to the parameters of a statement, in order.
package protocol SQLBinder: AnyObject {
    /// Binds an integer, or NULL.
    func integer(_ value: Int64?)

    /// Binds text, or NULL; a NUL character is part of the text.
    func text(_ value: String?)

    /// Binds a blob, or NULL; an empty blob is not NULL.
    func blob(_ value: [UInt8]?)

    /// Binds integers for ``SQLDialect/integers``, so that one statement serves any number of them.
    func list(_ numbers: some Sequence<Int64>)
}

extension SQLBinder {
    /// Binds an integer.
    package func integer(_ value: Int) { integer(Int64(value)) }
}

/// The current row of a statement; valid only inside the closure that receives it.
package protocol SQLRow {
    /// Whether the column is NULL.
    func isNull(_ column: Int32) -> Bool

    /// The column as an integer; NULL reads as 0.
    func integer(_ column: Int32) -> Int64

    /// The column as text; NULL reads as empty.
    func text(_ column: Int32) -> String

    /// The column as bytes; NULL reads as empty.
    func blob(_ column: Int32) -> [UInt8]
}

extension SQLRow {
    /// The column as an integer, or nil when it is NULL.
    package func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// The column as text, or nil when it is NULL.
    package func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }
}
