import Ledger
import Payments
import SQLite
import SQLiteFiles
import Store
import Synchronization

/// Reads for the API, on threads of their own.
///
/// Every method ends its reads before it returns: no snapshot is held across a wait, so the
/// WAL can always be checkpointed.
final class SQLiteReader: StorageReader {
    private let pool: ReaderPool
    private let rejectedRequests: RejectedRequestStore
    private let feedReads = Atomic<Int>(0)

    init(_ readable: ReadableFiles) {
        pool = ReaderPool(readable)
        rejectedRequests = readable.rejectedRequests
    }

    /// Runs `body` on the first idle connection; see ``ReadPurpose`` for what may use which.
    func read<Result: Sendable>(
        _ purpose: ReadPurpose = .lookup,
        _ body: @Sendable (ReaderTables) throws(SQLiteError) -> Result
    ) async throws(StoreError) -> Result {
        try await pool.read(purpose, body)
    }

    /// Lets go of the files for good: later reads fail.
    package func close() async { await pool.close() }

    /// Lets go of the files; the next read opens them again. Called from a thread that can wait for
    /// reads to end.
    package func closeFiles() { pool.letGo() }

    /// A page of the feed, in its order.
    package func feed(_ query: FeedQuery, limit: Int) async throws(StoreError) -> FeedPage {
        try await read(.feed) { (tables) throws(SQLiteError) in
            try tables.transitions.page(query, limit: limit)
        }
    }

    /// The same, rendered on the reader's thread.
    package func feed(
        _ query: FeedQuery,
        limit: Int,
        _ render: TransitionRendering
    ) async throws(StoreError) -> FeedText {
        feedReads.add(1, ordering: .relaxed)
        return try await read(.feed) { (tables) throws(SQLiteError) in
            FeedText(try tables.transitions.page(query, limit: limit), render)
        }
    }

    /// The sequence numbers that the feed has.
    package func feedBounds() async throws(StoreError) -> FeedBounds {
        feedReads.add(1, ordering: .relaxed)
        return try await read(.feed) { (tables) throws(SQLiteError) in
            try tables.transitions.bounds()
        }
    }

    /// The position before the first transition recorded at or after a point in time; the head when
    /// there is none.
    ///
    /// - Parameter milliseconds: since the epoch.
    package func position(
        recordedFrom milliseconds: Int64
    ) async throws(StoreError) -> (position: Int64, bounds: FeedBounds) {
        feedReads.add(1, ordering: .relaxed)
        return try await read(.feed) { (tables) throws(SQLiteError) in
            // The bounds last: what is cut off in between must not look like it is kept.
            let position = try tables.transitions.position(recordedFrom: milliseconds)
            return (position, try tables.transitions.bounds())
        }
    }

    /// Pages and bounds of the feed that were read from the database since the start.
    package var feedReadCount: Int { feedReads.load(ordering: .relaxed) }

    /// The transaction of a merchant reference, or nil when there is none.
    package func transaction(
        _ partnerReferenceNo: Reference
    ) async throws(StoreError) -> TransactionRecord? {
        try await read { (tables) throws(SQLiteError) in
            try tables.transactions.transaction(partnerReferenceNo)
        }
    }

