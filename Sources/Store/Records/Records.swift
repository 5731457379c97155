package import Ledger
package import Payments

/// A transaction as the API shows it: one property for each member of the response.
package struct TransactionRecord: Equatable, Sendable {
    package let id: Int64
    package let partnerReferenceNo: String
    package let referenceNo: String?
    package let status: TransactionStatus
    package let latestStatus: LatestTransactionStatus?
    package let amount: Amount?
    package let paidAmount: Amount?
    package let refundedAmount: Amount?
    package let origin: TransactionOrigin

    /// Whether its pair comes from a generate or query call of this merchant.
    package let isCorroborated: Bool

    /// Whether it is a guess which of the two references is the merchant's.
    package let rolesAssumed: Bool
    package let paidAt: GatewayTime?

    /// Milliseconds since the epoch.
    package let createdMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let updatedMilliseconds: Int64
    package let lastSequence: Int64

    /// How many callbacks are stored about it; redeliveries do not count.
    package var callbackCount: Int64 = 0

    /// The gateway's last response to a query about it.
    package let lastQuery: LastQuery?

    /// How it was generated; nil when no generate call was started for it.
    package var generation: GenerationRecord?

    /// When the next query is due, in milliseconds since the epoch; nil when none is planned.
    package var nextQueryMilliseconds: Int64?

    /// The kinds of its open attention entries.
    package var attention: [String] = []

    /// Its transitions, oldest first.
    package var transitions: [TransitionRecord] = []

    package init(
        id: Int64,
        partnerReferenceNo: String,
        referenceNo: String?,
        status: TransactionStatus,
        latestStatus: LatestTransactionStatus?,
        amount: Amount?,
        paidAmount: Amount?,
        refundedAmount: Amount?,
        origin: TransactionOrigin,
        isCorroborated: Bool,
        rolesAssumed: Bool,
        paidAt: GatewayTime?,
        createdMilliseconds: Int64,
        updatedMilliseconds: Int64,
        lastSequence: Int64,
        callbackCount: Int64 = 0,
        lastQuery: LastQuery?,
        generation: GenerationRecord? = nil,
        nextQueryMilliseconds: Int64? = nil,
        attention: [String] = [],
        transitions: [TransitionRecord] = []
    ) {
        self.id = id
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.status = status
        self.latestStatus = latestStatus
        self.amount = amount
        self.paidAmount = paidAmount
        self.refundedAmount = refundedAmount
        self.origin = origin
        self.isCorroborated = isCorroborated
        self.rolesAssumed = rolesAssumed
        self.paidAt = paidAt
        self.createdMilliseconds = createdMilliseconds
        self.updatedMilliseconds = updatedMilliseconds
        self.lastSequence = lastSequence
        self.lastQuery = lastQuery
        self.callbackCount = callbackCount
        self.generation = generation
        self.nextQueryMilliseconds = nextQueryMilliseconds
        self.attention = attention
        self.transitions = transitions
    }
}

/// How a payment was generated: one property for each column.
package struct GenerationRecord: Equatable, Sendable {
    package let state: GenerationState
    package let feeAmount: Amount
    package let validity: Validity
    package let validityPeriod: String

    /// Milliseconds since the epoch.
    package let expiresMilliseconds: Int64
    package let qrContent: String?

    /// What is unusual about the QR payload.
    package let warnings: [String]
    package let lastError: String?

    /// Milliseconds since the epoch.
    package let startedMilliseconds: Int64

    package init(
        state: GenerationState,
        feeAmount: Amount,
        validity: Validity,
        validityPeriod: String,
        expiresMilliseconds: Int64,
        qrContent: String?,
        warnings: [String],
        lastError: String?,
        startedMilliseconds: Int64
    ) {
        self.state = state
        self.feeAmount = feeAmount
        self.validity = validity
        self.validityPeriod = validityPeriod
        self.expiresMilliseconds = expiresMilliseconds
        self.qrContent = qrContent
        self.warnings = warnings
        self.lastError = lastError
        self.startedMilliseconds = startedMilliseconds
    }
}

/// One transition of the feed: one property for each member of the response.
package struct TransitionRecord: Equatable, Sendable {
    /// Its number in the feed: 1, 2, 3, … without gaps.
    package let sequence: Int64
    package let partnerReferenceNo: String
    package let referenceNo: String?

    /// The status before; nil for the first transition of a transaction that a callback created.
    package let from: TransactionStatus?
    package let to: TransactionStatus
    package let latestStatus: LatestTransactionStatus
    package let amount: Amount?
    package let source: TransitionSource
    package let externalID: String?
    package let callbackID: Int64?

    /// When the payment was made; nil unless the transition is to success.
    package let paidAt: GatewayTime?

    /// Milliseconds since the epoch.
    package let recordedMilliseconds: Int64

    /// The token and the note of the operator's decision; nil for any other source.
    package let operatorName: String?
    package let note: String?

    package init(
        sequence: Int64,
        partnerReferenceNo: String,
        referenceNo: String?,
        from: TransactionStatus?,
        to: TransactionStatus,
        latestStatus: LatestTransactionStatus,
        amount: Amount?,
        source: TransitionSource,
        externalID: String?,
        callbackID: Int64? = nil,
        paidAt: GatewayTime?,
        recordedMilliseconds: Int64,
        operatorName: String?,
        note: String?
    ) {
        self.sequence = sequence
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.from = from
        self.to = to
        self.latestStatus = latestStatus
        self.amount = amount
        self.source = source
        self.externalID = externalID
        self.callbackID = callbackID
        self.paidAt = paidAt
        self.recordedMilliseconds = recordedMilliseconds
        self.operatorName = operatorName
        self.note = note
    }
}

