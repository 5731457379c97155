import Ledger
import Payments
import SQLite
import SQLiteFiles
import SQLiteStore
import SQLTables
import Store
import System

/// `verify-backup`: checks a database file without changing it.
package enum DatabaseCheck {
    /// The steps of a check, in their order.
    package enum Stage: CaseIterable, Sendable {
        case integrity, foreignKeys, feed, payments, counts
    }

    /// The result of a check.
    package struct Report: Equatable, Sendable {
        package fileprivate(set) var feed = ""

        /// The sequence numbers of the oldest and of the newest transition, 0 in an empty feed.
        package fileprivate(set) var oldest: Int64 = 0
        package fileprivate(set) var head: Int64 = 0

        /// When something was recorded last, in milliseconds since the epoch; nil for an empty
        /// database.
        package fileprivate(set) var newestMilliseconds: Int64?

        /// Numbers of rows, for the output.
        package fileprivate(set) var counts: [Count] = []

        /// The first problems; empty when the database is sound.
        package fileprivate(set) var problems: [String] = []

        /// How many further problems were found.
        package fileprivate(set) var unlistedCount = 0

        /// The number of rows of one kind.
        package struct Count: Equatable, Sendable {
            package let name: String
            package let rows: Int64
        }

        fileprivate mutating func add(_ problem: String) {
            if problems.count < DatabaseCheck.problemsMax {
                problems.append(problem)
            } else {
                unlistedCount += 1
            }
        }
    }

    /// The maximum of listed problems.
    static let problemsMax = 20

    /// Checks the database at `path`, in one snapshot; reads the whole file.
    ///
    /// - Throws: when the file cannot be read at all. Damage is a problem in the report.
    package static func run(
        _ path: String,
        onStage: (Stage) -> Void = { _ in }
    ) throws(RecoveryFailure) -> Report {
        let size = try RecoveryFailure.about(path) { () throws(FileError) in
            try FilePath.byteCount(path)
        }
        guard let size else { throw .missing(path: path) }
        if size == 0 { throw .notSound(path: path, problems: ["it is empty"]) }
        var report = Report()
        do throws(SQLiteError) {
            let connection = try DatabaseCopy.open(path)
            try connection.snapshot { () throws(SQLiteError) in
                try DatabaseSchema.checkIsMade(connection)
                try check(connection, &report, onStage)
            }
        } catch {
            guard error.isDamage else { throw .database(path: path, StoreError(error)) }
            report.add(error.message)
        }
        return report
    }

    private static func check(
        _ connection: Connection,
        _ report: inout Report,
        _ onStage: (Stage) -> Void
    ) throws(SQLiteError) {
        for stage in Stage.allCases {
            onStage(stage)
            switch stage {
            case .integrity: try checkIntegrity(connection, &report)
            case .foreignKeys: try checkForeignKeys(connection, &report)
            case .feed: try checkFeed(connection, &report)
            case .payments: try checkPayments(connection, &report)
            case .counts: try count(connection, &report)
            }
        }
    }

    /// SQLite's own check of pages, indexes and constraints.
    private static func checkIntegrity(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        let lines = try connection.prepare("PRAGMA integrity_check(\(problemsMax))").all {
            $0.text(0)
        }
        if lines == ["ok"] { return }
        for line in lines { report.add("integrity: \(line)") }
    }

    /// References between tables, which SQLite does not enforce while it writes.
    private static func checkForeignKeys(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        try connection.prepare("PRAGMA foreign_key_check").forEach {
            let (table, row, parent) = ($0.text(0), $0.integer(1), $0.text(2))
            report.add("row \(row) of \(table) references a missing row of \(parent)")
            return true
        }
    }

    /// The feed id, and gaps in the sequence numbers. A removed start of the feed is not a gap.
    private static func checkFeed(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        report.feed = try MainDatabase.feed(connection)
        if report.feed.isEmpty { report.add("the database has no feed id") }
        var last: Int64 = 0
        try connection.prepare("SELECT sequence FROM transitions ORDER BY sequence").forEach {
            let sequence = $0.integer(0)
            if last == 0 {
                report.oldest = sequence
            } else if sequence != last + 1 {
                report.add("transitions \(last + 1) to \(sequence - 1) are missing from the feed")
            }
            last = sequence
            return true
        }
        report.head = last
    }

    /// Counts the rows that the output lists.
    private static func count(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        let sources = [
            ("payments", "payments WHERE status IS NOT NULL"),
            ("open payments", "payments WHERE status IN (0, 1)"),
            ("transitions", "transitions"), ("callbacks", "callbacks"),
            ("gateway calls", "gateway_calls"),
            ("open attention entries", "attention WHERE resolved_at IS NULL"),
            ("consumers", "consumers"),
        ]
        for (name, source) in sources {
            let rows = try connection.integer("SELECT count(*) FROM \(source)") ?? 0
            report.counts.append(Report.Count(name: name, rows: rows))
        }
        report.newestMilliseconds = try MainDatabase.newestTime(connection)
    }
}

// MARK: - Payments

extension DatabaseCheck {
    /// Compares the status and the amounts of every payment with its transitions.
    private static func checkPayments(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        var check = PaymentCheck(oldest: report.oldest)
        try connection.prepare(PaymentCheck.selection).forEach { row in
            check.add(row)
            return true
        }
        for problem in check.finish() { report.add(problem) }
    }
}

extension MainDatabase {
    /// When something was recorded last, in milliseconds since the epoch: the times of the last
    /// transition, callback and gateway call, each read by its primary key.
    static func newestTime(_ connection: Connection) throws(SQLiteError) -> Int64? {
        let times = [
            "recorded_at FROM transitions ORDER BY sequence",
            "received_at FROM callbacks ORDER BY id", "finished_at FROM gateway_calls ORDER BY id",
        ]
        var newest: Int64?
        for time in times {
            guard let found = try connection.integer("SELECT \(time) DESC LIMIT 1") else {
                continue
            }
            newest = max(newest ?? found, found)
        }
        return newest
    }
}