    /// Transactions, the newest first.
    package func transactions(
        _ filter: TransactionFilter,
        limit: Int
    ) async throws(StoreError) -> TransactionPage {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.list.page(filter, limit: limit)
        }
    }

    /// The consumer of the given name, or nil when there is none.
    package func consumer(_ name: String) async throws(StoreError) -> ConsumerRecord? {
        try await read(.feed) { (tables) throws(SQLiteError) in
            try tables.consumers.consumer(name)
        }
    }

    /// Consumers in the order of their names, from behind `name` on.
    package func consumers(
        after name: String,
        limit: Int
    ) async throws(StoreError) -> [ConsumerRecord] {
        try await read { (tables) throws(SQLiteError) in
            try tables.consumers.consumers(after: name, limit: limit)
        }
    }

    /// A page of kept callbacks, the newest first, refused ones among them.
    package func callbackPage(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> CallbackPage {
        await rejectedRequests.flush()
        return try await read(.report) { (tables) throws(SQLiteError) in
            try tables.callbacks.page(filter, limit: limit)
        }
    }

    /// Kept callbacks, the newest first, refused ones among them.
    package func callbacks(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> [CallbackRecord] {
        if !filter.isAuthentic { await rejectedRequests.flush() }
        return try await read(.report) { (tables) throws(SQLiteError) in
            try tables.callbacks.callbacks(filter, limit: limit)
        }
    }

    /// One kept callback, or nil when there is none.
    package func callback(_ id: Int64) async throws(StoreError) -> CallbackRecord? {
        await rejectedRequests.flush()
        return try await read { (tables) throws(SQLiteError) in
            try tables.callbacks.callback(id)
        }
    }

    /// Entries of the attention list, the newest first.
    package func attention(
        _ filter: AttentionFilter,
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.attention.entries(filter, limit: limit)
        }
    }

    /// What is kept about a payment, by number.
    package func evidence(
        of transaction: TransactionRecord
    ) async throws(StoreError) -> PaymentEvidence {
        let texts = [transaction.partnerReferenceNo, transaction.referenceNo].compactMap(\.self)
        let references = texts.compactMap { Reference($0) }
        return try await read(.report) { (tables) throws(SQLiteError) in
            PaymentEvidence(
                callbackIDs: try tables.callbacks.ids(carrying: references),
                gatewayCallIDs: try tables.gatewayCalls.ids(of: transaction)
            )
        }
    }

    /// The authentic callbacks with these numbers, 500 at most, the newest first.
    package func callbacks(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [CallbackRecord] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.callbacks.callbacks(ids)
        }
    }

    /// The calls of the gateway with these numbers, the newest first.
    package func gatewayCalls(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [KeptGatewayCall] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.gatewayCalls.calls(ids)
        }
    }

    /// Calls of the gateway, the newest first.
    package func gatewayCalls(
        _ filter: GatewayCallFilter,
        limit: Int
    ) async throws(StoreError) -> [KeptGatewayCall] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.gatewayCalls.calls(filter, limit: limit)
        }
    }

    /// Entries of the attention list about a payment or one of these callbacks, open and resolved
    /// ones, the newest first.
    package func attention(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.attention.entries(about: transaction, callbackIDs: callbackIDs, limit: limit)
        }
    }

    /// Inquiries that are due at `now`, the longest due first.
    package func inquiries(dueAt now: Int64, limit: Int) async throws(StoreError) -> [Inquiry] {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.due(at: now, limit: limit)
        }
    }

    /// Payments whose inquiry is due at `now` and is no query: the attention list has to hold them.
    ///
    /// - Parameter includesQueries: whether queries are among them, since none can be sent.
    package func deadlines(
        dueAt now: Int64,
        includesQueries: Bool,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.deadlines(
                at: now,
                includesQueries: includesQueries,
                limit: limit
            )
        }
    }

    /// How many inquiries are due at `now`.
    package func dueInquiryCount(at now: Int64) async throws(StoreError) -> Int {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.dueCount(at: now)
        }
    }

    /// When the next inquiry is due that is not due at `now`; nil when there is none.
    package func nextInquiry(after now: Int64) async throws(StoreError) -> Int64? {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.nextDue(after: now)
        }
    }

    /// An inquiry about a merchant's number, out of turn.
    package func inquiry(_ partnerReferenceNo: Reference) async throws(StoreError) -> Inquiry {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.inquiry(partnerReferenceNo)
        }
    }

    /// Open payments, and payments with waiting callbacks, that no inquiry is scheduled about; from
    /// behind `id` on.
    package func unscheduledPayments(
        after id: Payment.ID,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.open(after: id, limit: limit, isUnscheduled: true)
        }
    }

    /// Open payments, and payments with waiting callbacks; from behind `id` on.
    package func openPayments(
        after id: Payment.ID,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(SQLiteError) in
            try tables.inquiries.open(after: id, limit: limit, isUnscheduled: false)
        }
    }

    /// Whether the gateway has ever known a payment of ours.
    package func isGatewayKnown() async throws(StoreError) -> Bool {
        try await read { (tables) throws(SQLiteError) in
            try tables.meta.knowledge().knownMilliseconds != nil
        }
    }

    /// Payments whose call to generate was under way when the program last wrote.
    package func interruptedGenerations() async throws(StoreError) -> [Payment.ID] {
        try await read { (tables) throws(SQLiteError) in
            try tables.generations.underWay()
        }
    }

    /// The open entries of a kind that were opened before a point in time, from behind `id` on.
    package func openEntries(
        _ kind: AttentionKind,
        openedBefore milliseconds: Int64,
        after id: Int64,
        limit: Int
    ) async throws(StoreError) -> [AttentionEntry.ID] {
        try await read { (tables) throws(SQLiteError) in
            try tables.attention.openIDs(
                kind.rawValue,
                openedBefore: milliseconds,
                after: id,
                limit: limit
            )
        }
    }

    /// One entry of the attention list, or nil when there is none.
    package func attention(_ id: Int64) async throws(StoreError) -> AttentionRecord? {
        try await read { (tables) throws(SQLiteError) in
            var filter = AttentionFilter()
            filter.id = id
            return try tables.attention.entries(filter, limit: 1).first
        }
    }

    /// One transition, or nil when there is none.
    package func transition(_ sequence: Int64) async throws(StoreError) -> TransitionRecord? {
        try await read { (tables) throws(SQLiteError) in
            try tables.transitions.transition(sequence)
        }
    }

    /// How many attention entries are open, by kind.
    package func openAttentionCounts() async throws(StoreError) -> [String: Int64] {
        try await read(.report) { (tables) throws(SQLiteError) in
            try tables.attention.openCounts()
        }
    }
}