extension TransitionRecord {
    /// The record of a transition that the ledger has decided.
    package init(_ transition: Transition) {
        self.init(
            sequence: transition.sequence,
            partnerReferenceNo: transition.partnerReferenceNo.text,
            referenceNo: transition.referenceNo?.text,
            from: transition.from,
            to: transition.to,
            latestStatus: transition.latestStatus,
            amount: transition.amount,
            source: transition.source,
            externalID: transition.externalID,
            callbackID: transition.callbackID,
            paidAt: transition.paidAt,
            recordedMilliseconds: transition.recordedMilliseconds,
            operatorName: transition.decision?.by,
            note: transition.decision?.note
        )
    }
}

/// The IDs of what is stored about one payment, newest first.
package struct PaymentEvidence: Equatable, Sendable {
    /// Authentic callbacks that carry one of its references, with any outcome.
    package let callbackIDs: [Int64]

    /// Gateway calls.
    package let gatewayCallIDs: [Int64]

    package init(callbackIDs: [Int64], gatewayCallIDs: [Int64]) {
        self.callbackIDs = callbackIDs
        self.gatewayCallIDs = gatewayCallIDs
    }
}

/// A stored callback: an authentic one of the journal, or a rejected request.
///
/// One property for each column that the API shows.
package struct CallbackRecord: Equatable, Sendable {
    package let id: Int64

    /// When the first delivery was received, in milliseconds since the epoch.
    package let receivedMilliseconds: Int64
    package let outcome: CallbackOutcome

    /// The response, when the ledger decided it; else ``problemCode`` is its code.
    package let response: CallbackResponse?
    package let problemCode: String?
    package let problem: String?
    package let externalID: String?
    package let fact: Fact?

    /// X-TIMESTAMP as signed; nil for a rejected request.
    package let timestamp: String?
    package let verification: Delivery.Verification?
    package let client: String
    package let partnerReferenceNo: String?

    /// Which of its references is the merchant's, when the pair of its payment is corroborated;
    /// else nil.
    package let corroboratedOrder: ReferenceOrder?

    /// The transition that it caused; nil when it caused none.
    package let sequence: Int64?

    /// How often it was received, redeliveries included.
    package let deliveries: Int64

    /// When the newest delivery was received, in milliseconds since the epoch.
    package let lastReceivedMilliseconds: Int64
    package let head: [UInt8]
    package let body: [UInt8]

    /// What remains of head and body when they were erased; then both are empty.
    package let erased: ErasedCallback?

    package init(
        id: Int64,
        receivedMilliseconds: Int64,
        outcome: CallbackOutcome,
        response: CallbackResponse?,
        problemCode: String?,
        problem: String?,
        externalID: String?,
        fact: Fact?,
        timestamp: String?,
        verification: Delivery.Verification?,
        client: String,
        partnerReferenceNo: String?,
        corroboratedOrder: ReferenceOrder?,
        sequence: Int64?,
        deliveries: Int64,
        lastReceivedMilliseconds: Int64,
        head: [UInt8],
        body: [UInt8],
        erased: ErasedCallback?
    ) {
        self.id = id
        self.receivedMilliseconds = receivedMilliseconds
        self.outcome = outcome
        self.response = response
        self.problemCode = problemCode
        self.problem = problem
        self.externalID = externalID
        self.fact = fact
        self.timestamp = timestamp
        self.verification = verification
        self.client = client
        self.partnerReferenceNo = partnerReferenceNo
        self.corroboratedOrder = corroboratedOrder
        self.sequence = sequence
        self.deliveries = deliveries
        self.lastReceivedMilliseconds = lastReceivedMilliseconds
        self.head = head
        self.body = body
        self.erased = erased
    }
}

/// An entry of the attention list: one property for each member of the response.
package struct AttentionRecord: Equatable, Sendable {
    /// One fact or cause of the entry.
    package struct Event: Equatable, Sendable {
        package let callbackID: Int64?
        package let text: String
        package let count: Int64

        /// Milliseconds since the epoch.
        package let firstMilliseconds: Int64

        /// Milliseconds since the epoch.
        package let lastMilliseconds: Int64

        package init(
            callbackID: Int64? = nil,
            text: String,
            count: Int64,
            firstMilliseconds: Int64,
            lastMilliseconds: Int64
        ) {
            self.callbackID = callbackID
            self.text = text
            self.count = count
            self.firstMilliseconds = firstMilliseconds
            self.lastMilliseconds = lastMilliseconds
        }
    }

    package let id: Int64
    package let kind: String
    package let partnerReferenceNo: String?
    package let count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let lastMilliseconds: Int64

    /// Milliseconds since the epoch; nil while it is open.
    package let resolvedMilliseconds: Int64?
    package let resolvedBy: String?
    package let note: String?

    /// Its events, oldest first, ten at most; further ones are only counted.
    package var events: [Event] = []

    package init(
        id: Int64,
        kind: String,
        partnerReferenceNo: String?,
        count: Int64,
        openedMilliseconds: Int64,
        lastMilliseconds: Int64,
        resolvedMilliseconds: Int64?,
        resolvedBy: String?,
        note: String?,
        events: [Event] = []
    ) {
        self.id = id
        self.kind = kind
        self.partnerReferenceNo = partnerReferenceNo
        self.count = count
        self.openedMilliseconds = openedMilliseconds
        self.lastMilliseconds = lastMilliseconds
        self.resolvedMilliseconds = resolvedMilliseconds
        self.resolvedBy = resolvedBy
        self.note = note
        self.events = events
    }

    /// The text of its first event.
    package var detail: String { events.first?.text ?? "" }

    /// The callback of its newest event about one; nil when no event is about a callback.
    package var callbackID: Int64? {
        events.filter { $0.callbackID != nil }.max { $0.lastMilliseconds < $1.lastMilliseconds }?
            .callbackID
    }
}
