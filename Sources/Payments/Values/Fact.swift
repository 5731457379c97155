/// What a callback or a query report states about a payment: references, status and amount.
///
/// Two callbacks with equal facts state the same, even if their bytes differ. The currency is not
/// stored, because only `IDR` is accepted (article Checks, row 9).
package struct Fact: Hashable, Sendable {
    package let pair: ReferencePair
    package let status: LatestTransactionStatus

    /// Nil when the amount of a success or refund is ambiguous (``ReportedAmount``).
    package let amount: Amount?

    package init(pair: ReferencePair, status: LatestTransactionStatus, amount: Amount?) {
        self.pair = pair
        self.status = status
        self.amount = amount
    }
}

extension Fact: CustomStringConvertible {
    /// The fact as part of a sentence, for operators.
    ///
    /// Entries store this text as the cause of an event, and dismissals compare it: another wording
    /// would open dismissed entries again.
    package var description: String {
        let money = amount.map { "IDR \($0)" } ?? "an ambiguous amount"
        return "\(status.code), \(money), originalPartnerReferenceNo "
            + "\(pair.originalPartnerReferenceNo), originalReferenceNo \(pair.originalReferenceNo)"
    }
}

/// What the gateway's response to a query states about a payment (service 51, article Protocol).
package struct GatewayReport: Equatable, Sendable {
    /// The merchant's number, as the gateway returns it; it may differ from the queried one.
    package let partnerReferenceNo: Reference

    /// The gateway's number; nil when the response has none.
    package let referenceNo: Reference?
    package let status: LatestTransactionStatus

    /// Nil when the response has none.
    package let amount: ReportedAmount?

    /// The time of payment; nil when the response has none.
    package let paidAt: GatewayTime?

    package init(
        partnerReferenceNo: Reference,
        referenceNo: Reference?,
        status: LatestTransactionStatus,
        amount: ReportedAmount?,
        paidAt: GatewayTime?
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.status = status
        self.amount = amount
        self.paidAt = paidAt
    }
}

/// A time as the gateway wrote it, with the instant where the text is readable.
package struct GatewayTime: Hashable, Sendable {
    /// The text as received: the content of a string, or the literal of another JSON value.
    package let text: String

    /// Milliseconds since 1970-01-01T00:00:00Z; nil when `text` is neither RFC 3339 nor epoch
    /// milliseconds.
    package let milliseconds: Int64?

    /// Creates a time from a text that was already parsed.
    package init(text: String, milliseconds: Int64?) {
        self.text = text
        self.milliseconds = milliseconds
    }
}

extension GatewayTime {
    /// Whether both are the same point in time.
    ///
    /// Instants are compared where both are readable, else the texts: the gateway may send one time
    /// with another offset or as epoch milliseconds (article Gateway).
    package func isSame(as other: GatewayTime) -> Bool {
        guard let milliseconds, let others = other.milliseconds else { return text == other.text }
        return milliseconds == others
    }
}
