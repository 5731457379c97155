package import Ledger
package import Payments
import SQLTables
package import Store
import Synchronization

/// Reads for the API, on the threads of ``ReaderPool``; ``StorageReader`` describes the methods.
///
/// Every method ends its statements and snapshots before it returns. No snapshot is held across a
/// wait, so the WAL can always be checkpointed.
package final class DatabaseReader: StorageReader {
    private let pool: ReaderPool
    private let source: ReaderSource

    /// Counts reads of the feed; relaxed, because it is a metric only.
    private let feedReads = Atomic<Int>(0)

    package init(_ source: ReaderSource) {
        self.source = source
        pool = ReaderPool(source)
    }

    /// Writes the rejected requests that wait, so that a list has them.
    func writeRefused() async { await source.writeRefused() }

    /// Runs `body` on the first idle connection that `purpose` may use.
    func read<Result: Sendable>(
        _ purpose: ReadPurpose = .lookup,
        _ body: @Sendable (ReaderTables) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try await pool.read(purpose, body)
    }

    /// Closes all connections for good, after the present reads.
    package func close() async { await pool.close() }

    /// Closes all connections; the next read opens them again. Blocks until the present reads have
    /// ended.
    package func closeFiles() { pool.closeFiles() }

    /// A page of the feed: a range of the primary key, at most ``TransitionReader/scannedMax``
    /// rows.
    package func feed(_ query: FeedQuery, limit: Int) async throws(StoreError) -> FeedPage {
        try await read(.feed) { (tables) throws(StoreError) in
            try tables.transitions.page(query, limit: limit)
        }
    }

    /// The same page, rendered on the reader's thread, so that the caller's thread only sends it.
    package func feed(
        _ query: FeedQuery,
        limit: Int,
        _ render: TransitionRendering
    ) async throws(StoreError) -> FeedText {
        feedReads.add(1, ordering: .relaxed)
        return try await read(.feed) { (tables) throws(StoreError) in
            FeedText(try tables.transitions.page(query, limit: limit), render)
        }
    }

    /// Both ends of the primary key of `transitions`, in one snapshot.
    package func feedBounds() async throws(StoreError) -> FeedBounds {
        feedReads.add(1, ordering: .relaxed)
        return try await read(.feed) { (tables) throws(StoreError) in
            try tables.transitions.bounds()
        }
    }

    /// The offset before a time, by ``TimeSearch``: some dozens of reads by primary key; with the
    /// bounds of the feed.
    package func offset(
        recordedFrom milliseconds: Int64
    ) async throws(StoreError) -> (offset: Int64, bounds: FeedBounds) {
        feedReads.add(1, ordering: .relaxed)
        return try await read(.feed) { (tables) throws(StoreError) in
            // The bounds are read last: a transition that is removed in between must not count as
            // stored.
            let offset = try tables.transitions.offset(recordedFrom: milliseconds)
            return (offset, try tables.transitions.bounds())
        }
    }

    /// How many pages and bounds of the feed were read since the start.
    package var feedReadCount: Int { feedReads.load(ordering: .relaxed) }

    /// The transaction with this partnerReferenceNo: candidates of the reference index, compared
    /// one by one.
    package func transaction(
        _ partnerReferenceNo: Reference
    ) async throws(StoreError) -> TransactionRecord? {
        try await read { (tables) throws(StoreError) in
            try tables.transactions.transaction(partnerReferenceNo)
        }
    }

    /// A page of transactions, newest first; reads at most ``TransactionList/scannedMax`` rows, and
    /// joins other tables for those that it returns.
    package func transactions(
        _ filter: TransactionFilter,
        limit: Int
    ) async throws(StoreError) -> TransactionPage {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.list.page(filter, limit: limit)
        }
    }

    /// One consumer, by primary key. Purpose `.feed`, because a read of the feed by name starts
    /// with it.
    package func consumer(_ name: String) async throws(StoreError) -> ConsumerRecord? {
        try await read(.feed) { (tables) throws(StoreError) in
            try tables.consumers.consumer(name)
        }
    }

    /// Consumers in the order of their names, by primary key.
    package func consumers(
        after name: String,
        limit: Int
    ) async throws(StoreError) -> [ConsumerRecord] {
        try await read { (tables) throws(StoreError) in
            try tables.consumers.consumers(after: name, limit: limit)
        }
    }

    /// A page of callbacks, bounded by ``CallbackReader/searchedMax`` rows and
    /// ``CallbackReader/pageBytesMax``.
    ///
    /// Waiting rejected requests are written first, so that the page contains them.
    package func callbackPage(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> CallbackPage {
        await writeRefused()
        return try await read(.report) { (tables) throws(StoreError) in
            try tables.callbacks.page(filter, limit: limit)
        }
    }

    /// Stored callbacks, newest first; with a filter that no index supports it scans the journal.
    package func callbacks(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> [CallbackRecord] {
        if !filter.isAuthentic { await writeRefused() }
        return try await read(.report) { (tables) throws(StoreError) in
            try tables.callbacks.callbacks(filter, limit: limit)
        }
    }

    /// One callback, by primary key: from the journal, else from the rejected-request store.
    package func callback(_ id: Int64) async throws(StoreError) -> CallbackRecord? {
        await writeRefused()
        return try await read { (tables) throws(StoreError) in
            try tables.callbacks.callback(id)
        }
    }

    /// Attention entries, newest first; scans `attention` from its end.
    package func attention(
        _ filter: AttentionFilter,
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.attention.entries(filter, limit: limit)
        }
    }

    /// The IDs of what is stored about a payment: candidates of the reference index, then one
    /// search by payment for callbacks and for gateway calls.
    package func evidence(
        of transaction: TransactionRecord
    ) async throws(StoreError) -> PaymentEvidence {
        let texts = [transaction.partnerReferenceNo, transaction.referenceNo].compactMap(\.self)
        let references = texts.compactMap { Reference($0) }
        return try await read(.report) { (tables) throws(StoreError) in
            PaymentEvidence(
                callbackIDs: try tables.callbacks.ids(carrying: references),
                gatewayCallIDs: try tables.gatewayCalls.ids(of: transaction)
            )
        }
    }

    /// The authentic callbacks with these IDs, by primary key, with their bytes.
    package func callbacks(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [CallbackRecord] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.callbacks.callbacks(ids)
        }
    }

    /// The gateway calls with these IDs, by primary key, with their bytes.
    package func gatewayCalls(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [StoredGatewayCall] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.gatewayCalls.calls(ids)
        }
    }

    /// Gateway calls, newest first, in the ID ranges that ``TimeSearch`` finds for the times.
    package func gatewayCalls(
        _ filter: GatewayCallFilter,
        limit: Int
    ) async throws(StoreError) -> [StoredGatewayCall] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.gatewayCalls.calls(filter, limit: limit)
        }
    }

    /// The entries about a payment, among the newest ones (see
    /// ``AttentionReader/entries(about:callbackIDs:limit:)``).
    package func attention(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.attention.entries(about: transaction, callbackIDs: callbackIDs, limit: limit)
        }
    }

    /// Due inquiries, in the order of `inquiries_due`.
    package func inquiries(dueAt now: Int64, limit: Int) async throws(StoreError) -> [Inquiry] {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.due(at: now, limit: limit)
        }
    }

    /// Payments whose due inquiry cannot send a query, in the order of `inquiries_due`.
    package func deadlines(
        dueAt now: Int64,
        includesQueries: Bool,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.deadlines(
                at: now,
                includesQueries: includesQueries,
                limit: limit
            )
        }
    }

    /// The number of due inquiries, by `inquiries_due` and `inquiries_planned`.
    package func dueInquiryCount(at now: Int64) async throws(StoreError) -> Int {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.dueCount(at: now)
        }
    }

    /// The next entry of `inquiries_due` after `now`.
    package func nextInquiry(after now: Int64) async throws(StoreError) -> Int64? {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.nextDue(after: now)
        }
    }

    /// An inquiry about a reference, with the mark of its payment at present.
    package func inquiry(_ partnerReferenceNo: Reference) async throws(StoreError) -> Inquiry {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.inquiry(partnerReferenceNo)
        }
    }

    /// Open payments without an inquiry, by `payments_open` and `callbacks_waiting`.
    package func unscheduledPayments(
        after id: Payment.ID,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.open(after: id, limit: limit, isUnscheduled: true)
        }
    }

    /// Open payments, by `payments_open` and `callbacks_waiting`.
    package func openPayments(
        after id: Payment.ID,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(StoreError) in
            try tables.inquiries.open(after: id, limit: limit, isUnscheduled: false)
        }
    }

    /// One value of `meta`.
    package func isGatewayKnown() async throws(StoreError) -> Bool {
        try await read { (tables) throws(StoreError) in
            try tables.meta.knowledge().knownMilliseconds != nil
        }
    }

    /// The entries of `generations_under_way`: as many as calls are in flight.
    package func interruptedGenerations() async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(StoreError) in
            try tables.generations.underWay()
        }
    }

    /// Open entries of a kind, in the order of their IDs; scans `attention` above `id`.
    package func openEntries(
        _ kind: AttentionKind,
        openedBefore milliseconds: Int64,
        after id: Int64,
        limit: Int
    ) async throws(StoreError) -> [AttentionEntry.ID] {
        try await read { (tables) throws(StoreError) in
            try tables.attention.openIDs(
                kind.rawValue,
                openedBefore: milliseconds,
                after: id,
                limit: limit
            )
        }
    }

    /// One attention entry, by primary key, with its events.
    package func attention(_ id: Int64) async throws(StoreError) -> AttentionRecord? {
        try await read { (tables) throws(StoreError) in
            var filter = AttentionFilter()
            filter.id = id
            return try tables.attention.entries(filter, limit: 1).first
        }
    }

    /// One transition, by primary key.
    package func transition(_ sequence: Int64) async throws(StoreError) -> TransitionRecord? {
        try await read { (tables) throws(StoreError) in
            try tables.transitions.transition(sequence)
        }
    }

    /// The number of open entries by kind; scans `attention`.
    package func openAttentionCounts() async throws(StoreError) -> [String: Int64] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.attention.openCounts()
        }
    }
}
