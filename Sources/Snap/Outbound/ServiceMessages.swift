package import Payments
import Text

/// The body of service 47, generate ("Generate QR MPM" on the gateway's page).
package struct GenerateIntent: Hashable, Sendable {
    /// The merchant's number; the gateway accepts 25 characters here.
    package let partnerReferenceNo: Reference

    /// The end of the code's validity, `yyyy-MM-ddTHH:mm:ss+07:00`; sent unchanged.
    package let validityPeriod: String

    /// The amount to pay; the gateway accepts whole rupiah.
    package let amount: Amount

    /// An additional fee, which the gateway's page does not explain; zero unless given.
    package let feeAmount: Amount

    package init(
        partnerReferenceNo: Reference,
        validityPeriod: String,
        amount: Amount,
        feeAmount: Amount
    ) {
        self.partnerReferenceNo = partnerReferenceNo
        self.validityPeriod = validityPeriod
        self.amount = amount
        self.feeAmount = feeAmount
    }

    /// The body, with the members in the order of the gateway's page.
    package var body: [UInt8] {
        var body = JSONObjectText()
        body.add("partnerReferenceNo", partnerReferenceNo.text)
        body.add("validityPeriod", validityPeriod)
        body.add("amount", JSONObjectText(amount))
        body.add("feeAmount", JSONObjectText(feeAmount))
        return body.bytes
    }
}

extension JSONObjectText {
    /// `{"value":"10000.00","currency":"IDR"}`
    package init(_ amount: Amount) {
        self.init()
        add("value", amount.description)
        add("currency", "IDR")
    }
}

/// The members of a response 2004700.
package struct GenerateResponse: Equatable, Sendable {
    /// The merchant's number as the response repeats it; nil when it does not.
    package let partnerReferenceNo: Reference?

    /// The gateway's number.
    package let referenceNo: Reference

    /// The QR payload, unchecked; nil when there is none.
    package let qrContent: String?

    /// Reads the members. A missing QR payload is not an error, so that the gateway's number is not
    /// lost.
    package init(_ response: ServiceResponse) throws(ServiceResponseError) {
        partnerReferenceNo = try response.reference("partnerReferenceNo")
        guard let referenceNo = try response.reference("referenceNo") else {
            throw .missing("referenceNo")
        }
        self.referenceNo = referenceNo
        qrContent = try? response.text("qrContent")
    }
}

/// The members of a response 2005100.
///
/// The caller decides whether it is about the queried payment: the references may be others, and
/// the amount may differ or be missing.
package struct QueryResponse: Equatable, Sendable {
    package let responseCode: ResponseCode
    package let responseMessage: String

    /// The merchant's number as the response repeats it.
    package let originalPartnerReferenceNo: Reference

    /// The gateway's number; nil when the response has none.
    package let originalReferenceNo: Reference?
    package let status: LatestTransactionStatus

    /// `latestTransactionDesc`, informational.
    package let statusDescription: String?

    /// When it was paid; nil when the response does not say so, as before the payment.
    package let paidAt: GatewayTime?

    /// The amount in rupiah with all its readings; nil when the response has none, or one in
    /// another currency.
    package let reportedAmount: ReportedAmount?

    /// ``paidAt`` as received, whether a string or a number.
    package var paidTime: String? { paidAt?.text }

    /// The decimal reading of ``reportedAmount``.
    package var amount: Amount? { reportedAmount?.literal }

    /// Reads the members: those that decide are mandatory and must be well formed, others are
    /// optional.
    package init(_ response: ServiceResponse) throws(ServiceResponseError) {
        guard let partnerReferenceNo = try response.reference("originalPartnerReferenceNo") else {
            throw .missing("originalPartnerReferenceNo")
        }
        originalPartnerReferenceNo = partnerReferenceNo
        originalReferenceNo = try response.reference("originalReferenceNo")
        // `serviceCode` is ignored: gateways send 47, 51 and words.
        guard let code = try response.text("latestTransactionStatus") else {
            throw .missing("latestTransactionStatus")
        }
        guard let status = LatestTransactionStatus(code: code.utf8.span) else {
            throw .malformed("latestTransactionStatus", expected: "00 to 07")
        }
        responseCode = response.code
        responseMessage = response.message
        self.status = status
        statusDescription = try? response.text("latestTransactionDesc")
        paidAt = response.literal("paidTime").map { GatewayTime($0) }
        reportedAmount = try? response.amount("amount")
    }
}

extension ServiceResponse {
    /// Whether the status is 07 for the payment `queried`; such a response may lack everything
    /// else.
    package func saysNotFound(_ queried: Reference) -> Bool {
        let code = try? text("latestTransactionStatus")
        guard code == LatestTransactionStatus.notFound.code else { return false }
        let named = literal("originalPartnerReferenceNo")
        return named == nil || named == queried.text
    }
}

/// The body of service 51, query ("Query Payment" on the gateway's page).
package struct QueryRequest: Hashable, Sendable {
    /// The merchant's ID, assigned by the gateway.
    package let merchantID: String

    /// The merchant's number of the payment.
    package let originalPartnerReferenceNo: Reference

    package init(merchantID: String, originalPartnerReferenceNo: Reference) {
        self.merchantID = merchantID
        self.originalPartnerReferenceNo = originalPartnerReferenceNo
    }

    /// The body, its members in the order of the page.
    package var body: [UInt8] {
        var body = JSONObjectText()
        body.add("merchantId", merchantID)
        body.add("originalPartnerReferenceNo", originalPartnerReferenceNo.text)
        body.add("serviceCode", "\(ResponseCode.Service.generate.rawValue)")
        return body.bytes
    }
}
