import Payments

/// The stored payment that the references of a callback identify.
enum CallbackTarget {
    /// Exactly one order of its pair matches this transaction.
    case known(Payment, ReferenceOrder)
    /// This transaction carries one of the references, but not with the other one, or the other one
    /// is unreadable.
    case contradiction(Payment)
    /// No transaction carries its references; the unconfirmed payment that does, if there is one.
    case unconfirmed(Payment?)
    /// No reference is readable.
    case unreadable

    /// The stored payment that the callback belongs to.
    var payment: Payment? {
        switch self {
        case .known(let payment, _), .contradiction(let payment): payment
        case .unconfirmed(let payment): payment
        case .unreadable: nil
        }
    }
}

/// Whether a callback's X-EXTERNAL-ID was used before on its day of receipt.
enum ExternalIDUse: Equatable {
    case free
    case sameFact
    /// The owner of the id has this fact; nil when the owner is unreadable.
    case otherFact(Fact?)
}

/// The input for the judgement of one authentic callback.
struct CallbackEvidence {
    let content: CallbackContent

    /// The time of receipt, in milliseconds since the epoch, by the receiver's clock.
    let receivedMilliseconds: Int64

    /// X-TIMESTAMP in milliseconds since the epoch; nil skips the check of age, because the header
    /// is malformed or the age was already judged on receipt.
    let signedMilliseconds: Int64?
    let externalIDUse: ExternalIDUse
    let target: CallbackTarget

    /// The decisions about facts of the target's payment.
    let decisions: [DecidedFact]

    /// The order last corroborated by a generated payment.
    let corroboratedOrder: ReferenceOrder?
}

/// The decision about one callback.
struct CallbackVerdict: Equatable {
    /// The effect on the stored payments.
    enum Effect: Equatable {
        case nothing
        /// A transition of its transaction; the order tells which reference is the gateway's.
        case advance(to: TransactionStatus, ReferenceOrder)
        /// A new transaction.
        ///
        /// `isGuess`: the order is assumed, and a query may correct it.
        case create(TransactionStatus, ReferenceOrder, isGuess: Bool)
        /// The current success lacks a mark, because a query reported it: it takes the callback's.
        case adoptMarks
    }

    var response: CallbackResponse
    var outcome: CallbackOutcome
    var effect = Effect.nothing

    /// The kinds of entries that it raises, in this order.
    var attention: [AttentionKind] = []

    /// Whether a query must decide about it, beginning at once.
    var needsQuery: Bool

    init(
        _ response: CallbackResponse,
        _ outcome: CallbackOutcome,
        attention: [AttentionKind?] = [],
        needsQuery: Bool = false
    ) {
        self.response = response
        self.outcome = outcome
        self.attention = attention.compactMap(\.self)
        self.needsQuery = needsQuery
    }
}
