package import Payments

/// One entry of the feed: a change of one payment's status.
///
/// A row: a property for each column.
package struct Transition: Equatable, Sendable {
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
