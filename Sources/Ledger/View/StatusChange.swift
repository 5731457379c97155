import Payments

/// A change of status that is about to become a transition.
///
/// One property for each column of a transition except those taken from the payment.
struct StatusChange {
    let to: TransactionStatus
    let latestStatus: LatestTransactionStatus
    let source: TransitionSource
    var referenceNo: Reference?
    var amount: Amount?
    var externalID: String?
    var callbackID: CallbackID?
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

    /// Takes the columns that come from a callback: its ID, X-EXTERNAL-ID and marks.
    mutating func add(_ callback: StoredCallback) {
        callbackID = callback.id
        externalID = callback.externalID
        marks = callback.content.marks
    }
}
