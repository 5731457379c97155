package import Ledger
package import Payments
import Queues
import SQLite

/// Reads for the API, on a thread of its own.
///
/// Every method ends its reads before it returns: no snapshot is held across a wait, so the
/// WAL can always be checkpointed.
package actor Reader {
    private let executor = QueueExecutor(blockingLabel: "store.reader")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let files: StoreFiles
    private let index: ReferenceIndex
    private let rejectedRequests: RejectedRequestStore
    private var opened: Tables?

    init(files: StoreFiles, index: ReferenceIndex, rejectedRequests: RejectedRequestStore) {
        self.files = files
        self.index = index
        self.rejectedRequests = rejectedRequests
    }

    /// The reader's statements.
    ///
    /// One for each table or list that is read.
    private struct Tables {
        let transitions: TransitionReader
        let transactions: TransactionReader
        let callbacks: CallbackReader
        let attention: AttentionReader
        let inquiries: InquiryReader
        let generations: GenerationTable
        let meta: MetaTable
        let list: TransactionList
        let consumers: ConsumerTable
        let gatewayCalls: GatewayCallReader
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
            generations: try GenerationTable(main),
            meta: try MetaTable(main),
            list: TransactionList(main, transactions: transactions, transitions: transitions),
            consumers: try ConsumerTable(main),
            gatewayCalls: try GatewayCallReader(main)
        )
        opened = tables
        return tables
    }

    private func read<Result>(
        _ body: (Tables) throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        try StoreError.mapped { () throws(SQLiteError) in try body(try tables()) }
    }

    /// Lets go of the files; the next read opens them again.
    package func close() { opened = nil }

    /// A page of the feed, in its order.
    package func feed(_ query: FeedQuery, limit: Int) throws(StoreError) -> FeedPage {
        try read { (tables) throws(SQLiteError) in
            try tables.transitions.page(query, limit: limit)
        }
    }

    /// The newest sequence number, 0 in an empty feed.
    package func head() throws(StoreError) -> Int64 {
        try read { (tables) throws(SQLiteError) in try tables.transitions.head() }
    }

    /// The oldest sequence number that is kept, 1 in an empty feed.
    package func oldest() throws(StoreError) -> Int64 {
        try read { (tables) throws(SQLiteError) in try tables.transitions.oldest() }
    }

    /// The position before the first transition recorded at or after a point in time; the head when
    /// there is none.
    ///
    /// - Parameter milliseconds: since the epoch.
    package func position(recordedFrom milliseconds: Int64) throws(StoreError) -> Int64 {
        try read { (tables) throws(SQLiteError) in
            try tables.transitions.position(recordedFrom: milliseconds)
        }
    }

    /// The transaction of a merchant reference, or nil when there is none.
    package func transaction(
        _ partnerReferenceNo: Reference
    ) throws(StoreError) -> TransactionRecord? {
        try read { (tables) throws(SQLiteError) in
            try tables.transactions.transaction(partnerReferenceNo)
        }
    }

    /// Transactions, the newest first.
    package func transactions(
        _ filter: TransactionFilter,
        limit: Int
    ) throws(StoreError) -> TransactionPage {
        try read { (tables) throws(SQLiteError) in
            try tables.list.page(filter, limit: limit)
        }
    }

    /// The consumer of the given name, or nil when there is none.
    package func consumer(_ name: String) throws(StoreError) -> ConsumerRecord? {
        try read { (tables) throws(SQLiteError) in
            try tables.consumers.consumer(name)
        }
    }

    /// Consumers in the order of their names, from behind `name` on.
    package func consumers(
        after name: String,
        limit: Int
    ) throws(StoreError) -> [ConsumerRecord] {
        try read { (tables) throws(SQLiteError) in
            try tables.consumers.consumers(after: name, limit: limit)
        }
    }

    /// A page of kept callbacks, the newest first, refused ones among them.
    package func callbackPage(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> CallbackPage {
        await rejectedRequests.flush()
        return try read { (tables) throws(SQLiteError) in
            try tables.callbacks.page(filter, limit: limit)
        }
    }

    /// Kept callbacks, the newest first, refused ones among them.
    package func callbacks(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> [CallbackRecord] {
        if !filter.isAuthentic { await rejectedRequests.flush() }
        return try read { (tables) throws(SQLiteError) in
            try tables.callbacks.callbacks(filter, limit: limit)
        }
    }

    /// One kept callback, or nil when there is none.
    package func callback(_ id: Int64) async throws(StoreError) -> CallbackRecord? {
        await rejectedRequests.flush()
        return try read { (tables) throws(SQLiteError) in
            try tables.callbacks.callback(id)
        }
    }

    /// Entries of the attention list, the newest first.
    package func attention(
        _ filter: AttentionFilter,
        limit: Int
    ) throws(StoreError) -> [AttentionRecord] {
        try read { (tables) throws(SQLiteError) in
            try tables.attention.entries(filter, limit: limit)
        }
    }

    /// What is kept about a payment, by number.
    package func evidence(
        of transaction: TransactionRecord
    ) throws(StoreError) -> PaymentEvidence {
        let texts = [transaction.partnerReferenceNo, transaction.referenceNo].compactMap(\.self)
        let references = texts.compactMap { Reference($0) }
        return try read { (tables) throws(SQLiteError) in
            PaymentEvidence(
                callbackIDs: try tables.callbacks.ids(carrying: references),
                gatewayCallIDs: try tables.gatewayCalls.ids(of: transaction)
            )
        }
    }

    /// The authentic callbacks with these numbers, 500 at most, the newest first.
    package func callbacks(
        _ ids: some Collection<Int64> & Sendable
    ) throws(StoreError) -> [CallbackRecord] {
        try read { (tables) throws(SQLiteError) in
            try tables.callbacks.callbacks(ids)
        }
    }

    /// The calls of the gateway with these numbers, the newest first.
    package func gatewayCalls(
        _ ids: some Collection<Int64> & Sendable
    ) throws(StoreError) -> [KeptGatewayCall] {
        try read { (tables) throws(SQLiteError) in
            try tables.gatewayCalls.calls(ids)
        }
    }

    /// Calls of the gateway, the newest first.
    package func gatewayCalls(
        _ filter: GatewayCallFilter,
        limit: Int
    ) throws(StoreError) -> [KeptGatewayCall] {
        try read { (tables) throws(SQLiteError) in
            try tables.gatewayCalls.calls(filter, limit: limit)
        }
    }

    /// Entries of the attention list about a payment or one of these callbacks, open and resolved
    /// ones, the newest first.
    package func attention(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) throws(StoreError) -> [AttentionRecord] {
        try read { (tables) throws(SQLiteError) in
            try tables.attention.entries(about: transaction, callbackIDs: callbackIDs, limit: limit)
        }
    }

    /// Inquiries that are due at `now`, the longest due first.
    package func inquiries(dueAt now: Int64, limit: Int) throws(StoreError) -> [Inquiry] {
        try read { (tables) throws(SQLiteError) in
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
    ) throws(StoreError) -> [Payment.ID] {
        try read { (tables) throws(SQLiteError) in
            try tables.inquiries.deadlines(
                at: now,
                includesQueries: includesQueries,
                limit: limit
            )
        }
    }

    /// How many inquiries are due at `now`.
    package func dueInquiryCount(at now: Int64) throws(StoreError) -> Int {
        try read { (tables) throws(SQLiteError) in
            try tables.inquiries.dueCount(at: now)
        }
    }

    /// When the next inquiry is due that is not due at `now`; nil when there is none.
    package func nextInquiry(after now: Int64) throws(StoreError) -> Int64? {
        try read { (tables) throws(SQLiteError) in
            try tables.inquiries.nextDue(after: now)
        }
    }

    /// An inquiry about a merchant's number, out of turn.
    package func inquiry(_ partnerReferenceNo: Reference) throws(StoreError) -> Inquiry {
        try read { (tables) throws(SQLiteError) in
            try tables.inquiries.inquiry(partnerReferenceNo)
        }
    }

    /// Open payments, and payments with waiting callbacks, that no inquiry is scheduled about; from
    /// behind `id` on.
    package func unscheduledPayments(
        after id: Payment.ID,
        limit: Int
    ) throws(StoreError) -> [Payment.ID] {
        try read { (tables) throws(SQLiteError) in
            try tables.inquiries.unscheduled(after: id, limit: limit)
        }
    }

    /// Whether the gateway has ever known a payment of ours.
    package func isGatewayKnown() throws(StoreError) -> Bool {
        try read { (tables) throws(SQLiteError) in
            try tables.meta.knowledge().knownMilliseconds != nil
        }
    }

    /// Payments whose call to generate was under way when the program last wrote.
    func interruptedGenerations() throws(StoreError) -> [Payment.ID] {
        try read { (tables) throws(SQLiteError) in
            try tables.generations.underWay()
        }
    }

    /// The open entries of a kind that were opened before a point in time, from behind `id` on.
    func openEntries(
        _ kind: AttentionKind,
        openedBefore milliseconds: Int64,
        after id: Int64,
        limit: Int
    ) throws(StoreError) -> [AttentionEntry.ID] {
        try read { (tables) throws(SQLiteError) in
            try tables.attention.openIDs(
                kind.rawValue,
                openedBefore: milliseconds,
                after: id,
                limit: limit
            )
        }
    }

    /// One entry of the attention list, or nil when there is none.
    package func attention(_ id: Int64) throws(StoreError) -> AttentionRecord? {
        var filter = AttentionFilter()
        filter.id = id
        return try read { (tables) throws(SQLiteError) in
            try tables.attention.entries(filter, limit: 1).first
        }
    }

    /// One transition, or nil when there is none.
    package func transition(_ sequence: Int64) throws(StoreError) -> TransitionRecord? {
        try read { (tables) throws(SQLiteError) in
            try tables.transitions.transition(sequence)
        }
    }

    /// How many attention entries are open, by kind.
    package func openAttentionCounts() throws(StoreError) -> [String: Int64] {
        try read { (tables) throws(SQLiteError) in
            try tables.attention.openCounts()
        }
    }
}
