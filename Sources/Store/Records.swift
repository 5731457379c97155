package import Ledger
package import Payments

/// A transaction as the API shows it.
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

    /// Whether its references were learnt from our own generate or query: *proven* in the contract.
    package let isCorroborated: Bool

    /// Whether it is a guess which of the two references is the merchant's.
    package let rolesAssumed: Bool
    package let paidAt: GatewayTime?

    /// Milliseconds since the epoch.
    package let createdMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let updatedMilliseconds: Int64
    package let lastSequence: Int64

    /// How many different callbacks were received for it.
    package internal(set) var callbackCount: Int64 = 0

    /// The gateway's newest answer to a query about it.
    package let lastQuery: QueryNote?

    /// How it was generated; nil when it was first heard of otherwise.
    package internal(set) var generation: GenerationRecord?

    /// When the gateway is asked next, in milliseconds since the epoch.
    package internal(set) var nextQueryMilliseconds: Int64?

    /// The kinds of its open attention entries.
    package internal(set) var attention: [String] = []

    /// Its transitions, oldest first.
    package internal(set) var transitions: [TransitionRecord] = []
}

/// How a payment was generated.
package struct GenerationRecord: Equatable, Sendable {
    package let state: GenerationState
    package let feeAmount: Amount
    package let validity: Validity
    package let validityPeriod: String

    /// Milliseconds since the epoch.
    package let expiresMilliseconds: Int64
    package let qrContent: String?

    /// What is odd about the code.
    package let warnings: [String]
    package let lastError: String?

    /// Milliseconds since the epoch.
    package let startedMilliseconds: Int64
}

/// One entry of the feed.
package struct TransitionRecord: Equatable, Sendable {
    /// Its place in the feed: 1, 2, 3, … without gaps.
    package let sequence: Int64
    package let partnerReferenceNo: String
    package let referenceNo: String?

    /// The status before, or nil for a transaction first heard of in a callback.
    package let from: TransactionStatus?
    package let to: TransactionStatus
    package let latestStatus: LatestTransactionStatus
    package let amount: Amount?
    package let source: TransitionSource
    package let externalID: String?
    package let callbackID: Int64?

    /// When the payment was made, where the transition is one to success.
    package let paidAt: GatewayTime?

    /// Milliseconds since the epoch.
    package let recordedMilliseconds: Int64

    /// Whose decision it was, and why, where the source is an operator.
    package let operatorName: String?
    package let note: String?
}

extension TransitionRecord {
    /// A transition as the ledger decided it.
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

/// The numbers of what is kept about one payment, the newest first.
package struct PaymentEvidence: Equatable, Sendable {
    /// Authentic callbacks that carry one of its references, whatever became of them.
    package let callbackIDs: [Int64]

    /// Calls of the gateway.
    package let gatewayCallIDs: [Int64]
}

/// A kept callback: one of the journal, or a refused one.
package struct CallbackRecord: Equatable, Sendable {
    package let id: Int64

    /// Milliseconds since the epoch, of the first delivery.
    package let receivedMilliseconds: Int64
    package let outcome: CallbackOutcome

    /// The answer, when the store chose it; otherwise ``problemCode`` is the answer's code.
    package let answer: CallbackAnswer?
    package let problemCode: String?
    package let problem: String?
    package let externalID: String?
    package let fact: Fact?

    /// X-TIMESTAMP as it was signed; nil for a refused one.
    package let timestamp: String?
    package let verification: Delivery.Verification?
    package let client: String
    package let partnerReferenceNo: String?

    /// Which of its references is the merchant's, where our own generate or query has proven both.
    package let provenOrder: ReferenceOrder?

    /// The transition that it caused, if it did.
    package let sequence: Int64?

    /// How often the same bytes were received.
    package let deliveries: Int64

    /// Milliseconds since the epoch, of the newest delivery.
    package let lastReceivedMilliseconds: Int64
    package let head: [UInt8]
    package let body: [UInt8]

    /// What stays of head and body, which are empty, when they were erased.
    package let erased: ErasedCallback?
}

/// An entry of the attention list.
package struct AttentionRecord: Equatable, Sendable {
    /// One fact or cause that it holds.
    package struct Event: Equatable, Sendable {
        package let callbackID: Int64?
        package let text: String
        package let count: Int64

        /// Milliseconds since the epoch.
        package let firstMilliseconds: Int64

        /// Milliseconds since the epoch.
        package let lastMilliseconds: Int64
    }

    package let id: Int64
    package let kind: String
    package let partnerReferenceNo: String?
    package let count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let lastMilliseconds: Int64

    /// Milliseconds since the epoch, or nil while it is open.
    package let resolvedMilliseconds: Int64?
    package let resolvedBy: String?
    package let note: String?

    /// What it holds, oldest first; ten at most, the others are only counted.
    package internal(set) var events: [Event] = []

    /// What it says first.
    package var detail: String { events.first?.text ?? "" }

    /// The newest callback that it is about, if there is one.
    package var callbackID: Int64? {
        events.filter { $0.callbackID != nil }.max { $0.lastMilliseconds < $1.lastMilliseconds }?
            .callbackID
    }
}
