import Payments
import SQLTables
import Store

/// Sums the transactions of a period by day and status, along the same keys as ``TransactionList``.
struct SummaryReader {
    private let connection: any SQLDatabase

    init(_ connection: any SQLDatabase) { self.connection = connection }

    /// The maximum of rows that one page reads: it bounds the time of a snapshot.
    static let scannedMax: Int64 = 10_000

    /// The sums of at most ``scannedMax`` rows, in one snapshot.
    ///
    /// - Parameter filter: the times and the cursor; statuses and reference are ignored.
    func page(_ filter: TransactionFilter) throws(StoreError) -> SummaryPage {
        try connection.snapshot { () throws(StoreError) in
            let ranges = try TransactionList.ranges(filter, connection)
            var groups: [SummaryGroup] = []
            var scanned: Int64 = 0
            var bottom = filter.before ?? 1
            for range in ranges where scanned < Self.scannedMax {
                bottom = max(range.lowerBound, range.upperBound - (Self.scannedMax - scanned))
                scanned += Int64((bottom..<range.upperBound).count)
                groups += try sums(filter, in: bottom..<range.upperBound)
            }
            return SummaryPage(
                groups: groups,
                next: bottom,
                more: bottom > ranges.last?.lowerBound ?? bottom
            )
        }
    }

    private func sums(
        _ filter: TransactionFilter,
        in range: Range<Int64>
    ) throws(StoreError) -> [SummaryGroup] {
        let selection = try connection.prepare(Self.sql(filter.by, connection.dialect))
        let groups = try selection.all {
            $0.integer(range.lowerBound)
            $0.integer(range.upperBound)
            $0.integer(filter.fromMilliseconds ?? .min)
            $0.integer(filter.toMilliseconds ?? .max)
        } row: { (row) -> SummaryGroup? in
            guard let status = row.status(1) else { return nil }
            return SummaryGroup(
                day: Int(row.integer(0)),
                status: status,
                count: row.integer(2),
                amountSen: Self.sum(row, 3),
                feeSen: Self.sum(row, 5),
                refundedSen: Self.sum(row, 7)
            )
        }
        return groups.compactMap(\.self)
    }

    /// The sum in two columns of ``sum(of:)``.
    private static func sum(_ row: any SQLRow, _ column: Int32) -> Int128 {
        Int128(row.integer(column)) * Int128(part) + Int128(row.integer(column + 1))
    }

    /// Amounts are summed in two parts, because SQLite refuses a sum beyond 63 bits.
    private static let part: Int64 = 1_000_000_000

    private static func sum(of amount: String) -> String {
        """
        CAST(sum(coalesce(\(amount), 0) / \(part)) AS BIGINT),
        CAST(sum(coalesce(\(amount), 0) % \(part)) AS BIGINT)
        """
    }

    /// The query of a page; rows are found by primary key, as in ``TransactionList/sql(_:_:)``.
    ///
    /// The day is that of Jakarta, at +07:00. Parameters: the range, the times.
    static func sql(_ time: TransactionTime, _ dialect: SQLDialect) -> String {
        let transitions = """
            transitions \(dialect.orderedJoin) payments ON payments.id = transitions.payment_id
            """
        let (source, key, column, condition) =
            switch time {
            case .created:
                ("payments", "payments.id", "created_at", "status IS NOT NULL")
            case .updated:
                (transitions, "sequence", "recorded_at", "sequence = last_sequence")
            case .paid:
                (
                    transitions, "sequence", "recorded_at",
                    "to_status = \(TransactionStatus.success.rawValue)"
                )
            }
        return """
            SELECT (\(column) + 25200000) / 86400000, status, count(*),
                \(sum(of: "coalesce(payments.paid_amount, payments.amount)")),
                \(sum(of: "fee_amount")), \(sum(of: "refunded_amount"))
            FROM \(source) LEFT JOIN generations ON generations.payment_id = payments.id
            WHERE \(key) >= ? AND \(key) < ? AND \(column) >= ? AND \(column) < ? AND \(condition)
            GROUP BY 1, 2
            """
    }
}
