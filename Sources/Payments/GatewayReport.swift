/// The gateway's answer to a query about a payment (service 51).
package struct GatewayReport: Equatable, Sendable {
    /// The merchant's number, as repeated by the gateway.
    package let partnerReferenceNo: Reference

    /// The gateway's number; nil when the answer has none.
    package let referenceNo: Reference?
    package let status: LatestTransactionStatus

    /// Nil when the answer has none.
    package let amount: ReportedAmount?

    /// When it was paid; nil when the answer does not say.
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
