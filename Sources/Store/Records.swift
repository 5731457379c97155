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
    package let origin: TransactionOrigin
    package let isProven: Bool

    /// Whether it is a guess which of the two references is the merchant's.
    package let rolesAssumed: Bool
    package let paidAt: String?

    /// Milliseconds since the epoch.
    package let createdMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let updatedMilliseconds: Int64
    package let lastSequence: Int64

    /// How many different callbacks were received for it.
    package let callbackCount: Int64

    /// The gateway's newest answer to a query about it.
    package let lastQuery: LastQuery?

    /// How it was generated; nil when it was first heard of otherwise.
    package internal(set) var generation: GenerationRecord?

    /// When the gateway is asked next, in milliseconds since the epoch.
    package internal(set) var nextQueryMilliseconds: Int64?

    /// The kinds of its open attention entries.
    package internal(set) var attention: [String] = []

    /// Its transitions, oldest first.
    package internal(set) var transitions: [TransitionRecord] = []
}

/// The gateway's newest answer to a query about a transaction.
package struct LastQuery: Equatable, Sendable {
    /// Milliseconds since the epoch.
    package let milliseconds: Int64
    package let responseCode: String

    /// Nil when the answer has none.
    package let status: LatestTransactionStatus?
}

/// The numbers of what is kept about one payment, the newest first.
package struct PaymentEvidence: Equatable, Sendable {
    /// Authentic callbacks that carry one of its references, whatever became of them.
    package let callbackIDs: [Int64]

    /// Calls of the gateway.
    package let exchangeIDs: [Int64]
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
}

/// An entry of the attention list.
package struct AttentionRecord: Equatable, Sendable {
    package let id: Int64
    package let kind: String
    package let partnerReferenceNo: String?
    package let callbackID: Int64?
    package let detail: String
    package let count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// Milliseconds since the epoch.
    package let lastMilliseconds: Int64

    /// Milliseconds since the epoch, or nil while it is open.
    package let resolvedMilliseconds: Int64?
    package let resolvedBy: String?
    package let note: String?
}
