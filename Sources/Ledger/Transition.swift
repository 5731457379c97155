package import Payments

/// One entry of the feed: a change of one payment's status.
///
/// A row: a property for each column. A class, because it goes through many hands, from the
/// decision to those who follow the feed, and a copy is dear.
package final class Transition: Sendable {
    /// Its place in the feed: 1, 2, 3, … without gaps.
    package let sequence: Int64
    package let paymentID: Payment.ID
    package let partnerReferenceNo: Reference
    package let referenceNo: Reference?

    /// The status before, or nil for a payment first heard of in a callback or an answer.
    package let from: TransactionStatus?
    package let to: TransactionStatus
    package let latestStatus: LatestTransactionStatus
    package let amount: Amount?
    package let source: TransitionSource
    package let externalID: String?
    package let callbackID: KeptCallback.ID?

    /// When it was paid, where the transition is one to success.
    package let paidAt: GatewayTime?

    /// Milliseconds since the epoch.
    package let recordedMilliseconds: Int64

    /// The payment's transition before, if there is one.
    package let previousSequence: Int64?

    /// Whose decision it was, where the source is an operator.
    package let decision: EntryResolution?

    package init(
        sequence: Int64,
        paymentID: Payment.ID,
        partnerReferenceNo: Reference,
        referenceNo: Reference?,
        from: TransactionStatus?,
        to: TransactionStatus,
        latestStatus: LatestTransactionStatus,
        amount: Amount?,
        source: TransitionSource,
        externalID: String?,
        callbackID: KeptCallback.ID?,
        paidAt: GatewayTime?,
        recordedMilliseconds: Int64,
        previousSequence: Int64?,
        decision: EntryResolution?
    ) {
        self.sequence = sequence
        self.paymentID = paymentID
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
        self.previousSequence = previousSequence
        self.decision = decision
    }
}

extension Transition: Equatable {
    package static func == (one: Transition, other: Transition) -> Bool {
        one === other
            || one.sameReferences(as: other) && one.sameStatus(as: other)
                && one.sameOrigin(as: other)
    }

    private func sameReferences(as other: Transition) -> Bool {
        sequence == other.sequence && previousSequence == other.previousSequence
            && paymentID == other.paymentID && partnerReferenceNo == other.partnerReferenceNo
            && referenceNo == other.referenceNo
    }

    private func sameStatus(as other: Transition) -> Bool {
        from == other.from && to == other.to && latestStatus == other.latestStatus
            && amount == other.amount && paidAt == other.paidAt
            && recordedMilliseconds == other.recordedMilliseconds
    }

    private func sameOrigin(as other: Transition) -> Bool {
        source == other.source && externalID == other.externalID && callbackID == other.callbackID
            && decision == other.decision
    }
}

/// What moves a payment to another status, from whatever source.
///
/// It has what a transition has, but for what the payment tells.
struct StatusChange {
    let to: TransactionStatus
    let latestStatus: LatestTransactionStatus
    let source: TransitionSource
    var referenceNo: Reference?
    var amount: Amount?
    var externalID: String?
    var callbackID: KeptCallback.ID?
    var marks = SuccessMarks()
    var decision: EntryResolution?

    init(
        to status: TransactionStatus,
        _ latestStatus: LatestTransactionStatus,
        source: TransitionSource
    ) {
        to = status
        self.latestStatus = latestStatus
        self.source = source
    }

    /// Fills in what a callback says beside its status.
    mutating func add(_ callback: KeptCallback) {
        callbackID = callback.id
        externalID = callback.externalID
        marks = callback.content.marks
    }
}
