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
