package import SQLTables
package import Store

/// Finds the rows of a time range without an index on the time, by binary search over the primary
/// key.
///
/// An index on a time would cost every callback a write. The primary key grows with the time,
/// except where the clock was set back, and ``ClockSteps`` records where that was.
package struct TimeSearch {
    /// The end of the primary key; 0 in an empty table.
    private let newest: any SQLStatement

    /// The start of the primary key; 1 in an empty table.
    private let oldest: any SQLStatement

    /// The first row of a key range, with its time: one search by primary key.
    private let next: any SQLStatement

    /// The keys at which the clock was set back, newest first, by primary key.
    private let steps: any SQLStatement
    private let list: TimeList

    /// See ``SQLDialect/clockDisorderMilliseconds``.
    private let disorder: Int64

    package init(_ list: TimeList, _ connection: any SQLDatabase) throws(StoreError) {
        self.list = list
        disorder = connection.dialect.clockDisorderMilliseconds
        newest = try connection.prepare("SELECT coalesce(max(\(list.key)), 0) FROM \(list.table)")
        oldest = try connection.prepare("SELECT coalesce(min(\(list.key)), 1) FROM \(list.table)")
        next = try connection.prepare(
            """
            SELECT \(list.key), \(list.time) FROM \(list.table)
            WHERE \(list.key) >= ? AND \(list.key) < ? ORDER BY \(list.key) LIMIT 1
            """
        )
        steps = try connection.prepare(
            "SELECT first_id FROM clock_steps WHERE list = ? ORDER BY first_id DESC"
        )
    }

    /// Key ranges that contain every row from `from` on and before `to`, and few others; newest
    /// first, disjoint, none empty.
    ///
    /// More than one range is returned where the clock was set back, because times grow only
    /// between clock steps (see ``ClockSteps``): each stretch is searched separately, with about 20
    /// reads for a million rows. Must run in one snapshot while another connection writes.
    ///
    /// Callers compare the times of the rows again: a range includes up to
    /// ``SQLDialect/clockDisorderMilliseconds`` more at both ends.
    ///
    /// - Parameter bounds: keys outside are left out.
    package func ranges(
        from: Int64?,
        to: Int64?,
        in bounds: Range<Int64> = 1..<Int64.max
    ) throws(StoreError) -> [Range<Int64>] {
        let end = try (newest.first { $0.integer(0) } ?? 0) + 1
        // Rows at the start may have been removed.
        let start = try oldest.first { $0.integer(0) } ?? 1
        let bounds = bounds.clamped(to: min(start, end)..<end)
        if bounds.isEmpty { return [] }
        if from == nil, to == nil { return [bounds] }
        var ranges: [Range<Int64>] = []
        for stretch in try stretches(in: bounds) {
            let low = try from.map { time throws(StoreError) in
                try first(since: time - disorder, in: stretch)
            }
            let high = try to.map { time throws(StoreError) in
                try first(since: time + disorder, in: stretch)
            }
            let lower = low ?? stretch.lowerBound
            let upper = high ?? stretch.upperBound
            if lower >= upper { continue }
            if let last = ranges.last, last.lowerBound == upper {
                ranges[ranges.count - 1] = lower..<last.upperBound
            } else {
                ranges.append(lower..<upper)
            }
        }
        return ranges
    }

    /// The stretches between clock steps, limited to `bounds`; newest first.
    private func stretches(in bounds: Range<Int64>) throws(StoreError) -> [Range<Int64>] {
        var stretches: [Range<Int64>] = []
        var upper = bounds.upperBound
        try steps.forEach {
            $0.integer(list.rawValue)
        } row: {
            let first = $0.integer(0)
            if first >= upper { return true }
            if first <= bounds.lowerBound { return false }
            stretches.append(first..<upper)
            upper = first
            return true
        }
        stretches.append(bounds.lowerBound..<upper)
        return stretches
    }

    /// The key of the first row at or after `sought`, by binary search: right if the times in the
    /// stretch grow, and at most ``SQLDialect/clockDisorderMilliseconds`` off otherwise.
    private func first(
        since sought: Int64,
        in stretch: Range<Int64>
    ) throws(StoreError) -> Int64 {
        var low = stretch.lowerBound
        var high = stretch.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            let found = try next.first {
                $0.integer(middle)
                $0.integer(high)
            } row: {
                (key: $0.integer(0), time: $0.integer(1))
            }
            if let found, found.time < sought {
                low = found.key + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
