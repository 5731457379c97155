import Payments

/// One answer while it is worked on.
struct InquiryAnswer {
    let inquiry: Inquiry

    /// The number that it is about.
    let asked: Reference
    let question: Question?
    let now: Int64
    var stored: StoredTransaction?
    var claim: KeptClaim?
    var verdict = QueryVerdict()
    var sequence: Int64?

    /// The newest callback about the payment that goes on waiting.
    var waitingCallbackID: Int64?

    /// The transaction that it made.
    var createdID: Int64?
    var createdReference: Reference?

    var transactionID: Int64? { stored?.state.id ?? createdID }
    var partnerReferenceNo: Reference? {
        stored?.state.partnerReferenceNo ?? createdReference
    }

    /// Whether nothing was committed about the payment since the inquiry was handed out.
    var isCurrent: Bool {
        let mark = inquiry.mark(of: asked)
        return stored?.state.id == mark.transactionID
            && (stored?.revision ?? 0) == mark.revision
            && question?.callbackID == mark.callbackID
    }
}
