package import Payments
import Text

/// What an answer 2005100 holds.
///
/// Whether it is the answer to what was asked is for the reader to judge: the references may be
/// others, and the amount another or missing.
package struct QueryAnswer: Equatable, Sendable {
    package let responseCode: ResponseCode
    package let responseMessage: String

    /// The merchant's number, as repeated by the gateway.
    package let originalPartnerReferenceNo: Reference

    /// The gateway's number; nil when the answer has none.
    package let originalReferenceNo: Reference?
    package let status: LatestTransactionStatus

    /// `latestTransactionDesc`, informational.
    package let statusDescription: String?

    /// When it was paid; nil when the answer does not say it, as before payment.
    package let paidAt: GatewayTime?

    /// The amount in rupiah with all its readings; nil when the answer has none, or one that is not
    /// of rupiah.
    package let reportedAmount: ReportedAmount?

    /// ``paidAt`` as received, whether a string or a number.
    package var paidTime: String? { paidAt?.text }

    /// ``reportedAmount`` read as a decimal number.
    package var amount: Amount? { reportedAmount?.literal }

    /// Reads the members: what decides must be there and well formed, the rest need not be.
    package init(_ answer: ServiceAnswer) throws(ServiceAnswerError) {
        guard let partnerReferenceNo = try answer.reference("originalPartnerReferenceNo") else {
            throw .member("originalPartnerReferenceNo")
        }
        originalPartnerReferenceNo = partnerReferenceNo
        originalReferenceNo = try answer.reference("originalReferenceNo")
        // `serviceCode` decides nothing: gateways send 47, 51 and words of their own.
        guard let code = try answer.text("latestTransactionStatus"),
            let status = LatestTransactionStatus(code: code.utf8.span)
        else { throw .member("latestTransactionStatus") }
        responseCode = answer.code
        responseMessage = answer.message
        self.status = status
        statusDescription = try? answer.text("latestTransactionDesc")
        paidAt = answer.literal("paidTime").map { GatewayTime($0) }
        reportedAmount = try? answer.amount("amount")
    }
}

extension ServiceAnswer {
    /// Whether the status is 07, of the payment `asked`: an answer that may then lack everything
    /// else.
    package func saysNotFound(_ asked: Reference) -> Bool {
        let code = try? text("latestTransactionStatus")
        guard code == LatestTransactionStatus.notFound.code else { return false }
        let named = literal("originalPartnerReferenceNo")
        return named == nil || named == asked.text
    }
}

/// What is asked about a payment: the body of service 51 (Cash In's page, "Query Payment").
package struct QueryRequest: Hashable, Sendable {
    /// The merchant's identifier, given by the gateway.
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
