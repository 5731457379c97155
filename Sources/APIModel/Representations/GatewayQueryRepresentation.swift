package import Payments

/// The gateway's response to a query; members that it did not send are omitted.
package struct GatewayQueryRepresentation: Encodable, Sendable {
    package let responseCode: String
    package let responseMessage: String
    package let latestTransactionStatus: String?
    let latestTransactionDesc: String?
    let originalReferenceNo: String?
    let amount: MoneyRepresentation?
    let paidTime: String?

    package init(
        responseCode: String,
        responseMessage: String,
        latestTransactionStatus: String,
        latestTransactionDesc: String? = nil,
        originalReferenceNo: String? = nil,
        amount: Amount? = nil,
        paidTime: String? = nil
    ) {
        self.responseCode = responseCode
        self.responseMessage = responseMessage
        self.latestTransactionStatus = latestTransactionStatus
        self.latestTransactionDesc = latestTransactionDesc
        self.originalReferenceNo = originalReferenceNo
        self.amount = amount.map { MoneyRepresentation($0) }
        self.paidTime = paidTime
    }
}
