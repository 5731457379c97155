package import Payments

/// One thing to ask the gateway now.
package struct Inquiry: Equatable, Sendable {
    /// What was committed about the payment when the inquiry was handed out: an answer counts only
    /// while that stands (contract section 4).
    package struct Mark: Equatable, Sendable {
        let transactionID: Int64?
        let revision: Int64
        let callbackID: Int64?
    }

    /// The planned question behind it; nil for one that somebody asks out of turn.
    package let questionID: Int64?

    /// The merchant's number to ask about.
    package let partnerReferenceNo: Reference

    /// What to ask about when that one is not known: which is the merchant's is a guess.
    package let alternative: Reference?
    private let mark: Mark
    private let alternativeMark: Mark?

    init(
        questionID: Int64?,
        partnerReferenceNo: Reference,
        alternative: Reference?,
        mark: Mark,
        alternativeMark: Mark? = nil
    ) {
        self.questionID = questionID
        self.partnerReferenceNo = partnerReferenceNo
        self.alternative = alternative
        self.mark = mark
        self.alternativeMark = alternativeMark
    }

    /// What was committed about the payment of one of the two numbers.
    func mark(of asked: Reference) -> Mark {
        asked == alternative ? alternativeMark ?? mark : mark
    }
}

/// What an inquiry has come to.
package enum InquiryOutcome: Equatable, Sendable {
    /// The gateway knows a payment; `asked` is the number that it was asked about.
    case found(GatewayReport, asked: Reference, responseCode: String)
    /// It knows none.
    case notFound(responseCode: String)
    /// It did not answer, or not as a gateway does that is well.
    case lost
    /// It will not answer this question.
    case refused(responseCode: String?)
    /// It does not accept who we are.
    case unauthorized(responseCode: String?)

    /// The gateway's code, where it sent one.
    package var responseCode: String? {
        switch self {
        case .found(_, _, let code), .notFound(let code): code
        case .refused(let code), .unauthorized(let code): code
        case .lost: nil
        }
    }
}

/// What became of an answer, once that is on disk.
package struct InquirySettlement: Equatable, Sendable {
    /// The merchant's number of the transaction that it is about, if there is one.
    package let partnerReferenceNo: Reference?

    /// The transition that it caused, if it did.
    package let sequence: Int64?

    /// Whether the answer is about the payment that was asked about.
    package let isOurs: Bool

    /// Whether it came too late to count: something was committed since it was asked for.
    package let isOutdated: Bool

    /// Whether the question goes on; nil when none was planned.
    package let nextMilliseconds: Int64?
}
