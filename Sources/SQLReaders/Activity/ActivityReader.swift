import Payments
import SQLTables
import Store

/// The readers' statements for an overview. All go along primary keys from a cursor.
struct ActivityReader {
    private let main: any SQLDatabase
    private let refused: any RefusedRequestFile
    private let transitions: any SQLStatement
    private let callbacks: any SQLStatement
    private let calls: any SQLStatement
    private let newestCall: any SQLStatement
    private let totals: any SQLStatement

    /// The maximum of rows of each list in one read: it bounds the time of a snapshot.
    static let rowsMax = 10_000

    /// The gateway calls of earlier runs that are read, to find the last response and failure.
    private static let earlierCalls: Int64 = 500

    init(_ main: any SQLDatabase, refused: any RefusedRequestFile) throws(StoreError) {
        self.main = main
        self.refused = refused
        transitions = try main.prepare(
            """
            SELECT sequence, recorded_at, to_status, source, amount, paid_ms FROM transitions
            WHERE sequence > ? ORDER BY sequence LIMIT \(Self.rowsMax)
            """
        )
        callbacks = try main.prepare(
            """
            SELECT \(Self.hour), count(*), max(id) FROM (
                SELECT id, received_at FROM callbacks WHERE id > ? ORDER BY id
                LIMIT \(Self.rowsMax)
            ) AS newest GROUP BY 1
            """
        )
        calls = try main.prepare(
            """
            SELECT id, finished_at, response_status, error FROM gateway_calls
            WHERE id > ? ORDER BY id LIMIT \(Self.rowsMax)
            """
        )
        newestCall = try main.prepare("SELECT coalesce(max(id), 0) FROM gateway_calls")
        totals = try main.prepare(
            """
            SELECT (SELECT received_at FROM callbacks ORDER BY id DESC LIMIT 1),
                (SELECT count(*) FROM (
                    SELECT 1 FROM inquiries LIMIT \(StoredTotals.inquiriesMax)
                ) AS planned),
                (SELECT min(opened_at) FROM attention WHERE id IN (
                    SELECT min(id) FROM attention
                        \(main.dialect.indexedBy("attention_open"))
                    WHERE resolved_at IS NULL AND payment_id IS NOT NULL
                    UNION SELECT min(id) FROM attention
                        \(main.dialect.indexedBy("attention_open_loose"))
                    WHERE resolved_at IS NULL AND payment_id IS NULL
                ))
            """
        )
    }

    /// The hour of a time by Jakarta's clocks, at +07:00, in hours since 1970-01-01T00:00.
    private static let hour = "(received_at + 25200000) / 3600000"

    /// The cursor before the first row from `milliseconds` since the epoch on.
    ///
    /// ``TimeSearch`` finds it with some dozens of reads; a few older rows may follow it. Rejected
    /// requests are few, and are read from their start.
    func start(from milliseconds: Int64) throws(StoreError) -> Activity.Cursor {
        try main.snapshot { () throws(StoreError) in
            var cursor = Activity.Cursor()
            cursor.sequence = try before(milliseconds, .transitions)
            cursor.callbackID = try before(milliseconds, .callbacks)
            let newest = try newestCall.first { $0.integer(0) } ?? 0
            cursor.callID = max(newest - Self.earlierCalls, 0)
            return cursor
        }
    }

    /// The key before the first one that may belong to a row from `milliseconds` on.
    private func before(_ milliseconds: Int64, _ list: TimeList) throws(StoreError) -> Int64 {
        let ranges = try TimeSearch(list, main).ranges(from: milliseconds, to: nil)
        if let first = ranges.map(\.lowerBound).min() { return first - 1 }
        return try main.integer("SELECT coalesce(max(\(list.key)), 0) FROM \(list.table)") ?? 0
    }

    /// What was stored behind a cursor: at most ``rowsMax`` rows of each list.
    func activity(after cursor: Activity.Cursor) throws(StoreError) -> Activity {
        var activity = Activity(next: cursor)
        let steps = try transitions.all {
            $0.integer(cursor.sequence)
        } row: {
            (sequence: $0.integer(0), step: Self.step($0))
        }
        activity.steps = steps.compactMap(\.step)
        activity.next.sequence = steps.last?.sequence ?? cursor.sequence
        let hours = try callbacks.all {
            $0.integer(cursor.callbackID)
        } row: {
            Self.hourCount($0)
        }
        activity.callbacks = hours.map(\.count)
        activity.next.callbackID = hours.map(\.lastID).max() ?? cursor.callbackID
        let found = try calls.all {
            $0.integer(cursor.callID)
        } row: {
            (id: $0.integer(0), call: Self.call($0))
        }
        activity.calls = found.map(\.call)
        activity.next.callID = found.last?.id ?? cursor.callID
        let rejected = try rejected(after: cursor.rejectedID)
        activity.rejected = rejected.map(\.count)
        activity.next.rejectedID = rejected.map(\.lastID).max() ?? cursor.rejectedID
        let callbackCount = hours.reduce(0) { $0 + $1.count.count }
        activity.more =
            max(steps.count, Int(callbackCount), found.count) >= Self.rowsMax
        return activity
    }

    /// Single values; each by an index, or bounded.
    func storedTotals() throws(StoreError) -> StoredTotals {
        let found = try totals.first { row in
            StoredTotals(
                newestCallbackMilliseconds: row.optionalInteger(0),
                inquiryCount: row.integer(1),
                oldestEntryMilliseconds: row.optionalInteger(2)
            )
        }
        return found
            ?? StoredTotals(
                newestCallbackMilliseconds: nil,
                inquiryCount: 0,
                oldestEntryMilliseconds: nil
            )
    }

    /// The plausible rejected requests behind an ID, by `refusals_by_kind`; their store is bounded.
    private func rejected(
        after id: Int64
    ) throws(StoreError) -> [(count: Activity.HourCount, lastID: Int64)] {
        let found = refused.read { (refused) throws(StoreError) in
            try refused.prepare(
                """
                SELECT \(Self.hour), count(*), max(id) FROM refusals
                WHERE is_plausible = 1 AND id > ? GROUP BY 1
                """
            ).all {
                $0.integer(id)
            } row: {
                Self.hourCount($0)
            }
        }
        return found ?? []
    }

    private static func hourCount(_ row: any SQLRow) -> (count: Activity.HourCount, lastID: Int64) {
        (Activity.HourCount(hour: row.integer(0), count: row.integer(1)), row.integer(2))
    }

    /// A transition; nil when a stored number is unknown.
    private static func step(_ row: any SQLRow) -> Activity.Step? {
        guard let to = row.status(2), let source = row.source(3) else { return nil }
        return Activity.Step(
            recordedMilliseconds: row.integer(1),
            to: to,
            source: source,
            amount: row.amount(4),
            paidMilliseconds: row.optionalInteger(5)
        )
    }

    private static func call(_ row: any SQLRow) -> Activity.Call {
        Activity.Call(
            milliseconds: row.integer(1),
            status: row.optionalInteger(2),
            error: row.optionalText(3)
        )
    }
}
