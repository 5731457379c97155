import Ledger
package import Maintenance
package import Payments
import Snap
package import Store
import Text

/// The JSON of an amount, in the form of SNAP BI.
package struct MoneyRepresentation: Encodable {
    let value: String
    let currency = "IDR"

    package init(_ amount: Amount) { value = amount.description }

    private enum CodingKeys: CodingKey { case value, currency }
}

/// The JSON of a transaction.
package struct TransactionRepresentation: Encodable {
    /// The reports about the payment: callbacks and queries.
    struct Checks: Encodable {
        let callbacks: Int64
        @Nullable var lastQuery: Query?
        @Nullable var nextQueryAt: String?
    }

    /// The newest response to a query.
    struct Query: Encodable {
        package let at: String
        let responseCode: String
        @Nullable var latestTransactionStatus: String?
    }

    let partnerReferenceNo: String
    @Nullable var referenceNo: String?
    let status: String
    @Nullable var latestTransactionStatus: String?
    let final: Bool
    let lastSequence: Int64
    @Nullable var amount: MoneyRepresentation?
    @Nullable var feeAmount: MoneyRepresentation?
    @Nullable var paidAmount: MoneyRepresentation?
    @Nullable var refundedAmount: MoneyRepresentation?
    let origin: String
    let rolesAssumed: Bool

    /// Unusual properties of the QR code.
    let warnings: [String]
    @Nullable var qrContent: String?
    @Nullable var validityPeriod: String?
    let expired: Bool
    @Nullable var lastError: String?
    @Nullable var paidAt: String?
    @Nullable var paidAtText: String?
    let createdAt: String
    let updatedAt: String
    let attention: [String]
    let checks: Checks

    /// Omitted in lists.
    let transitions: [TransitionRepresentation]?

    /// Makes the representation of a transaction.
    ///
    /// - Parameters:
    ///   - showsTransitions: false for an entry of a list.
    ///   - nowMilliseconds: the present time, which decides about `expired`.
    package init(
        _ record: TransactionRecord,
        showsTransitions: Bool = true,
        nowMilliseconds: Int64
    ) {
        partnerReferenceNo = record.partnerReferenceNo
        referenceNo = record.referenceNo
        status = record.status.word
        latestTransactionStatus = record.latestStatus?.code
        final = record.status.isFinal
        lastSequence = record.lastSequence
        amount = record.amount.map { MoneyRepresentation($0) }
        feeAmount = record.generation.map { MoneyRepresentation($0.feeAmount) }
        paidAmount = record.paidAmount.map { MoneyRepresentation($0) }
        refundedAmount = record.refundedAmount.map { MoneyRepresentation($0) }
        warnings = record.generation?.warnings ?? []
        origin = record.origin.word
        rolesAssumed = record.rolesAssumed
        qrContent = record.generation?.qrContent
        validityPeriod = record.generation?.validityPeriod
        expired = record.generation.map { $0.expiresMilliseconds <= nowMilliseconds } ?? false
        lastError = record.generation?.lastError
        paidAt = record.paidAt.instant
        paidAtText = record.paidAt?.text
        createdAt = JakartaTime.textWithFraction(milliseconds: record.createdMilliseconds)
        updatedAt = JakartaTime.textWithFraction(milliseconds: record.updatedMilliseconds)
        attention = record.attention
        checks = Checks(
            callbacks: record.callbackCount,
            lastQuery: record.lastQuery.map {
                Query(
                    at: JakartaTime.textWithFraction(milliseconds: $0.milliseconds),
                    responseCode: $0.responseCode,
                    latestTransactionStatus: $0.status?.code
                )
            },
            nextQueryAt: record.nextQueryMilliseconds.map {
                JakartaTime.textWithFraction(milliseconds: $0)
            }
        )
        transitions =
            showsTransitions ? record.transitions.map { TransitionRepresentation($0) } : nil
    }
}

