package import Payments

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
