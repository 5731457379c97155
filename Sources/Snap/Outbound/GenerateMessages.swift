package import Payments
import Text

/// What a QR code is asked for with: the body of service 47 (Cash In's page, "Generate QR MPM").
package struct GenerateIntent: Hashable, Sendable {
    /// The merchant's number; the gateway takes 25 characters here.
    package let partnerReferenceNo: Reference

    /// Until when the code can be paid, `yyyy-MM-ddTHH:mm:ss+07:00`; sent as it is.
    package let validityPeriod: String

    /// What the customer is to pay; the gateway takes whole rupiah.
    package let amount: Amount

    /// A fee on top, of which the page says no more; zero where nobody knows better.
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

    /// The body, its members in the order of the page.
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

/// What an answer 2004700 holds.
package struct GenerateAnswer: Equatable, Sendable {
    /// The merchant's number as repeated by the gateway; nil when it is not repeated.
    package let partnerReferenceNo: Reference?

    /// The gateway's number.
    package let referenceNo: Reference

    /// The text of the QR code, unchecked; nil when there is none.
    package let qrContent: String?

    /// Reads the members; a missing code is no error, so that the gateway's number is not lost.
    package init(_ answer: ServiceAnswer) throws(ServiceAnswerError) {
        partnerReferenceNo = try answer.reference("partnerReferenceNo")
        guard let referenceNo = try answer.reference("referenceNo") else {
            throw .member("referenceNo")
        }
        self.referenceNo = referenceNo
        qrContent = try? answer.text("qrContent")
    }
}
