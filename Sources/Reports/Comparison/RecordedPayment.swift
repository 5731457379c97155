package import Payments

/// A payment as it is recorded here, as far as a comparison needs it.
package struct RecordedPayment: Equatable, Sendable {
    package let id: Int64
    package let partnerReferenceNo: String
    package let referenceNo: String?
    package let status: TransactionStatus

    /// What was paid, or the amount of the code while nothing was paid.
    package let amount: Amount?
    package let refundedAmount: Amount?

    /// The fee that was given to generate; nil for a payment that was not generated here.
    package let fee: Amount?

    /// When it was paid, as the gateway reports it, in milliseconds since the epoch.
    package let paidMilliseconds: Int64?

    /// Milliseconds since the epoch.
    package let createdMilliseconds: Int64

    package init(
        id: Int64,
        partnerReferenceNo: String,
        referenceNo: String?,
        status: TransactionStatus,
        amount: Amount?,
        refundedAmount: Amount? = nil,
        fee: Amount? = nil,
        paidMilliseconds: Int64? = nil,
        createdMilliseconds: Int64
    ) {
        self.id = id
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.status = status
        self.amount = amount
        self.refundedAmount = refundedAmount
        self.fee = fee
        self.paidMilliseconds = paidMilliseconds
        self.createdMilliseconds = createdMilliseconds
    }

    /// Whether money was received for it; a refunded payment was paid before.
    package var isPaid: Bool {
        switch status {
        case .success, .refunded: true
        case .created, .pending, .cancelled, .failed: false
        }
    }

    /// Both references that are valid ones.
    var references: [Reference] {
        [partnerReferenceNo, referenceNo].compactMap { $0.flatMap { Reference($0) } }
    }
}
