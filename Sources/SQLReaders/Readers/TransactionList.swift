import Payments
import SQLTables
import Store

/// Lists transactions by one of their times, newest first.
///
/// No index on a time or status exists. The list goes along a primary key instead: payments are
/// numbered in the order of their creation, transitions in the order in which they were recorded. A
/// page reads at most ``scannedMax`` rows of that order, so a page may be short although more
/// follow.
struct TransactionList {
    private let connection: any SQLDatabase
    private let transactions: TransactionReader
    private let transitions: TransitionReader

    init(
        _ connection: any SQLDatabase,
        transactions: TransactionReader,
        transitions: TransitionReader
    ) {
        self.connection = connection
        self.transactions = transactions
        self.transitions = transitions
    }

    /// The maximum of rows that one page reads: it bounds the time for a rare status.
    static let scannedMax: Int64 = 5_000

    /// The position of a transaction in the order of the list: an ID or a sequence number.
    private struct Place {
        let number: Int64
        let transactionID: Int64
    }

    /// A page of at most `limit` transactions, in one snapshot.
    ///
    /// The cursor is the position of the last transaction, or the lowest position that was read
    /// when fewer matched. `more` is true when positions below the cursor may match. With a gateway
    /// reference, the candidates of the reference index are read instead.
    func page(
        _ filter: TransactionFilter,
        limit: Int
    ) throws(StoreError) -> TransactionPage {
        if let reference = filter.referenceNo {
            return try page(of: reference, filter, limit: limit)
        }
        return try connection.snapshot { () throws(StoreError) in
            let ranges = try Self.ranges(filter, connection)
            var found: [Place] = []
            var scanned: Int64 = 0
            var bottom = filter.before ?? 1
            for range in ranges where found.count <= limit && scanned < Self.scannedMax {
                bottom = max(range.lowerBound, range.upperBound - (Self.scannedMax - scanned))
                let part = bottom..<range.upperBound
                scanned += Int64(part.count)
                found += try locations(filter, in: part, limit: limit + 1 - found.count)
            }
            let shown = found.prefix(limit)
            let isFull = found.count > limit
            var records: [TransactionRecord] = []
            for place in shown {
                if let record = try transactions.record(place.transactionID) {
                    records.append(record)
                }
            }
            return TransactionPage(
                transactions: records,
                next: (isFull ? shown.last?.number : nil) ?? bottom,
                more: isFull || bottom > ranges.last?.lowerBound ?? bottom
            )
        }
    }

    /// The key ranges that contain all transactions of the wanted times, newest first.
    static func ranges(
        _ filter: TransactionFilter,
        _ connection: any SQLDatabase
    ) throws(StoreError) -> [Range<Int64>] {
        let list: TimeList = filter.by == .created ? .payments : .transitions
        return try TimeSearch(list, connection).ranges(
            from: filter.fromMilliseconds,
            to: filter.toMilliseconds,
            in: 1..<max(filter.before ?? .max, 1)
        )
    }

    /// The matching transactions of a key range, newest first; reads every row of the range at most
    /// once.
    private func locations(
        _ filter: TransactionFilter,
        in range: Range<Int64>,
        limit: Int
    ) throws(StoreError) -> [Place] {
        let selection = try connection.prepare(Self.sql(filter.by, connection.dialect))
        return try selection.all {
            $0.integer(range.lowerBound)
            $0.integer(range.upperBound)
            $0.integer(filter.fromMilliseconds ?? .min)
            $0.integer(filter.toMilliseconds ?? .max)
            $0.integer(TransactionStatus.mask(filter.statuses))
            $0.integer(filter.amount?.sen)
            $0.integer(limit)
        } row: {
            Place(number: $0.integer(0), transactionID: $0.integer(1))
        }
    }

    /// The query of a list. Transitions are first in the join, so that the order is that of their
    /// primary key; the payment is found by its primary key.
    ///
    /// Parameters: the range, the times, the statuses as a mask, the amount or NULL, the limit.
    static func sql(_ time: TransactionTime, _ dialect: SQLDialect) -> String {
        let hasAmount = "(?6 IS NULL OR ?6 IN (payments.amount, payments.paid_amount))"
        return switch time {
        case .created:
            """
            SELECT id, id FROM payments
            WHERE status IS NOT NULL AND id >= ? AND id < ? AND created_at >= ? AND created_at < ?
                AND (CAST(?5 AS BIGINT) >> status) & 1 = 1 AND \(hasAmount)
            ORDER BY id DESC LIMIT ?
            """
        case .updated, .paid:
            """
            SELECT sequence, payments.id
            FROM transitions \(dialect.orderedJoin) payments ON payments.id = payment_id
            WHERE sequence >= ? AND sequence < ? AND recorded_at >= ? AND recorded_at < ?
                AND (CAST(?5 AS BIGINT) >> status) & 1 = 1 AND \(hasAmount)
                AND \(time == .updated
                    ? "sequence = last_sequence"
                    : "to_status = \(TransactionStatus.success.rawValue)")
            ORDER BY sequence DESC LIMIT ?
            """
        }
    }

    // MARK: By reference

    /// The transactions with a gateway reference: one, unless references contradict each other.
    ///
    /// The index is searched before the snapshot begins; a payment that is committed in between is
    /// missing from this page only.
    private func page(
        of reference: Reference,
        _ filter: TransactionFilter,
        limit: Int
    ) throws(StoreError) -> TransactionPage {
        let ids = try transactions.ids(of: reference)
        return try connection.snapshot { () throws(StoreError) in
            var found: [(number: Int64, record: TransactionRecord)] = []
            for id in ids {
                guard let record = try transactions.record(id),
                    record.referenceNo == reference.text,
                    filter.statuses?.contains(record.status) ?? true,
                    filter.amount.map({ [record.amount, record.paidAmount].contains($0) }) ?? true,
                    let number = try number(of: record, filter)
                else { continue }
                found.append((number, record))
            }
            found.sort { $0.number > $1.number }
            let shown = found.prefix(limit)
            return TransactionPage(
                transactions: shown.map(\.record),
                next: shown.last?.number ?? filter.before ?? 1,
                more: found.count > limit
            )
        }
    }

    /// The position of a transaction in the order of the list; nil when its time does not match.
    ///
    /// For times of transitions, it reads the whole chain of the payment, which has few.
    private func number(
        of record: TransactionRecord,
        _ filter: TransactionFilter
    ) throws(StoreError) -> Int64? {
        let number: Int64
        let time: Int64
        if filter.by == .created {
            (number, time) = (record.id, record.createdMilliseconds)
        } else {
            let chain = try transitions.chain(endingWith: record.lastSequence)
            let wanted = chain.last { filter.by == .updated || $0.to == .success }
            guard let wanted else { return nil }
            (number, time) = (wanted.sequence, wanted.recordedMilliseconds)
        }
        let isWanted =
            time >= filter.fromMilliseconds ?? .min && time < filter.toMilliseconds ?? .max
            && number < filter.before ?? .max
        return isWanted ? number : nil
    }
}

extension TransactionStatus {
    /// A bit for each status, at the index of its stored number; all bits for nil.
    static func mask(_ statuses: Set<TransactionStatus>?) -> Int64 {
        guard let statuses else { return -1 }
        return statuses.reduce(0) { $0 | 1 << Int64($1.rawValue) }
    }
}
