/// What a callback says of a payment: its references, status and amount.
///
/// Two callbacks with equal facts say the same, however their bytes differ. The currency is part of
/// the fact in the contract; only `IDR` is accepted, so it needs no place here.
package struct Fact: Hashable, Sendable {
    package let pair: ReferencePair
    package let status: LatestTransactionStatus
    package let amount: Amount

    package init(pair: ReferencePair, status: LatestTransactionStatus, amount: Amount) {
        self.pair = pair
        self.status = status
        self.amount = amount
    }
}
