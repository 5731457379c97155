package import PostgreSQLStore
import SQLite
package import SQLiteFiles
import SQLTables
import Store

/// Copies a SQLite database to an empty one in PostgreSQL; feed id, numbers and offsets stay.
package struct DatabaseImport {
    /// A step of the import.
    package enum Stage: Sendable {
        case checking(DatabaseCheck.Stage)
        case copying(table: String, rows: Int64)
        case comparing
    }

    private let source: DatabaseLock
    private let target: PostgreSQLAddress

    /// How many rows are sent together.
    private static let pageMax = 500

    /// - Parameter source: the lock on the database, which is not changed.
    package init(from source: DatabaseLock, to target: PostgreSQLAddress) {
        (self.source, self.target) = (source, target)
    }

    /// Imports the database.
    ///
    /// - Returns: what was imported.
    /// - Throws: when the source is not sound, or of an older version; when the target is not
    ///   empty, is in use, or fails. Nothing was imported then, unless the error is about COMMIT.
    package func run(
        onStage: (Stage) -> Void
    ) throws(RecoveryFailure) -> DatabaseCheck.Report {
        let report = try DatabaseCheck.run(source.path) { onStage(.checking($0)) }
        if !report.problems.isEmpty {
            throw .notSound(path: source.path, problems: report.problems)
        }
        do throws(StoreError) {
            let target = try PostgreSQLImport(target)
            try copy(to: target, onStage)
            onStage(.comparing)
            try compare(target, report)
            try target.commit()
        } catch {
            throw .database(path: source.path, error)
        }
        return report
    }

    private func copy(
        to target: PostgreSQLImport,
        _ onStage: (Stage) -> Void
    ) throws(StoreError) {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try DatabaseCopy.open(source.path)
            if let older = try DatabaseSchema.checkIsMade(connection).olderVersion {
                throw SQLiteError(
                    code: 26,
                    message: "the database has schema version \(older); start this version of the "
                        + "receiver on it once",
                    context: "import"
                )
            }
        }
        let connection = SQLiteDatabase(
            try StoreError.mapped { () throws(SQLiteError) in try DatabaseCopy.open(source.path) }
        )
        try connection.snapshot { () throws(StoreError) in
            for table in target.tables { try copy(table, connection, to: target, onStage) }
            var values: [(key: String, value: String)] = []
            let keys = ["feed", "proven_order", "gateway_known_at"].map { "'\($0)'" }
            try connection.prepare(
                "SELECT key, value FROM meta WHERE key IN (\(keys.joined(separator: ", ")))"
            ).forEach { _ in
            } row: {
                values.append((key: $0.text(0), value: $0.text(1)))
                return true
            }
            try target.complete(values)
        }
    }

    private func copy(
        _ table: PostgreSQLImport.Table,
        _ connection: SQLiteDatabase,
        to target: PostgreSQLImport,
        _ onStage: (Stage) -> Void
    ) throws(StoreError) {
        let names = table.columns.map(\.name).joined(separator: ", ")
        var page: [[PostgreSQLImport.Value]] = []
        var count: Int64 = 0
        func send() throws(StoreError) {
            count += Int64(page.count)
            try target.add(page, to: table)
            page.removeAll(keepingCapacity: true)
            onStage(.copying(table: table.name, rows: count))
        }
        var failure: StoreError?
        let selection = try connection.prepare("SELECT \(names) FROM \(table.name)")
        try selection.forEach { _ in
        } row: { row in
            let values = table.columns.enumerated().map { index, column in
                Self.value(row, Int32(index), column.kind)
            }
            page.append(values)
            if page.count < Self.pageMax { return true }
            do throws(StoreError) {
                try send()
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        if !page.isEmpty { try send() }
    }

    private static func value(
        _ row: any SQLRow,
        _ column: Int32,
        _ kind: PostgreSQLImport.Column.Kind
    ) -> PostgreSQLImport.Value {
        if row.isNull(column) { return .null }
        switch kind {
        case .integer: return .integer(row.integer(column))
        case .text: return .text(row.text(column))
        case .bytes: return .bytes(row.blob(column))
        }
    }

    /// Compares every payment in the target with its transitions, as `verify-backup` does it, and
    /// the numbers of both databases.
    private func compare(
        _ target: PostgreSQLImport,
        _ report: DatabaseCheck.Report
    ) throws(StoreError) {
        var check = PaymentCheck(oldest: report.oldest)
        try target.forEach(PaymentCheck.selection) { check.add($0) }
        let count = check.transitionCount
        var problems = check.finish()
        let expected = report.head == 0 ? 0 : report.head - report.oldest + 1
        if count != expected { problems.append("\(count) transitions, expected \(expected)") }
        if let problem = problems.first {
            throw StoreError(.damaged, problem, context: "compare the databases")
        }
    }
}
