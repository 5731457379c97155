import Payments

/// What one callback says, for whoever acts on it now or later.
struct Claim {
    let callbackID: Int64
    let fact: Fact

    /// When the payment was finished, as received.
    let finishedTime: String?
    let externalID: String?
}

/// What moves a transaction to another status, from whatever source.
struct Change {
    let to: TransactionStatus
    let latestStatus: LatestTransactionStatus
    let partnerReferenceNo: Reference
    var referenceNo: Reference?
    var amount: Amount?
    let source: TransitionSource
    var externalID: String?
    var callbackID: Int64?

    /// When it was paid, in the gateway's words.
    var paidAt: String?

    /// Milliseconds since the epoch.
    let atMilliseconds: Int64

    /// The change that a callback makes.
    init(
        to status: TransactionStatus,
        _ claim: Claim,
        _ order: ReferenceOrder,
        atMilliseconds now: Int64
    ) {
        to = status
        latestStatus = claim.fact.status
        partnerReferenceNo = order.merchant(of: claim.fact.pair)
        referenceNo = order.gateway(of: claim.fact.pair)
        amount = claim.fact.amount
        source = .notify
        externalID = claim.externalID
        callbackID = claim.callbackID
        paidAt = claim.finishedTime
        atMilliseconds = now
    }

    /// A change that the gateway or an operator tells us of.
    init(
        to status: TransactionStatus,
        _ latestStatus: LatestTransactionStatus,
        of partnerReferenceNo: Reference,
        source: TransitionSource,
        atMilliseconds now: Int64
    ) {
        to = status
        self.latestStatus = latestStatus
        self.partnerReferenceNo = partnerReferenceNo
        self.source = source
        atMilliseconds = now
    }
}
