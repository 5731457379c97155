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
    package init(_ answer: ServiceResponse) throws(ServiceResponseError) {
        partnerReferenceNo = try answer.reference("partnerReferenceNo")
        guard let referenceNo = try answer.reference("referenceNo") else {
            throw .member("referenceNo")
        }
        self.referenceNo = referenceNo
        qrContent = try? answer.text("qrContent")
    }
}
