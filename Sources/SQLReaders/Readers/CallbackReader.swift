import Payments
import SQLTables
import Store

/// The readers' statements on the journal and the rejected-request store, which are shown as one
/// list.
///
/// Both share a series of IDs, so a list merges them by ID.
struct CallbackReader {
    /// The connection to the main database.
    private let main: any SQLDatabase

    /// Access to the rejected-request store; empty while its file cannot be read.
    private let refused: any RefusedRequestFile
    private let payments: any PaymentSearch

    /// The callbacks of the given payments that carry a reference or whose payment
    /// does, by `callbacks_of_payment`: as many rows as these payments have callbacks.
    private let ofPayments: any SQLStatement

    init(
        _ main: any SQLDatabase,
        refused: any RefusedRequestFile,
        payments: any PaymentSearch
    ) throws(StoreError) {
        self.main = main
        self.refused = refused
        self.payments = payments
        ofPayments = try main.prepare(
            """
            SELECT callbacks.id FROM callbacks JOIN payments ON payments.id = payment_id
            WHERE payment_id IN (\(main.dialect.integers))
                AND ? IN (partner_reference, reference, original_partner_reference,
                    original_reference)
            """
        )
    }

    /// One stored callback, by primary key; nil when there is none.
    func callback(_ id: Int64) throws(StoreError) -> CallbackRecord? {
        var selection = CallbackSelection.journal
        selection.add(id: id)
        if let found = try selection.rows(in: main, limit: 1).first { return found }
        var refusals = CallbackSelection.refusals
        refusals.add(id: id)
        let found = refused.read { (refused) throws(StoreError) in
            try refusals.rows(in: refused, limit: 1)
        }
        return found?.first
    }

    /// How many stored rejected requests were received before `milliseconds` since the epoch; scans
    /// their table, which is bounded.
    func refusalCount(receivedBefore milliseconds: Int64) -> Int {
        let count = refused.read { (refused) throws(StoreError) in
            try refused.prepare("SELECT count(*) FROM refusals WHERE received_at < ?").first {
                $0.integer(milliseconds)
            } row: {
                Int($0.integer(0))
            }
        }
        return (count ?? nil) ?? 0
    }

    /// The maximum of callbacks that one page of a search reads: it bounds the time for a rare
    /// outcome.
    static let searchedMax: Int64 = 100_000

    /// The maximum of bytes of heads and bodies on one page.
    static let pageBytesMax = 8 << 20

    /// A page of stored callbacks, newest first.
    ///
    /// A search (see ``CallbackFilter/isSearch``) reads ``searchedMax`` IDs and then ends the page,
    /// even if it is empty; the cursor continues below them.
    ///
    /// - Parameters:
    ///   - limit: the maximum of callbacks.
    ///   - bytesMax: the maximum of bytes of their heads and bodies; a single callback may exceed
    ///     it.
    func page(
        _ filter: CallbackFilter,
        limit: Int,
        bytesMax: Int = Self.pageBytesMax
    ) throws(StoreError) -> CallbackPage {
        var filter = filter
        var floor: Int64 = 0
        if filter.isSearch {
            floor = try searchFloor(filter)
            filter.sinceID = floor
        }
        let found = try callbacks(filter, limit: limit + 1, bytesMax: bytesMax)
        let shown = found.prefix(limit).prefix(bytesMax: bytesMax)
        // After a callback that is larger than a page, no further one was read.
        let isFull = found.count > shown.count || shown.contentBytes > bytesMax
        let end = shown.last?.id ?? filter.beforeID ?? 0
        return CallbackPage(
            callbacks: Array(shown),
            next: !isFull && floor > 0 ? floor : end,
            more: isFull || floor > 0
        )
    }

    /// The ID at which a page of a search ends; 0 if nothing below it can match.
    ///
    /// The page begins where the times of the filter begin. The rejected requests are not counted:
    /// their store is bounded.
    private func searchFloor(_ filter: CallbackFilter) throws(StoreError) -> Int64 {
        let ranges = try ranges(filter)
        guard let newest = ranges.first, let oldest = ranges.last else { return 0 }
        let floor = newest.upperBound - Self.searchedMax
        return floor > oldest.lowerBound ? floor : 0
    }

    /// Stored callbacks, newest first.
    ///
    /// - Parameter bytesMax: reading ends with the callback that exceeds this number of bytes; none
    ///   before it is left out.
    func callbacks(
        _ filter: CallbackFilter,
        limit: Int,
        bytesMax: Int = .max
    ) throws(StoreError) -> [CallbackRecord] {
        let fromJournal = try journal(filter, limit: limit, bytesMax: bytesMax)
        let fromRefused = refusals(filter, limit: limit, bytesMax: bytesMax)
        // A request that has moved to the journal is shown from there only.
        let moved = Set(fromJournal.map(\.id))
        let newestFirst = (fromJournal + fromRefused.filter { !moved.contains($0.id) })
            .sorted { $0.id > $1.id }
        return Array(newestFirst.prefix(limit))
    }

    /// The IDs of the journal's callbacks that carry one of `references`, newest first.
    func ids(carrying references: [Reference]) throws(StoreError) -> [Int64] {
        var ids: Set<Int64> = []
        for reference in references { ids.formUnion(try self.ids(of: reference)) }
        return ids.sorted(by: >)
    }

