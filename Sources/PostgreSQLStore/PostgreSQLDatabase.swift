import PostgreSQL
package import SQLTables
package import Store

/// A connection to PostgreSQL, as the tables and the readers use it.
///
/// Inside a write, statements without a result wait until one with a result is run, or until the
/// commit: they are sent together, in one round trip.
package final class PostgreSQLDatabase: SQLDatabase {
    private let connection: PostgreSQLConnection

    /// Statements that were run but not sent.
    private var unsent = UnsentStatements()

    /// How long one round trip may take; the connection is closed then.
    private let seconds: Double

    init(_ connection: PostgreSQLConnection, withinSeconds seconds: Double) {
        self.connection = connection
        self.seconds = seconds
    }

    package var dialect: SQLDialect { .postgreSQL }

    /// Whether nothing can be sent any more.
    var isClosed: Bool { connection.state == .closed }

    /// The version of the server, as in `15.18`.
    var version: String {
        "\(connection.serverVersion / 10_000).\(connection.serverVersion % 10_000)"
    }

    /// The newest sequence number, as of the last commit.
    func head() throws(StoreError) -> Int64 { try integer("SELECT head FROM ledger") ?? 0 }

    /// Compiled by the server when it is first run.
    package func prepare(_ sql: String) throws(StoreError) -> any SQLStatement {
        PostgreSQLStatement(sql, of: self)
    }

    package func snapshot<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try beginSnapshot()
        // Ends a read, so a failure loses no data.
        defer { rollBack() }
        return try body()
    }

    /// Begins a snapshot, which ``rollBack()`` or the end of the connection ends, and runs its
    /// first statements in the same round trip.
    func beginSnapshot(_ queries: [Query] = []) throws(StoreError) {
        try StoreError.mapped { () throws(PostgreSQLError) in
            _ = try connection.begin(queries, mode: .snapshot, withinSeconds: seconds)
        }
    }

    // MARK: Writing

    /// Begins a write, and runs its first statements in the same round trip.
    func begin(_ queries: [Query]) throws(StoreError) -> [PostgreSQLResult] {
        try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.begin(queries, withinSeconds: seconds)
        }
    }

    /// Sends what was not sent, and a last statement, and commits; durable when it returns.
    ///
    /// - Returns: the result of `behind`, which is run after the commit, in the same round trip.
    func commit(_ last: Query, then behind: Query) throws(StoreError) -> PostgreSQLResult? {
        let queries = unsent.removeAll() + [last]
        return try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.commit(queries, then: behind, withinSeconds: seconds).last
        }
    }

    /// Ends a write or a snapshot after an error; a connection that cannot is closed.
    func rollBack() {
        unsent = UnsentStatements()
        try? connection.rollBack(withinSeconds: seconds)
    }

    // MARK: Statements

    /// Runs a statement without a result; inside a write it is sent later.
    ///
    /// - Parameter insertion: what it inserts into, if its row may be sent with others.
    func run(_ query: Query, of insertion: RowInsertion? = nil) throws(StoreError) {
        if let insertion {
            unsent.add(query.parameters, to: insertion)
        } else {
            unsent.add(query)
        }
        if connection.state != .inTransaction { _ = try results([]) }
    }

    /// The results of statements, in one round trip.
    func results(_ queries: [Query]) throws(StoreError) -> ArraySlice<PostgreSQLResult> {
        let all = unsent.removeAll() + queries
        return try StoreError.mapped { () throws(PostgreSQLError) in
            try connection.run(all, withinSeconds: seconds).suffix(queries.count)
        }
    }
}

extension SQLDialect {
    static let postgreSQL = SQLDialect(
        integers: "SELECT unnest(?) AS value",
        orderedJoin: "JOIN",
        indexedBy: { _ in "" },
        // The clocks of several receivers may differ by minutes.
        clockDisorderMilliseconds: 600_000,
        clockDifferenceMilliseconds: 600_000
    )
}

/// A statement whose parameters are numbered as PostgreSQL has them.
private final class PostgreSQLStatement: SQLStatement {
    private let sql: String
    private let insertion: RowInsertion?
    private let database: PostgreSQLDatabase

    init(_ sql: String, of database: PostgreSQLDatabase) {
        self.sql = Query.numbered(sql)
        self.database = database
        insertion = RowInsertion(sql)
    }

    func run(_ bind: (any SQLBinder) -> Void) throws(StoreError) {
        try database.run(query(bind), of: insertion)
    }

    func forEach(
        _ bind: (any SQLBinder) -> Void,
        row: (any SQLRow) -> Bool
    ) throws(StoreError) {
        guard let result = try database.results([query(bind)]).first else { return }
        for found in result.rows where !row(found) { return }
    }

    private func query(_ bind: (any SQLBinder) -> Void) -> Query {
        let values = ParameterList()
        bind(values)
        return Query(fixed: sql, parameters: values.parameters)
    }
}

extension Query {
    /// Numbers parameters as SQLite does (<https://www.sqlite.org/lang_expr.html#varparam>): `?1` is
    /// `$1`, and `?` has the number after the highest one so far. No statement has the
    /// character elsewhere.
    static func numbered(_ sql: String) -> String {
        let parts = sql.split(separator: "?", omittingEmptySubsequences: false)
        var text = String(parts[0])
        var highest = 0
        for part in parts.dropFirst() {
            let number = Int(part.prefix { $0.isNumber })
            highest = max(highest, number ?? highest + 1)
            text += number == nil ? "$\(highest)\(part)" : "$\(part)"
        }
        return text
    }
}

/// The values of a statement's parameters.
private final class ParameterList: SQLBinder {
    private(set) var parameters: [Parameter] = []

    func integer(_ value: Int64?) { parameters.append(.integer(value)) }

    func text(_ value: String?) { parameters.append(.characters(value)) }

    func blob(_ value: [UInt8]?) { parameters.append(.bytes(value)) }

    func list(_ numbers: some Sequence<Int64>) { parameters.append(.integers(Array(numbers))) }
}

extension ResultRow: SQLRow {
    package func blob(_ column: Int32) -> [UInt8] { bytes(column) ?? [] }
}

extension StoreError {
    /// The error in the terms of the store.
    init(_ error: PostgreSQLError) {
        let kind: Kind =
            switch error.state {
            case _ where [.library, .string].contains(error.kind): .unusable
            // Data exceptions, and violations of constraints.
            case let state where state.hasPrefix("22") || state.hasPrefix("23"): .invalidWork
            case "53100": .diskFull
            case "55P03", "40P01": .locked
            case "XX001", "XX002": .damaged
            case _ where error.kind == .connection: .disconnected
            default: .failed
            }
        self.init(
            kind,
            code: error.state.isEmpty ? "PostgreSQL" : "PostgreSQL error \(error.state)",
            error.message,
            context: error.context
        )
    }

    /// Runs `body` and converts its error.
    static func mapped<Result>(
        _ body: () throws(PostgreSQLError) -> Result
    ) throws(StoreError) -> Result {
        do throws(PostgreSQLError) {
            return try body()
        } catch {
            throw StoreError(error)
        }
    }
}
