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

    /// What the source has.
    package let report: DatabaseCheck.Report

    /// Checks the database before anything is done in PostgreSQL.
    ///
    /// - Parameter source: the lock on it; it is not changed.
    /// - Throws: when it is not sound.
    package init(
        from source: DatabaseLock,
        onStage: (Stage) -> Void
    ) throws(RecoveryFailure) {
        self.source = source
        report = try DatabaseCheck.run(source.path) { onStage(.checking($0)) }
        if !report.problems.isEmpty {
            throw .notSound(path: source.path, problems: report.problems)
        }
    }

    /// Imports the database.
    ///
    /// - Throws: when the source is of an older version, or one of the databases fails. Nothing was
    ///   imported then, unless the error is about COMMIT.
    package func run(
        into target: PostgreSQLImport,
        onStage: (Stage) -> Void
    ) throws(RecoveryFailure) {
        do throws(StoreError) {
            try copy(to: target, onStage)
            onStage(.comparing)
            try compare(target)
            try target.commit()
        } catch {
            throw .database(path: source.path, error)
        }
    }

    private func copy(
        to target: PostgreSQLImport,
        _ onStage: (Stage) -> Void
    ) throws(StoreError) {
        let connection = try StoreError.mapped { () throws(SQLiteError) in
            let connection = try DatabaseCopy.open(source.path)
            if let older = try DatabaseSchema.checkIsMade(connection).olderVersion {
                throw SQLiteError(
                    code: 26,
                    message: "the database has schema version \(older); start this version of the "
                        + "receiver on it once",
                    context: "import"
                )
            }
            return SQLiteDatabase(connection)
        }
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
        var count: Int64 = 0
        var failure: StoreError?
        let selection = try connection.prepare(table.selection)
        try selection.forEach { _ in
        } row: { row in
            do throws(StoreError) {
                try target.add(row, to: table)
            } catch {
                failure = error
                return false
            }
            count += 1
            if count.isMultiple(of: 1_000) { onStage(.copying(table: table.name, rows: count)) }
            return true
        }
        if let failure { throw failure }
    }

    /// Compares every payment in the target with its transitions, as `verify-backup` does it, and
    /// the numbers of both databases.
    private func compare(_ target: PostgreSQLImport) throws(StoreError) {
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
