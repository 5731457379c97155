import PostgreSQL

/// Statements without a result that wait to be sent together, in the order in which they were
/// added.
///
/// Rows that are inserted between two other statements share a statement for each insertion, which
/// costs the server less than one for each row. Rows of different tables do not depend on each
/// other, so they may come in another order; those of one insertion stay in order.
struct UnsentStatements {
    private struct Step {
        let statement: Statement

        /// The parameters of each row; of another statement, all of them.
        var rows: [[Parameter]]

        var queries: [Query] {
            switch statement {
            case .insertion(let insertion): insertion.queries(rows)
            case .other(let sql): rows.map { Query(fixed: sql, parameters: $0) }
            }
        }
    }

    private enum Statement {
        case insertion(RowInsertion)
        case other(String)
    }

    private var steps: [Step] = []

    /// The steps to which rows can be added: those since the last other statement.
    private var open: [ObjectIdentifier: Int] = [:]

    mutating func add(_ query: Query) {
        steps.append(Step(statement: .other(query.sql), rows: [query.parameters]))
        open = [:]
    }

    mutating func add(_ row: [Parameter], to insertion: RowInsertion) {
        let id = ObjectIdentifier(insertion)
        if let index = open[id] {
            steps[index].rows.append(row)
        } else {
            open[id] = steps.count
            steps.append(Step(statement: .insertion(insertion), rows: [row]))
        }
    }

    /// All statements, as they are sent; none is left.
    mutating func removeAll() -> [Query] {
        defer { self = UnsentStatements() }
        return steps.flatMap(\.queries)
    }
}

/// A statement that inserts one row, and its forms for several rows.
final class RowInsertion {
    /// Each number of rows is a statement that the server prepares and keeps.
    static let rowCounts = [32, 16, 8, 4, 2, 1]

    private let head: Substring
    private let row: Substring
    private let tail: Substring
    private var texts: [Int: String] = [:]

    /// - Parameter sql: with `?` for each parameter.
    /// - Returns: nil if it is another statement, or one in which the order of rows matters.
    init?(_ sql: String) {
        guard sql.hasPrefix("INSERT INTO "), let values = sql.firstRange(of: "VALUES "),
            sql[values.upperBound...].first == "(",
            let end = sql[values.upperBound...].firstIndex(of: ")")
        else { return nil }
        (head, row) = (sql[..<values.upperBound], sql[values.upperBound...end])
        tail = sql[sql.index(after: end)...]
        guard tail.isEmpty || tail == " ON CONFLICT DO NOTHING" else { return nil }
        // `?1` would be the same value in each row.
        guard !zip(row, row.dropFirst()).contains(where: { $0 == "?" && $1.isNumber }) else {
            return nil
        }
    }

    /// Statements that insert rows, each as many as it can.
    func queries(_ rows: [[Parameter]]) -> [Query] {
        var queries: [Query] = []
        var rest = rows[...]
        for count in Self.rowCounts {
            while rest.count >= count {
                let parameters = rest.prefix(count).flatMap(\.self)
                queries.append(Query(fixed: text(rows: count), parameters: parameters))
                rest = rest.dropFirst(count)
            }
        }
        return queries
    }

    private func text(rows count: Int) -> String {
        if let text = texts[count] { return text }
        let rows = repeatElement(row, count: count).joined(separator: ", ")
        let text = Query.numbered("\(head)\(rows)\(tail)")
        texts[count] = text
        return text
    }
}
