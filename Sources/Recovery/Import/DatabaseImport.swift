import Ledger
package import PostgreSQLStore
package import SQLiteFiles
import SQLTables
import Store
import System

/// `import`: copies a database from SQLite to PostgreSQL, or back; feed id, numbers and offsets
/// stay.
///
/// The source is read in one snapshot, and not changed. Claims have no meaning without the
/// receivers that made them, and are left out: what they were made for is due as before.
package struct DatabaseImport {
    /// A step of the import.
    package enum Stage: Sendable {
        case checking(DatabaseCheck.Stage)
        case copying(table: String, rows: Int64)
        case comparing
        case renaming
    }

    /// What the databases are called in errors.
    private let source: String
    private let target: String
    private let onStage: (Stage) -> Bool

    /// - Parameters:
    ///   - source: what the source is called in errors.
    ///   - target: what the target is called in errors.
    ///   - onStage: called after each 1,000 rows; returning false stops the import.
    package init(
        from source: String,
        to target: String,
        onStage: @escaping (Stage) -> Bool
    ) {
        (self.source, self.target) = (source, target)
        self.onStage = onStage
    }

    /// Copies all rows and single values; returns the feed id.
    private func copy(
        from source: any CopySource,
        to target: any CopyTarget
    ) throws(RecoveryFailure) -> String {
        var isStopped = false
        /// Reads the rows of one table.
        func read(
            _ name: String,
            _ selection: String,
            _ add: (any SQLRow) throws(StoreError) -> Void
        ) throws(StoreError) {
            var count: Int64 = 0
            try source.forEach(selection) { row throws(StoreError) in
                try add(row)
                count += 1
                guard count.isMultiple(of: 1_000) else { return }
                if onStage(.copying(table: name, rows: count)) { return }
                isStopped = true
                throw StoreError(.failed, "stopped", context: "import")
            }
        }
        do throws(StoreError) {
            for table in target.tables {
                try read(table.name, table.selection) { row throws(StoreError) in
                    try target.add(row, to: table)
                }
            }
            try read("references", source.references) { row throws(StoreError) in
                try target.addReference(row)
            }
            var values: [(key: String, value: String)] = []
            try source.forEach(MetaTable.copied) { values.append(($0.text(0), $0.text(1))) }
            try target.complete(values, source.numbers())
            return values.first { $0.key == "feed" }?.value ?? ""
        } catch {
            throw isStopped ? .stopped : failure(error)
        }
    }

    private func failure(_ error: StoreError) -> RecoveryFailure {
        .database(path: "\(source) to \(target)", error)
    }
}

// MARK: - To PostgreSQL

extension DatabaseImport {
    /// Checks a file before anything is done in PostgreSQL.
    ///
    /// - Parameter lock: the lock on it.
    /// - Throws: when it is not sound.
    package func check(_ lock: DatabaseLock) throws(RecoveryFailure) -> DatabaseCheck.Report {
        let report = try DatabaseCheck.run(lock.path) { _ = onStage(.checking($0)) }
        if !report.problems.isEmpty {
            throw .notSound(path: lock.path, problems: report.problems)
        }
        return report
    }

    /// Copies a file to an empty database in PostgreSQL.
    ///
    /// - Parameters:
    ///   - lock: the lock on the file.
    ///   - report: of its check.
    /// - Throws: when the file is of an older version, or one of the databases fails. Nothing was
    ///   imported then, unless the error is about COMMIT.
    package func run(
        from lock: DatabaseLock,
        _ report: DatabaseCheck.Report,
        to target: PostgreSQLCopyTarget
    ) throws(RecoveryFailure) {
        let source: SQLiteCopySource
        do throws(StoreError) {
            source = try SQLiteCopySource(lock.path)
        } catch {
            throw .database(path: lock.path, error)
        }
        _ = try copy(from: source, to: target)
        guard onStage(.comparing) else { throw .stopped }
        do throws(StoreError) {
            try compare(target, report)
            try target.commit()
        } catch {
            throw failure(error)
        }
    }

    /// Compares every payment in the target with its transitions, as `verify-backup` does it, and
    /// their number with that of the source.
    private func compare(
        _ target: PostgreSQLCopyTarget,
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

// MARK: - To SQLite

extension DatabaseImport {
    /// Copies a database in PostgreSQL to a new file.
    ///
    /// The file is filled under another name, checked and synced, and then renamed. A crash leaves
    /// at most the incomplete file; it keeps `serve` from creating an empty database, and the next
    /// import replaces it.
    ///
    /// - Parameter lock: the lock on the path, where no file exists.
    /// - Returns: what the file contains.
    /// - Throws: when a payment differs from its transitions, or one of the databases fails. Then
    ///   no file remains.
    package func run(
        from source: PostgreSQLCopySource,
        to lock: DatabaseLock
    ) throws(RecoveryFailure) -> DatabaseCheck.Report {
        let partial = StoreFiles(main: lock.path).importing
        DatabaseCopy.remove(partial)
        try RecoveryFailure.about(partial) { () throws(FileError) in
            try FileCreation.write(
                [],
                to: partial,
                mode: 0o600,
                owner: FileOwnership.ofNewFile(beside: lock.path)
            )
        }
        do throws(RecoveryFailure) {
            let feed = try fill(partial, from: source)
            let report = try DatabaseCheck.run(partial) { _ = onStage(.checking($0)) }
            let problems = try report.problems + differences(partial, report, source, feed: feed)
            guard problems.isEmpty else {
                throw RecoveryFailure.notSound(path: self.source, problems: problems)
            }
            try RecoveryFailure.about(partial) { () throws(FileError) in
                try FileMove.synchronize(partial)
            }
            guard onStage(.renaming) else { throw RecoveryFailure.stopped }
            try DatabaseCopy.appear(partial, as: lock.path)
            return report
        } catch {
            DatabaseCopy.remove(partial)
            throw error
        }
    }

    /// Fills a new file; returns the feed id. The file is closed when this returns.
    private func fill(
        _ path: String,
        from source: PostgreSQLCopySource
    ) throws(RecoveryFailure) -> String {
        let target: SQLiteCopyTarget
        do throws(StoreError) {
            target = try SQLiteCopyTarget(path)
        } catch {
            throw failure(error)
        }
        return try copy(from: source, to: target)
    }

    /// How the file differs from the source, where the check of the file alone does not show it: a
    /// number that the source has given must not be given again.
    private func differences(
        _ path: String,
        _ report: DatabaseCheck.Report,
        _ source: PostgreSQLCopySource,
        feed: String
    ) throws(RecoveryFailure) -> [String] {
        let (copied, expected): (LedgerNumbers, LedgerNumbers)
        do throws(StoreError) {
            copied = try SQLiteCopySource(path).numbers()
            expected = try source.numbers()
        } catch {
            throw failure(error)
        }
        let numbers = [
            ("transition", copied.head, expected.head),
            ("payment", copied.nextPaymentID - 1, expected.nextPaymentID - 1),
            ("callback", copied.nextCallbackID - 1, expected.nextCallbackID - 1),
            ("attention entry", copied.nextEntryID - 1, expected.nextEntryID - 1),
        ]
        let differing = numbers.filter { $0.1 != $0.2 }.map { name, number, expected in
            "the newest \(name) is \(number), expected \(expected)"
        }
        return differing + (report.feed == feed ? [] : ["the feed id is missing"])
    }
}
