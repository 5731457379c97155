package import Payments
import Text

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