/// The JSON of a consumer.
package struct ConsumerRepresentation: Encodable {
    let name: String
    let position: Int64
    let head: Int64

    /// The number of transitions after its offset; nil if the offset belongs to another feed.
    @Nullable var lag: Int64?
    let feed: String
    let updatedAt: String
    let updatedBy: String

    /// Makes the representation of a consumer.
    ///
    /// - Parameters:
    ///   - head: the head of the feed, read after the record, so that the lag is not negative.
    ///   - feed: the id of the present feed.
    package init(_ record: ConsumerRecord, head: Int64, feed: String) {
        name = record.name
        position = record.offset
        self.head = head
        lag = record.feed == feed ? head - record.offset : nil
        self.feed = record.feed
        updatedAt = JakartaTime.textWithFraction(milliseconds: record.updatedMilliseconds)
        updatedBy = record.updatedBy
    }
}

extension GatewayTime? {
    /// The instant as text; nil if the gateway's text is not a time.
    var instant: String? {
        self?.milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
    }
}

/// The JSON of an entry of the attention list.
package struct AttentionRepresentation: Encodable {
    /// One fact or cause of the entry.
    struct Event: Encodable {
        let at: String
        let lastAt: String
        let count: Int64
        @Nullable var callbackId: Int64?
        let text: String

        init(_ event: AttentionRecord.Event) {
            at = JakartaTime.textWithFraction(milliseconds: event.firstMilliseconds)
            lastAt = JakartaTime.textWithFraction(milliseconds: event.lastMilliseconds)
            count = event.count
            callbackId = event.callbackID
            text = event.text
        }
    }

    let id: Int64
    let kind: String
    @Nullable var partnerReferenceNo: String?
    @Nullable var callbackId: Int64?
    let detail: String
    let count: Int64
    let openedAt: String
    let lastAt: String
    let events: [Event]
    @Nullable var resolvedAt: String?
    @Nullable var resolvedBy: String?
    @Nullable var note: String?

    package init(_ record: AttentionRecord) {
        id = record.id
        kind = record.kind
        partnerReferenceNo = record.partnerReferenceNo
        callbackId = record.callbackID
        detail = record.detail
        count = record.count
        openedAt = JakartaTime.textWithFraction(milliseconds: record.openedMilliseconds)
        lastAt = JakartaTime.textWithFraction(milliseconds: record.lastMilliseconds)
        events = record.events.map { Event($0) }
        resolvedAt = record.resolvedMilliseconds.map {
            JakartaTime.textWithFraction(milliseconds: $0)
        }
        resolvedBy = record.resolvedBy
        note = record.note
    }
}

/// The JSON of the progress of a prune.
package struct PruneRepresentation: Encodable {
    let state: String
    @Nullable var before: String?
    let transitions: Bool
    let dryRun: Bool
    let percent: Int
    let callbacks: Int
    let gatewayCalls: Int
    let refusals: Int
    let removedTransitions: Int
    let bytes: Int
    @Nullable var oldest: Int64?
    @Nullable var heldBy: String?
    @Nullable var startedAt: String?
    @Nullable var finishedAt: String?
    @Nullable var error: String?

    package init(_ progress: PruneProgress) {
        let text = { (milliseconds: Int64?) in
            milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
        }
        state = progress.state.rawValue
        before = text(progress.order?.beforeMilliseconds)
        transitions = progress.order?.removesTransitions ?? false
        dryRun = progress.order?.isDryRun ?? false
        percent = progress.percent
        callbacks = progress.callbackCount
        gatewayCalls = progress.gatewayCallCount
        refusals = progress.refusalCount
        removedTransitions = progress.transitionCount
        bytes = progress.byteCount
        oldest = progress.oldestSequence
        heldBy = progress.heldBy
        startedAt = text(progress.startedMilliseconds)
        finishedAt = text(progress.finishedMilliseconds)
        error = progress.error
    }
}
