import Ledger
import Payments
import SQLite
import SQLiteFiles
import SQLiteStore
import Store
import System

/// `verify-backup`: checks a database file without changing it.
package enum DatabaseCheck {
    /// What a check works on, in this order.
    package enum Stage: CaseIterable, Sendable {
        case integrity, foreignKeys, feed, payments, counts
    }

    /// What was found.
    package struct Report: Equatable, Sendable {
        package fileprivate(set) var feed = ""

        /// Sequence numbers of the oldest transition that is kept and of the newest, 0 for none.
        package fileprivate(set) var oldest: Int64 = 0
        package fileprivate(set) var head: Int64 = 0

        /// When something was recorded last, in milliseconds since the epoch; nil for never.
        package fileprivate(set) var newestMilliseconds: Int64?

        /// Rows by what they are.
        package fileprivate(set) var counts: [Count] = []

        /// What is wrong, the first ones; empty when the database is sound.
        package fileprivate(set) var problems: [String] = []

        /// How many problems are not listed.
        package fileprivate(set) var unlistedCount = 0

        /// So many rows of something.
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

    /// More would not be read.
    static let problemsMax = 20

    /// Checks the database at `path`.
    ///
    /// - Throws: when it cannot be read at all. Damage is a problem in the report.
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
                guard try !DatabaseSchema.isEmpty(connection) else {
                    throw SQLiteError(code: 26, message: "the database is empty", context: "open")
                }
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

    private static func checkForeignKeys(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        try connection.prepare("PRAGMA foreign_key_check").forEach {
            let (table, row, parent) = ($0.text(0), $0.integer(1), $0.text(2))
            report.add("row \(row) of \(table) points to no row of \(parent)")
            return true
        }
    }

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
                report.add("the feed has no transitions \(last + 1) to \(sequence - 1)")
            }
            last = sequence
            return true
        }
        report.head = last
    }

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
    /// Compares every payment with its transitions, in one pass that sorts the transitions by
    /// payment.
    private static func checkPayments(
        _ connection: Connection,
        _ report: inout Report
    ) throws(SQLiteError) {
        var current: Comparison?
        // A payment comes before its transitions: their sequence numbers begin at 1.
        let statement = try connection.prepare(
            """
            SELECT id, 0, status, last_sequence, paid_amount, refunded_amount, partner_reference
            FROM payments
            UNION ALL
            SELECT payment_id, sequence, from_status, to_status, amount, previous_sequence, NULL
            FROM transitions
            ORDER BY 1, 2
            """
        )
        try statement.forEach { row in
            let id = row.integer(0)
            if row.integer(1) == 0 {
                current?.finish(&report)
                current = Comparison(id: id, row, oldest: report.oldest)
            } else if current?.id == id {
                current?.add(row, &report)
            } else {
                report.add("transition \(row.integer(1)) belongs to no payment")
            }
            return true
        }
        current?.finish(&report)
    }

    /// One payment, and its transitions so far.
    private struct Comparison {
        let id: Int64
        private let reference: String
        private var stored = FeedState()
        private var fold: TransitionFold

        init(id: Int64, _ row: Row, oldest: Int64) {
            self.id = id
            reference = row.text(6)
            stored.status = row.status(2)
            stored.lastSequence = row.integer(3)
            stored.paidAmount = row.amount(4)
            stored.refundedAmount = row.amount(5)
            fold = TransitionFold(oldest: oldest)
        }

        mutating func add(_ row: Row, _ report: inout Report) {
            guard let status = row.status(3) else {
                return report.add("transition \(row.integer(1)) has no status")
            }
            fold.add(
                TransitionFold.Step(
                    row.integer(1),
                    from: row.status(2),
                    to: status,
                    amount: row.amount(4),
                    previousSequence: row.optionalInteger(5)
                )
            )
        }

        func finish(_ report: inout Report) {
            for problem in fold.problems(of: stored) {
                report.add("payment \(reference): \(problem)")
            }
        }
    }
}

extension SQLiteError {
    /// Whether the file's contents are at fault: damaged, or no database of this program.
    var isDamage: Bool { primaryCode == 11 || primaryCode == 26 }
}

extension MainDatabase {
    /// When something was recorded last, in milliseconds since the epoch.
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
