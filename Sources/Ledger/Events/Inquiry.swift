package import Payments

/// One query that is about to be sent to the gateway.
package struct Inquiry: Equatable, Sendable {
    /// The state of the payment when the query was handed out.
    ///
    /// A report other than 00 counts only if nothing was committed about the payment since: the
    /// gateway may have written it before the newer event (article Statuses).
    package struct Mark: Equatable, Sendable {
        package let paymentID: Payment.ID?
        package let revision: Int64

        /// The mark of a payment; nil stands for a reference that no payment carries.
        package init(_ payment: Payment?) {
            self.init(paymentID: payment?.id, revision: payment?.revision ?? 0)
        }

        package init(paymentID: Payment.ID?, revision: Int64) {
            self.paymentID = paymentID
            self.revision = revision
        }
    }

    /// The payment whose schedule planned the query; nil for a query about an unknown reference.
    package let paymentID: Payment.ID?

    /// The number to query: the merchant's, as far as known.
    package let partnerReferenceNo: Reference

    /// The number to query if the gateway does not know the first; nil where the roles are certain.
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

    /// The mark of the payment of one of the two numbers.
    package func mark(of queried: Reference) -> Mark {
        queried == alternative ? alternativeMark ?? mark : mark
    }
}

/// The result of a query.
package enum QueryResult: Equatable, Sendable {
    /// The gateway reports a payment; `queried` is the queried number.
    case found(GatewayReport, queried: Reference, responseCode: String)
    /// The gateway knows no payment under the queried numbers.
    case notFound(responseCode: String)
    /// Timeout, transport error or 5xx.
    case unavailable
    /// The gateway rejects this query; `detail` quotes the response.
    case refused(responseCode: String?, detail: String)
    /// The gateway rejects the merchant's credentials; `detail` quotes the response.
    case unauthorized(responseCode: String?, detail: String)
    /// The response is unreadable; `detail` quotes it.
    case unreadable(detail: String)

    /// The response code; nil when the gateway sent none.
    package var responseCode: String? {
        switch self {
        case .found(_, _, let code), .notFound(let code): code
        case .refused(let code, _), .unauthorized(let code, _): code
        case .unavailable, .unreadable: nil
        }
    }
}

/// What recording a query's result has led to.
package struct QueryReceipt: Equatable, Sendable {
    /// The merchant's number of the transaction that it is about; nil when there is none.
    package let partnerReferenceNo: Reference?

    /// The sequence number of the transition that it caused; nil when it caused none.
    package let sequence: Int64?

    /// Whether the report is about the queried payment.
    package let isOurs: Bool

    /// Whether it did not count, because something was committed after the query was handed out.
    package let isOutdated: Bool

    /// When the next query is due, in milliseconds since the epoch; nil when none is planned.
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
