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
