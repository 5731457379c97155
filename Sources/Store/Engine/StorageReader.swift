package import Ledger
package import Payments

/// Reads what was committed: the readers' side of a database.
///
/// An engine implements it so that a read neither waits for the writer nor holds it up, and so that
/// each method sees one state of the database. A method throws ``StoreError`` when the database
/// cannot be read, or was closed.
package protocol StorageReader: Sendable {
    /// Lets go of the files for good: later reads fail.
    func close() async

    /// Lets go of the files; the next read opens them again. Called from a thread that can wait for
    /// reads to end.
    func closeFiles()

    /// A page of the feed, in its order.
    func feed(_ query: FeedQuery, limit: Int) async throws(StoreError) -> FeedPage

    /// The same, rendered on the reader's thread.
    func feed(
        _ query: FeedQuery,
        limit: Int,
        _ render: TransitionRendering
    ) async throws(StoreError) -> FeedText

    /// The sequence numbers that the feed has.
    func feedBounds() async throws(StoreError) -> FeedBounds

    /// The position before the first transition recorded at or after a point in time; the head when
    /// there is none.
    ///
    /// - Parameter milliseconds: since the epoch.
    /// - Returns: the position, and the sequence numbers that the feed has.
    func position(
        recordedFrom milliseconds: Int64
    ) async throws(StoreError) -> (position: Int64, bounds: FeedBounds)

    /// Pages and bounds of the feed that were read from the database since the start.
    var feedReadCount: Int { get }

    /// The transaction of a merchant reference, or nil when there is none.
    func transaction(
        _ partnerReferenceNo: Reference
    ) async throws(StoreError) -> TransactionRecord?

    /// Transactions, the newest first.
    func transactions(
        _ filter: TransactionFilter,
        limit: Int
    ) async throws(StoreError) -> TransactionPage

    /// The consumer of the given name, or nil when there is none.
    func consumer(_ name: String) async throws(StoreError) -> ConsumerRecord?

    /// Consumers in the order of their names, from behind `name` on.
    func consumers(
        after name: String,
        limit: Int
    ) async throws(StoreError) -> [ConsumerRecord]

    /// A page of kept callbacks, the newest first, refused ones among them.
    func callbackPage(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> CallbackPage

    /// Kept callbacks, the newest first, refused ones among them.
    func callbacks(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> [CallbackRecord]

    /// One kept callback, or nil when there is none.
    func callback(_ id: Int64) async throws(StoreError) -> CallbackRecord?

    /// Entries of the attention list, the newest first.
    func attention(
        _ filter: AttentionFilter,
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord]

    /// What is kept about a payment, by number.
    func evidence(
        of transaction: TransactionRecord
    ) async throws(StoreError) -> PaymentEvidence

    /// The authentic callbacks with these numbers, 500 at most, the newest first.
    func callbacks(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [CallbackRecord]

    /// The calls of the gateway with these numbers, the newest first.
    func gatewayCalls(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [KeptGatewayCall]

    /// Calls of the gateway, the newest first.
    func gatewayCalls(
        _ filter: GatewayCallFilter,
        limit: Int
    ) async throws(StoreError) -> [KeptGatewayCall]

    /// Entries of the attention list about a payment or one of these callbacks, open and resolved
    /// ones, the newest first.
    func attention(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord]

    /// Inquiries that are due at `now`, the longest due first.
    func inquiries(dueAt now: Int64, limit: Int) async throws(StoreError) -> [Inquiry]

    /// Payments whose inquiry is due at `now` and is no query: the attention list has to hold them.
    ///
    /// - Parameter includesQueries: whether queries are among them, since none can be sent.
    func deadlines(
        dueAt now: Int64,
        includesQueries: Bool,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID]

    /// How many inquiries are due at `now`.
    func dueInquiryCount(at now: Int64) async throws(StoreError) -> Int

    /// When the next inquiry is due that is not due at `now`; nil when there is none.
    func nextInquiry(after now: Int64) async throws(StoreError) -> Int64?

    /// An inquiry about a merchant's number, out of turn.
    func inquiry(_ partnerReferenceNo: Reference) async throws(StoreError) -> Inquiry

    /// Open payments, and payments with waiting callbacks, that no inquiry is scheduled about; from
    /// behind `id` on.
    func unscheduledPayments(
        after id: Payment.ID,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID]

    /// Open payments, and payments with waiting callbacks; from behind `id` on.
    func openPayments(after id: Payment.ID, limit: Int) async throws(StoreError) -> [Payment.ID]

    /// Whether the gateway has ever known a payment of ours.
    func isGatewayKnown() async throws(StoreError) -> Bool

    /// Payments whose call to generate was under way when the program last wrote.
    func interruptedGenerations() async throws(StoreError) -> [Payment.ID]

    /// The open entries of a kind that were opened before a point in time, from behind `id` on.
    func openEntries(
        _ kind: AttentionKind,
        openedBefore milliseconds: Int64,
        after id: Int64,
        limit: Int
    ) async throws(StoreError) -> [AttentionEntry.ID]

    /// One entry of the attention list, or nil when there is none.
    func attention(_ id: Int64) async throws(StoreError) -> AttentionRecord?

    /// One transition, or nil when there is none.
    func transition(_ sequence: Int64) async throws(StoreError) -> TransitionRecord?

    /// How many attention entries are open, by kind.
    func openAttentionCounts() async throws(StoreError) -> [String: Int64]

    /// Where bytes from before `milliseconds` since the epoch may be.
    func erasurePlan(
        before milliseconds: Int64
    ) async throws(StoreError) -> ErasurePlan

    /// The first callbacks of a range that have bytes and were received before `milliseconds`.
    func callbackBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [CallbackBytes]

    /// The first calls of a range that have bytes and ended before `milliseconds`.
    func gatewayCallBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [GatewayCallBytes]

    /// What of the feed behind `sequence` may be removed, as
    /// ``Store/removeTransitions(recordedBefore:limit:)`` has it; nothing is.
    func removableTransitions(
        recordedBefore milliseconds: Int64,
        after sequence: Int64,
        feed: String,
        limit: Int
    ) async throws(StoreError) -> TransitionRemoval

    /// The newest time that the gateway signed, in milliseconds since the epoch, among the newest
    /// callbacks; nil when none says one.
    func newestSignedTime() async throws(StoreError) -> Int64?

    /// How many kept refusals were received before `milliseconds` since the epoch.
    func refusalCount(
        receivedBefore milliseconds: Int64
    ) async throws(StoreError) -> Int
}
