/// What is stored of a transaction, as far as judging needs it.
package struct TransactionState: Equatable, Sendable {
    /// The store's own number of it.
    package let id: Int64
    package let partnerReferenceNo: Reference
    package var referenceNo: Reference?
    package var status: TransactionStatus
    package var applied: StatusCodeSet

    /// The amount it was generated with, else the first that was applied to it.
    package var expectedAmount: Amount?

    /// Whether its references were learnt from our own generate or query (contract section 4).
    package var isProven: Bool

    /// How it was first heard of.
    package var origin = TransactionOrigin.notify

    /// How surely it is known which of its references is the merchant's.
    package enum Roles: UInt8, CaseIterable, Sendable {
        case known = 0
        case assumed = 1
        /// They were assumed, wrongly, and have changed places since.
        case corrected = 2
    }

    /// How surely it is known which of its references is the merchant's.
    package var roles = Roles.known

    package init(
        id: Int64,
        partnerReferenceNo: Reference,
        referenceNo: Reference?,
        status: TransactionStatus,
        applied: StatusCodeSet,
        expectedAmount: Amount?,
        isProven: Bool
    ) {
        self.id = id
        self.partnerReferenceNo = partnerReferenceNo
        self.referenceNo = referenceNo
        self.status = status
        self.applied = applied
        self.expectedAmount = expectedAmount
        self.isProven = isProven
    }

    /// Whether one of its references is one of the pair's, in whichever role.
    package func carries(_ pair: ReferencePair) -> Bool {
        let values = [pair.originalPartnerReferenceNo, pair.originalReferenceNo]
        return values.contains(partnerReferenceNo) || values.contains { $0 == referenceNo }
    }
}
