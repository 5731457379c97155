package import Ledger
package import Payments

/// The reading side of a database: reads what was committed.
///
/// A read must neither wait for the writer nor delay it, and each method must see one state of the
/// database. A method throws ``StoreError`` when the database cannot be read or was closed.
package protocol StorageReader: Sendable {
    /// Closes the files for good: later reads fail.
    func close() async

    /// Closes the files; the next read opens them again.
    ///
    /// Blocks until the present reads have ended, so the calling thread must be one that may block.
    func closeFiles()

    /// A page of the feed, in sequence order.
    func feed(_ query: FeedQuery, limit: Int) async throws(StoreError) -> FeedPage

    /// The same page, rendered on the reader's thread.
    func feed(
        _ query: FeedQuery,
        limit: Int,
        _ render: TransitionRendering
    ) async throws(StoreError) -> FeedText

    /// The lowest and the highest sequence number of the feed.
    func feedBounds() async throws(StoreError) -> FeedBounds

    /// The offset before the first transition that was recorded at or after a time; the head when
    /// there is none.
    ///
    /// - Parameter milliseconds: the time, in milliseconds since the epoch.
    /// - Returns: the offset, and the range of sequence numbers in the feed.
    func offset(
        recordedFrom milliseconds: Int64
    ) async throws(StoreError) -> (offset: Int64, bounds: FeedBounds)

    /// How many pages and bounds of the feed were read from the database since the start.
    var feedReadCount: Int { get }

    /// The transaction with this partnerReferenceNo; nil when there is none.
    func transaction(
        _ partnerReferenceNo: Reference
    ) async throws(StoreError) -> TransactionRecord?

    /// The transactions with these references, the merchant's or the gateway's, in no particular
    /// order and without their transitions.
    ///
    /// - Parameter references: 500 at most.
    func transactions(
        withReferences references: [Reference]
    ) async throws(StoreError) -> [TransactionRecord]

    /// Transactions, newest first.
    func transactions(
        _ filter: TransactionFilter,
        limit: Int
    ) async throws(StoreError) -> TransactionPage

    /// The sums of a part of the transactions by day and status, newest part first.
    ///
    /// - Parameter filter: the times and the cursor; statuses and reference are ignored.
    func summary(_ filter: TransactionFilter) async throws(StoreError) -> SummaryPage

    /// The cursor before everything that was stored from `milliseconds` since the epoch on, and few
    /// older rows.
    func activityStart(from milliseconds: Int64) async throws(StoreError) -> Activity.Cursor

    /// What was stored behind a cursor; a bounded number of rows.
    func activity(after cursor: Activity.Cursor) async throws(StoreError) -> Activity

    /// Single values that an overview shows.
    func storedTotals() async throws(StoreError) -> StoredTotals

    /// Ranges of sequence numbers that contain every transition recorded from `from` on and before
    /// `to`, in milliseconds since the epoch, and few others; oldest first.
    func sequences(
        recordedFrom from: Int64?,
        to: Int64?
    ) async throws(StoreError) -> [Range<Int64>]

    /// The consumer of this name; nil when there is none.
    func consumer(_ name: String) async throws(StoreError) -> ConsumerRecord?

    /// The consumers whose names sort after `name`, in the order of their names.
    func consumers(
        after name: String,
        limit: Int
    ) async throws(StoreError) -> [ConsumerRecord]

    /// A page of stored callbacks, newest first, including rejected requests.
    func callbackPage(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> CallbackPage

    /// Stored callbacks, newest first, including rejected requests.
    func callbacks(
        _ filter: CallbackFilter,
        limit: Int
    ) async throws(StoreError) -> [CallbackRecord]

    /// The stored callback or rejected request with this ID; nil when there is none.
    func callback(_ id: Int64) async throws(StoreError) -> CallbackRecord?

    /// Entries of the attention list, newest first.
    func attention(
        _ filter: AttentionFilter,
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord]

    /// The IDs of the callbacks and gateway calls that are stored about a payment.
    func evidence(
        of transaction: TransactionRecord
    ) async throws(StoreError) -> PaymentEvidence

    /// The authentic callbacks with these IDs, 500 at most, newest first.
    func callbacks(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [CallbackRecord]

    /// The gateway calls with these IDs, newest first.
    func gatewayCalls(
        _ ids: some Collection<Int64> & Sendable
    ) async throws(StoreError) -> [StoredGatewayCall]

    /// Gateway calls, newest first.
    func gatewayCalls(
        _ filter: GatewayCallFilter,
        limit: Int
    ) async throws(StoreError) -> [StoredGatewayCall]

    /// Entries of the attention list about a payment or one of these callbacks, open and resolved,
    /// newest first.
    func attention(
        about transaction: TransactionRecord,
        callbackIDs: [Int64],
        limit: Int
    ) async throws(StoreError) -> [AttentionRecord]

    /// Inquiries that are due at `now`, those due for the longest time first.
    func inquiries(dueAt now: Int64, limit: Int) async throws(StoreError) -> [Inquiry]

    /// Payments whose inquiry is due at `now` but sends no query: the attention list must take
    /// them.
    ///
    /// - Parameter includesQueries: whether due queries are included, because none can be sent.
    func deadlines(
        dueAt now: Int64,
        includesQueries: Bool,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID]

    /// How many inquiries are due at `now`.
    func dueInquiryCount(at now: Int64) async throws(StoreError) -> Int

    /// When the next inquiry becomes due after `now`, in milliseconds since the epoch; nil when
    /// none is planned.
    func nextInquiry(after now: Int64) async throws(StoreError) -> Int64?

    /// An inquiry about this partnerReferenceNo that the schedule did not plan.
    func inquiry(_ partnerReferenceNo: Reference) async throws(StoreError) -> Inquiry

    /// Open payments, and payments with waiting callbacks, that have no inquiry; those with an ID
    /// above `id`, in the order of their IDs.
    func unscheduledPayments(
        after id: Payment.ID,
        limit: Int
    ) async throws(StoreError) -> [Payment.ID]

    /// Open payments, and payments with waiting callbacks; those with an ID above `id`, in the
    /// order of their IDs.
    func openPayments(after id: Payment.ID, limit: Int) async throws(StoreError) -> [Payment.ID]

    /// Whether a query has ever found a payment of this merchant.
    func isGatewayKnown() async throws(StoreError) -> Bool

    /// Payments whose generate call has no recorded result; at startup, these are the calls that
    /// the last run did not finish.
    func interruptedGenerations() async throws(StoreError) -> [Payment.ID]

    /// The open entries of a kind that were opened before `milliseconds` since the epoch; those
    /// with an ID above `id`, in the order of their IDs.
    func openEntries(
        _ kind: AttentionKind,
        openedBefore milliseconds: Int64,
        after id: Int64,
        limit: Int
    ) async throws(StoreError) -> [AttentionEntry.ID]

    /// The attention entry with this ID; nil when there is none.
    func attention(_ id: Int64) async throws(StoreError) -> AttentionRecord?

    /// The transition with this sequence number; nil when there is none.
    func transition(_ sequence: Int64) async throws(StoreError) -> TransitionRecord?

    /// How many attention entries are open, by kind; kinds without an open entry are left out.
    func openAttentionCounts() async throws(StoreError) -> [String: Int64]

    /// The open attention entries with an ID above `id`, in the order of their IDs.
    func openEntries(
        after id: AttentionEntry.ID,
        limit: Int
    ) async throws(StoreError) -> OpenEntries

    /// Those of these attention entries that are resolved.
    func resolvedEntries(
        among ids: [AttentionEntry.ID]
    ) async throws(StoreError) -> [AttentionEntry.ID]

    /// The attention entries with these IDs, newest first.
    func attention(_ ids: [AttentionEntry.ID]) async throws(StoreError) -> [AttentionRecord]

    /// What an alert has reported, as far as that still matters.
    func alertState(of alert: String) async throws(StoreError) -> AlertState

    /// The names of the alerts with stored state.
    func alertNames() async throws(StoreError) -> [String]

    /// The ID ranges that may hold heads and bodies from before `milliseconds` since the epoch.
    func erasurePlan(
        before milliseconds: Int64
    ) async throws(StoreError) -> ErasurePlan

    /// The first callbacks of a range that still have bytes and were received before `milliseconds`
    /// since the epoch.
    func callbackBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [CallbackBytes]

    /// The first gateway calls of a range that still have bytes and ended before `milliseconds`
    /// since the epoch.
    func gatewayCallBytes(
        in range: Range<Int64>,
        before milliseconds: Int64,
        limit: Int
    ) async throws(StoreError) -> [GatewayCallBytes]

    /// What ``Store/removeTransitions(recordedBefore:limit:)`` would remove of the feed after
    /// `sequence`; removes nothing.
    func removableTransitions(
        recordedBefore milliseconds: Int64,
        after sequence: Int64,
        feed: String,
        limit: Int
    ) async throws(StoreError) -> TransitionRemoval

    /// The newest X-TIMESTAMP among the last callbacks, in milliseconds since the epoch; nil when
    /// none can be read.
    func newestSignedTime() async throws(StoreError) -> Int64?

    /// How many stored rejected requests were received before `milliseconds` since the epoch.
    func refusalCount(
        receivedBefore milliseconds: Int64
    ) async throws(StoreError) -> Int
}
