/// What the gateway answered when it was asked about a payment (service 51).
package struct GatewayReport: Equatable, Sendable {
    /// The merchant's number, as repeated by the gateway.
    package let partnerReferenceNo: Reference

    /// The gateway's number; nil when the answer has none.
    package let referenceNo: Reference?
    package let status: LatestTransactionStatus

    /// Nil when the answer has none.
    package let amount: Amount?

    /// When it was paid, in the gateway's words.
    package let paidAt: String?

    package init(
        partnerReferenceNo: Reference,
        referenceNo: Reference?,
        status: LatestTransactionStatus,
        amount: Amount?,
        paidAt: String?
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.status = status
        self.amount = amount
        self.paidAt = paidAt
    }
}