    /// The callbacks of the journal with these IDs, newest first; at most ``idsInStatementMax``.
    func callbacks(_ ids: some Collection<Int64>) throws(StoreError) -> [CallbackRecord] {
        var selection = CallbackSelection.journal
        selection.add(ids: ids, main.dialect)
        return try selection.rows(in: main, limit: Self.idsInStatementMax)
    }

    /// The journal's callbacks that match a filter, newest first.
    ///
    /// With a reference, the IDs of its callbacks are read first, and then the rows in chunks of
    /// ``idsInStatementMax``, until the page is full.
    private func journal(
        _ filter: CallbackFilter,
        limit: Int,
        bytesMax: Int
    ) throws(StoreError) -> [CallbackRecord] {
        guard let text = filter.reference else {
            return try newest(filter, limit: limit, bytesMax: bytesMax)
        }
        guard let reference = Reference(text) else { return [] }
        let before = filter.beforeID ?? .max
        var rest = try ids(of: reference).filter { $0 < before }.sorted(by: >)[...]
        var found: [CallbackRecord] = []
        var bytesLeft = bytesMax
        while found.count < limit, bytesLeft >= 0, !rest.isEmpty {
            let chunk = rest.prefix(Self.idsInStatementMax)
            rest = rest.dropFirst(chunk.count)
            var selection = selection(filter)
            selection.add(ids: chunk, main.dialect)
            let rows = try selection.rows(
                in: main,
                limit: limit - found.count,
                bytesMax: bytesLeft
            )
            found += rows
            bytesLeft -= rows.contentBytes
        }
        return found
    }

    /// The journal's callbacks that match a filter without a reference, newest first, in the ID
    /// ranges that ``TimeSearch`` finds for the times.
    private func newest(
        _ filter: CallbackFilter,
        limit: Int,
        bytesMax: Int
    ) throws(StoreError) -> [CallbackRecord] {
        let ranges = try ranges(filter)
        var found: [CallbackRecord] = []
        var bytesLeft = bytesMax
        for range in ranges where found.count < limit && bytesLeft >= 0 {
            var part = filter
            (part.sinceID, part.beforeID) = (range.lowerBound, range.upperBound)
            let rows = try selection(part).rows(
                in: main,
                limit: limit - found.count,
                bytesMax: bytesLeft
            )
            found += rows
            bytesLeft -= rows.contentBytes
        }
        return found
    }

    /// The ID ranges of the journal that ``TimeSearch`` finds for the times of a filter, newest
    /// first.
    private func ranges(_ filter: CallbackFilter) throws(StoreError) -> [Range<Int64>] {
        let since = max(filter.sinceID ?? 1, 1)
        return try main.snapshot { () throws(StoreError) in
            try TimeSearch(.callbacks, main).ranges(
                from: filter.fromMilliseconds,
                to: filter.toMilliseconds,
                in: since..<max(filter.beforeID ?? .max, since)
            )
        }
    }

    /// The maximum of IDs in one statement, as a payment may have any number of callbacks.
    static let idsInStatementMax = 500

    /// A query with all conditions of a filter except the reference.
    private func selection(_ filter: CallbackFilter) -> CallbackSelection {
        var selection = CallbackSelection.journal
        selection.add(filter)
        if let outcome = filter.outcome {
            selection.add("outcome = ?") { $0.integer(Int(outcome.rawValue)) }
        }
        if let amount = filter.amount {
            selection.add("(callbacks.amount = ? OR callbacks.amount IS NULL)") {
                $0.integer(amount.sen)
            }
        }
        return selection
    }

    /// The rejected requests that match a filter, newest first. None when the filter names a
    /// reference, an outcome other than rejected, or authentic callbacks only.
    private func refusals(
        _ filter: CallbackFilter,
        limit: Int,
        bytesMax: Int
    ) -> [CallbackRecord] {
        if filter.reference != nil || filter.isAuthentic { return [] }
        if let outcome = filter.outcome, outcome != .refused { return [] }
        var selection = CallbackSelection.refusals
        selection.add(filter)
        return refused.read { (refused) throws(StoreError) in
            try selection.rows(in: refused, limit: limit, bytesMax: bytesMax)
        } ?? []
    }

    /// The journal's callbacks that carry `reference`, or whose payment does, in no particular
    /// order.
    private func ids(of reference: Reference) throws(StoreError) -> [Int64] {
        let payments = try self.payments.payments([reference])
        if payments.isEmpty { return [] }
        return try ofPayments.all {
            $0.list(payments)
            $0.text(reference.text)
        } row: {
            $0.integer(0)
        }
    }
}

extension CallbackRecord {
    /// Bytes of its head and body.
    var contentBytes: Int { head.count + body.count }
}

extension Collection<CallbackRecord> {
    /// Bytes of their heads and bodies.
    fileprivate var contentBytes: Int { reduce(0) { $0 + $1.contentBytes } }

    /// The longest prefix with at most `bytesMax` bytes; at least one callback.
    fileprivate func prefix(bytesMax: Int) -> SubSequence {
        var bytes = 0
        for (count, record) in enumerated() {
            bytes += record.contentBytes
            if bytes > bytesMax { return prefix(Swift.max(count, 1)) }
        }
        return self[...]
    }
}
