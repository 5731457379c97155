/// The answer a callback gets; the protocol's codes for it are made elsewhere.
package enum CallbackAnswer: UInt8, CaseIterable, Sendable {
    /// 2005600.
    case successful = 0
    /// 4015600: outside the timestamp tolerance, or not accepted as the gateway's word.
    case unauthorized = 1
    /// 4095600: the X-EXTERNAL-ID belongs to another fact.
    case conflict = 2
    /// 4045601: no such transaction.
    case transactionNotFound = 3
    /// 4045613: another amount than expected.
    case invalidAmount = 4
    /// A header or member is missing or malformed; the receiver of the callback knows which.
    case invalid = 5
}

/// What a verdict does to the stored transactions.
package enum VerdictEffect: Equatable, Sendable {
    case nothing
    /// Moves a known transaction on; `order` tells which of the pair is its gateway reference.
    case advance(TransactionState, to: TransactionStatus, order: ReferenceOrder)
    /// Makes a transaction. `rolesAssumed`: the order is a guess that a query may correct.
    case create(order: ReferenceOrder, to: TransactionStatus, rolesAssumed: Bool)
}

/// What was decided about one callback.
package struct Verdict: Equatable, Sendable {
    package var answer: CallbackAnswer
    package var outcome: CallbackOutcome
    package var effect = VerdictEffect.nothing
    package var attention: Set<AttentionKind> = []

    /// Whether the gateway is to be asked about it at once.
    package var needsQuery = false

    /// The transaction it is about, where one was recognised.
    package var transactionID: Int64?

    /// The order in which the callback's references are that transaction's.
    package var order: ReferenceOrder?

    package init(_ answer: CallbackAnswer, _ outcome: CallbackOutcome) {
        self.answer = answer
        self.outcome = outcome
    }
}
