/// What a callback or an answer to a query says of a payment: its references, status and amount.
///
/// Two callbacks with equal facts say the same, however their bytes differ. The currency is part of
/// the fact in the contract; only `IDR` is accepted, so it needs no place here.
package struct Fact: Hashable, Sendable {
    package let pair: ReferencePair
    package let status: LatestTransactionStatus

    /// Nil where the amount of a success or refund has two readings (``ReportedAmount``).
    package let amount: Amount?

    package init(pair: ReferencePair, status: LatestTransactionStatus, amount: Amount?) {
        self.pair = pair
        self.status = status
        self.amount = amount
    }
}

extension Fact: CustomStringConvertible {
    /// What the fact says, for people.
    package var description: String {
        let money = amount.map { "IDR \($0)" } ?? "an ambiguous amount"
        return "\(status.code), \(money), originalPartnerReferenceNo "
            + "\(pair.originalPartnerReferenceNo), originalReferenceNo \(pair.originalReferenceNo)"
    }
}
