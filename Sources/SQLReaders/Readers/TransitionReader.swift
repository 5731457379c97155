import Payments
import SQLTables
import Store

/// The readers' statements on the feed. All use the primary key, the sequence number.
struct TransitionReader {
    private let connection: any SQLDatabase

    /// The transitions of a range to some statuses, in order.
    private let range: any SQLStatement

    /// One transition.
    private let single: any SQLStatement

    /// The head.
    private let newest: any SQLStatement

    /// The oldest stored sequence number.
    private let oldestSequence: any SQLStatement

    /// The first transition of a range that was recorded at or after a time; scans the range.
    private let firstRecorded: any SQLStatement

    init(_ connection: any SQLDatabase) throws(StoreError) {
        self.connection = connection
        range = try connection.prepare(
            """
            SELECT \(Self.columns) FROM transitions
            WHERE sequence > ? AND sequence <= ? AND (CAST(? AS BIGINT) >> to_status) & 1 = 1
            ORDER BY sequence LIMIT ?
            """
        )
        single = try connection.prepare(
            "SELECT \(Self.columns) FROM transitions WHERE sequence = ?"
        )
        newest = try connection.prepare("SELECT coalesce(max(sequence), 0) FROM transitions")
        oldestSequence = try connection.prepare(
            "SELECT coalesce(min(sequence), 1) FROM transitions"
        )
        firstRecorded = try connection.prepare(
            """
            SELECT sequence FROM transitions
            WHERE sequence >= ? AND sequence < ? AND recorded_at >= ? ORDER BY sequence LIMIT 1
            """
        )
    }

    /// The columns that ``read(_:)`` expects.
    private static let columns = """
        sequence, partner_reference, reference, from_status, to_status, latest_status, amount,
        source, external_id, callback_id, paid_at, paid_ms, recorded_at, previous_sequence,
        operator, note
        """

    /// Reads a row of ``columns``; nil when a stored number is unknown.
    private static func read(_ row: any SQLRow) -> TransitionRecord? {
        guard let to = row.status(4), let latest = row.latestStatus(5), let source = row.source(7)
        else { return nil }
        return TransitionRecord(
            sequence: row.integer(0),
            partnerReferenceNo: row.text(1),
            referenceNo: row.optionalText(2),
            from: row.status(3),
            to: to,
            latestStatus: latest,
            amount: row.amount(6),
            source: source,
            externalID: row.optionalText(8),
            callbackID: row.optionalInteger(9),
            paidAt: row.gatewayTime(from: 10),
            recordedMilliseconds: row.integer(12),
            operatorName: row.optionalText(14),
            note: row.optionalText(15)
        )
    }

    /// The maximum of transitions that one page reads: it bounds the time for a rare status.
    static let scannedMax: Int64 = 10_000

    /// The transitions that a query selects: up to `limit`, of at most ``scannedMax`` that are
    /// read.
    ///
    /// Head, oldest and rows are of one snapshot, so a page never misses a transition that its head
    /// counts.
    func page(_ query: FeedQuery, limit: Int) throws(StoreError) -> FeedPage {
        try connection.snapshot { () throws(StoreError) in
            let head = try head()
            // Sequence numbers are dense, so a range of them is a number of rows.
            let (bound, isBeyond) = query.after.addingReportingOverflow(Self.scannedMax)
            let end = isBeyond ? head : min(head, bound)
            let found = try range.all {
                $0.integer(query.after)
                $0.integer(end)
                $0.integer(TransactionStatus.mask(query.statuses))
                $0.integer(limit + 1)
            } row: {
                (sequence: $0.integer(0), record: Self.read($0))
            }
            let isFull = found.count > limit
            let next = isFull ? found[limit].sequence - 1 : max(query.after, end)
            return FeedPage(
                transitions: found.prefix(limit).compactMap(\.record),
                next: next,
                more: next < head,
                head: head,
                oldest: try oldest()
            )
        }
    }

    /// The newest sequence number, 0 in an empty feed.
    private func head() throws(StoreError) -> Int64 { try newest.first { $0.integer(0) } ?? 0 }

    /// The oldest stored sequence number, 1 in an empty feed.
    private func oldest() throws(StoreError) -> Int64 {
        try oldestSequence.first { $0.integer(0) } ?? 1
    }

    /// The lowest and the highest sequence number of the feed, in one snapshot.
    func bounds() throws(StoreError) -> FeedBounds {
        try connection.snapshot { () throws(StoreError) in
            FeedBounds(oldest: try oldest(), head: try head())
        }
    }

    /// The offset before the first transition that was recorded at or after a time; the head when
    /// there is none.
    ///
    /// ``TimeSearch`` finds the ranges; the oldest range is searched first.
    ///
    /// - Parameter time: milliseconds since the epoch.
    func offset(recordedFrom time: Int64) throws(StoreError) -> Int64 {
        try connection.snapshot { () throws(StoreError) in
            let ranges = try TimeSearch(.transitions, connection).ranges(from: time, to: nil)
            for range in ranges.reversed() {
                let first = try firstRecorded.first {
                    $0.integer(range.lowerBound)
                    $0.integer(range.upperBound)
                    $0.integer(time)
                } row: {
                    $0.integer(0)
                }
                if let first { return first - 1 }
            }
            return try head()
        }
    }

    /// Ranges that contain every transition that was recorded in a period, and few others; oldest
    /// first.
    func sequences(
        recordedFrom from: Int64?,
        to: Int64?
    ) throws(StoreError) -> [Range<Int64>] {
        try connection.snapshot { () throws(StoreError) in
            try TimeSearch(.transitions, connection).ranges(from: from, to: to).reversed()
        }
    }

    /// The transition with this sequence number; nil when there is none.
    func transition(_ sequence: Int64) throws(StoreError) -> TransitionRecord? {
        let found = try single.first {
            $0.integer(sequence)
        } row: {
            Self.read($0)
        }
        return found ?? nil
    }

    /// The transitions of one payment up to `last`, oldest first.
    ///
    /// Follows `previous_sequence` back, with one search by primary key for each. Ends at a
    /// transition that was removed from the start of the feed.
    func chain(endingWith last: Int64) throws(StoreError) -> [TransitionRecord] {
        var chain: [TransitionRecord] = []
        var next: Int64? = last
        while let sequence = next {
            let found = try single.first {
                $0.integer(sequence)
            } row: {
                (record: Self.read($0), previous: $0.optionalInteger(13))
            }
            if let record = found?.record { chain.append(record) }
            next = found?.previous
        }
        return chain.reversed()
    }
}
