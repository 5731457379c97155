package import Payments
import Queues
package import SQLite

/// Reads for the API, on a thread of its own.
///
/// Every method ends its reads before it returns: no snapshot is held across a wait, so the
/// write-ahead log can always be taken over.
package actor Reader {
    private let executor = QueueExecutor(blockingLabel: "store.reader")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let files: StoreFiles
    private let index: ReferenceIndex
    private let refusalKeep: RefusalKeep
    private var opened: Tables?

    init(files: StoreFiles, index: ReferenceIndex, refusalKeep: RefusalKeep) {
        self.files = files
        self.index = index
        self.refusalKeep = refusalKeep
    }

    /// The reader's statements.
    private struct Tables {
        let transitions: TransitionReader
        let transactions: TransactionReader
        let callbacks: CallbackReader
        let attention: AttentionReader
        let inquiries: InquiryReader
        let list: TransactionList
        let consumers: ConsumerTable
        let exchanges: ExchangeReader
    }

    private func tables() throws(SQLiteError) -> Tables {
        if let opened { return opened }
        let main = try Connection(path: files.main, mode: .readOnly)
        let lookups = try LookupFile(existing: files.lookup, mode: .readOnly)
        let refused = try Connection(path: files.refused, mode: .readOnly)
        let attention = try AttentionReader(main)
        let transitions = try TransitionReader(main)
        let transactions = try TransactionReader(
            main,
            index: index,
            lookups: lookups,
            transitions: transitions,
            attention: attention
        )
        let tables = Tables(
            transitions: transitions,
            transactions: transactions,
            callbacks: try CallbackReader(main, refused: refused, index: index, lookups: lookups),
            attention: attention,
            inquiries: try InquiryReader(main, index: index, lookups: lookups),
            list: TransactionList(main, transactions: transactions, transitions: transitions),
            consumers: try ConsumerTable(main),
            exchanges: try ExchangeReader(main)
        )
        opened = tables
        return tables
    }

    /// Lets go of the files; the next read opens them again.
    package func close() { opened = nil }

    /// A page of the feed, in its order.
    package func feed(_ query: FeedQuery, limit: Int) throws(SQLiteError) -> FeedPage {
        try tables().transitions.page(query, limit: limit)
    }

    /// The newest sequence number, 0 in an empty feed.
    package func head() throws(SQLiteError) -> Int64 { try tables().transitions.head() }

    /// The oldest sequence number that is kept, 1 in an empty feed.
    package func oldest() throws(SQLiteError) -> Int64 { try tables().transitions.oldest() }

    /// The transaction of a merchant reference, or nil when there is none.
    package func transaction(
        _ partnerReferenceNo: Reference
    ) throws(SQLiteError) -> TransactionRecord? {
        try tables().transactions.transaction(partnerReferenceNo)
    }

    /// Transactions, the newest first.
    package func transactions(
        _ filter: TransactionFilter,
        limit: Int
    ) throws(SQLiteError) -> TransactionPage {
        try tables().list.page(filter, limit: limit)
    }

    /// The consumer of the given name, or nil when there is none.
    package func consumer(_ name: String) throws(SQLiteError) -> ConsumerRecord? {
        try tables().consumers.consumer(name)
    }

    /// Consumers in the order of their names, from behind `name` on.
    package func consumers(
        after name: String,
        limit: Int
    ) throws(SQLiteError) -> [ConsumerRecord] {
        try tables().consumers.consumers(after: name, limit: limit)
    }

    /// A page of kept callbacks, the newest first, refused ones among them.
    package func callbackPage(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(SQLiteError) -> CallbackPage {
        await refusalKeep.flush()
        return try tables().callbacks.page(filter, limit: limit)
    }

    /// Kept callbacks, the newest first, refused ones among them.
    package func callbacks(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(SQLiteError) -> [CallbackRecord] {
        if !filter.isAuthentic { await refusalKeep.flush() }
        return try tables().callbacks.callbacks(filter, limit: limit)
    }

    /// One kept callback, or nil when there is none.
    package func callback(_ id: Int64) async throws(SQLiteError) -> CallbackRecord? {
        await refusalKeep.flush()
        return try tables().callbacks.callback(id)
    }

    /// Entries of the attention list, the newest first.
    package func attention(
        _ filter: AttentionFilter,
        limit: Int
    ) throws(SQLiteError) -> [AttentionRecord] {
        try tables().attention.entries(filter, limit: limit)
    }

    /// What is kept about a payment, by number.
    package func evidence(
        of transaction: TransactionRecord
    ) throws(SQLiteError) -> PaymentEvidence {
        let tables = try tables()
        let texts = [transaction.partnerReferenceNo, transaction.referenceNo].compactMap(\.self)
        let references = texts.compactMap { Reference($0) }
        return PaymentEvidence(
            callbackIDs: try tables.callbacks.ids(carrying: references),
            exchangeIDs: try tables.exchanges.ids(of: transaction)
        )
    }

    /// The authentic callbacks with these numbers, 500 at most, the newest first.
    package func callbacks(
        _ ids: some Collection<Int64> & Sendable
    ) throws(SQLiteError) -> [CallbackRecord] {
        try tables().callbacks.callbacks(ids)
    }

    /// The calls of the gateway with these numbers, the newest first.
    package func exchanges(
        _ ids: some Collection<Int64> & Sendable
    ) throws(SQLiteError) -> [KeptExchange] {
        try tables().exchanges.exchanges(ids)
    }

    /// Calls of the gateway, the newest first.
    package func exchanges(
        _ filter: ExchangeFilter,
        limit: Int
    ) throws(SQLiteError) -> [KeptExchange] {
        try tables().exchanges.exchanges(filter, limit: limit)
    }

    /// Entries of the attention list about a payment or one of these callbacks, open and resolved
    /// ones, the newest first.
    package func attention(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) throws(SQLiteError) -> [AttentionRecord] {
        try tables().attention.entries(about: transaction, callbackIDs: callbackIDs, limit: limit)
    }

    /// What is due to be asked of the gateway at `now`, the longest due first.
    package func inquiries(
        dueAt now: Int64,
        limit: Int
    ) throws(SQLiteError) -> [Inquiry] {
        try tables().inquiries.due(at: now, limit: limit)
    }

    /// How much is due to be asked at `now`.
    package func dueInquiryCount(at now: Int64) throws(SQLiteError) -> Int {
        try tables().inquiries.dueCount(at: now)
    }

    /// When the next thing is due to be asked that is not due at `now`; nil when there is none.
    package func nextInquiry(after now: Int64) throws(SQLiteError) -> Int64? {
        try tables().inquiries.nextDue(after: now)
    }

    /// An inquiry about a merchant's number, out of turn.
    package func inquiry(_ partnerReferenceNo: Reference) throws(SQLiteError) -> Inquiry {
        try tables().inquiries.inquiry(partnerReferenceNo)
    }

    /// One entry of the attention list, or nil when there is none.
    package func attention(_ id: Int64) throws(SQLiteError) -> AttentionRecord? {
        var filter = AttentionFilter()
        filter.id = id
        return try tables().attention.entries(filter, limit: 1).first
    }

    /// One transition, or nil when there is none.
    package func transition(_ sequence: Int64) throws(SQLiteError) -> TransitionRecord? {
        try tables().transitions.transition(sequence)
    }

    /// How many attention entries are open, by kind.
    package func openAttentionCounts() throws(SQLiteError) -> [String: Int64] {
        try tables().attention.openCounts()
    }
}
