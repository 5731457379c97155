/// One entry of the feed: a change of one payment's status.
///
/// A row: one property for each column. A class, so that the steps from the decision to the feed's
/// readers share one object instead of copying it.
package final class Transition: Sendable {
    /// Its number in the feed: 1, 2, 3, … without gaps.
    package let sequence: Int64
    package let paymentID: Payment.ID
    package let partnerReferenceNo: Reference
    package let referenceNo: Reference?

    /// The status before; nil for the first transition of a payment not generated here.
    package let from: TransactionStatus?
    package let to: TransactionStatus
    package let latestStatus: LatestTransactionStatus
    package let amount: Amount?
    package let source: TransitionSource
    package let externalID: String?
    package let callbackID: CallbackID?

    /// The time of payment; only for a transition to success.
    package let paidAt: GatewayTime?

    /// When it was decided, in milliseconds since the epoch.
    package let recordedMilliseconds: Int64

    /// The sequence number of the payment's previous transition; nil for its first.
    package let previousSequence: Int64?

    /// The operator's name and note, where the source is an operator.
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
        callbackID: CallbackID?,
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
