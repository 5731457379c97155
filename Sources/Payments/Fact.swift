/// What a callback or a query report states about a payment: references, status and amount.
///
/// Two callbacks with equal facts state the same, even if their bytes differ. The currency is not
/// stored, because only `IDR` is accepted (article Checks, row 9).
package struct Fact: Hashable, Sendable {
    package let pair: ReferencePair
    package let status: LatestTransactionStatus

    /// Nil when the amount of a success or refund is ambiguous (``ReportedAmount``).
    package let amount: Amount?

    package init(pair: ReferencePair, status: LatestTransactionStatus, amount: Amount?) {
        self.pair = pair
        self.status = status
        self.amount = amount
    }
}

extension Fact: CustomStringConvertible {
    /// The fact as part of a sentence, for operators.
    ///
    /// Entries store this text as the cause of an event, and dismissals compare it: another wording
    /// would open dismissed entries again.
    package var description: String {
        let money = amount.map { "IDR \($0)" } ?? "an ambiguous amount"
        return "\(status.code), \(money), originalPartnerReferenceNo "
            + "\(pair.originalPartnerReferenceNo), originalReferenceNo \(pair.originalReferenceNo)"
    }
}
