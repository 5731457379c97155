/// Which of a callback's two references is the merchant's.
package enum ReferenceOrder: UInt8, CaseIterable, Sendable {
    /// `originalReferenceNo` is the merchant's: the notify table of Cash In's documentation.
    case cashIn = 0
    /// `originalPartnerReferenceNo` is the merchant's: SNAP BI, and what DANA sends.
    case snap = 1

    /// The merchant's reference of `pair` under this order.
    package func merchant(of pair: ReferencePair) -> Reference {
        self == .snap ? pair.originalPartnerReferenceNo : pair.originalReferenceNo
    }

    /// The gateway's reference of `pair` under this order.
    package func gateway(of pair: ReferencePair) -> Reference {
        self == .snap ? pair.originalReferenceNo : pair.originalPartnerReferenceNo
    }
}
