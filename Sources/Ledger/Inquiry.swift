package import Payments

/// One query to be sent to the gateway now.
package struct Inquiry: Equatable, Sendable {
    /// What was committed about the payment when the inquiry was handed out: an answer counts only
    /// while that stands (contract section 4).
    package struct Mark: Equatable, Sendable {
        package let paymentID: Payment.ID?
        package let revision: Int64

        /// The mark of a payment; of a reference that is not known with nil.
        package init(_ payment: Payment?) {
            self.init(paymentID: payment?.id, revision: payment?.revision ?? 0)
        }

        package init(paymentID: Payment.ID?, revision: Int64) {
            self.paymentID = paymentID
            self.revision = revision
        }
    }

    /// The payment whose schedule it belongs to; nil for a query about an unknown reference.
    package let paymentID: Payment.ID?

    /// The merchant's number to ask about.
    package let partnerReferenceNo: Reference

    /// What to ask about when that one is not known: which is the merchant's is a guess.
    package let alternative: Reference?
    private let mark: Mark
    private let alternativeMark: Mark?

    package init(
        paymentID: Payment.ID?,
        partnerReferenceNo: Reference,
        alternative: Reference?,
        mark: Mark,
        alternativeMark: Mark? = nil
    ) {
        self.paymentID = paymentID
        self.partnerReferenceNo = partnerReferenceNo
        self.alternative = alternative
        self.mark = mark
        self.alternativeMark = alternativeMark
    }

    /// What was committed about the payment of one of the two numbers.
    package func mark(of asked: Reference) -> Mark {
        asked == alternative ? alternativeMark ?? mark : mark
    }
}

/// How an inquiry ended.
package enum InquiryOutcome: Equatable, Sendable {
    /// The gateway knows a payment; `asked` is the number that it was asked about.
    case found(GatewayReport, asked: Reference, responseCode: String)
    /// It knows none.
    case notFound(responseCode: String)
    /// Timeout, transport error or 5xx.
    case unavailable
    /// It will not answer this question; `detail` is what it said.
    case refused(responseCode: String?, detail: String)
    /// It does not accept who we are; `detail` is what it said.
    case unauthorized(responseCode: String?, detail: String)
    /// Its answer cannot be read; `detail` is what came.
    case unreadable(detail: String)

    /// The gateway's code, where it sent one.
    package var responseCode: String? {
        switch self {
        case .found(_, _, let code), .notFound(let code): code
        case .refused(let code, _), .unauthorized(let code, _): code
        case .unavailable, .unreadable: nil
        }
    }
}

/// What an answer led to.
package struct InquiryReceipt: Equatable, Sendable {
    /// The merchant's number of the payment that it is about, if there is one.
    package let partnerReferenceNo: Reference?

    /// The transition that it caused, if it did.
    package let sequence: Int64?

    /// Whether the answer is about the payment that was asked about.
    package let isOurs: Bool

    /// Whether it came too late to count: something was committed since it was asked for.
    package let isOutdated: Bool

    /// When the gateway is asked next; nil when nothing is planned.
    package let nextMilliseconds: Int64?

    package init(
        partnerReferenceNo: Reference?,
        sequence: Int64?,
        isOurs: Bool,
        isOutdated: Bool,
        nextMilliseconds: Int64?
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.sequence = sequence
        self.isOurs = isOurs
        self.isOutdated = isOutdated
        self.nextMilliseconds = nextMilliseconds
    }
}
