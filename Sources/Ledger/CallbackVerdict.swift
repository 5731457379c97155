import Payments

/// Where the references of a callback lead.
enum CallbackTarget {
    /// Exactly one order of its pair matches this transaction.
    case known(Payment, ReferenceOrder)
    /// A reference is this transaction's, but not with the other one; or the other cannot be read.
    case contradiction(Payment)
    /// No transaction carries its references; the payment that holds its like, if there is one.
    case unconfirmed(Payment?)
    /// None of its references can be read.
    case unreadable

    /// The stored payment it belongs to.
    var payment: Payment? {
        switch self {
        case .known(let payment, _), .contradiction(let payment): payment
        case .unconfirmed(let payment): payment
        case .unreadable: nil
        }
    }
}

/// How a callback's X-EXTERNAL-ID was used before on its day of receipt.
enum ExternalIDUse: Equatable {
    case free
    case sameFact
    /// Its owner says this; nil when the owner could not be read.
    case otherFact(Fact?)
}

/// What is known when one authentic callback is judged.
struct CallbackEvidence {
    let content: CallbackContent

    /// Milliseconds since the epoch, by our clock.
    let receivedMilliseconds: Int64

    /// X-TIMESTAMP in milliseconds since the epoch; nil when it could not be read, or when the
    /// callback was judged before and its age does not matter any more.
    let signedMilliseconds: Int64?
    let externalIDUse: ExternalIDUse
    let target: CallbackTarget

    /// What was decided about facts of the target.
    let decisions: [DecidedFact]

    /// The order of the pair that a generated transaction last proved.
    let provenOrder: ReferenceOrder?
}

/// What was decided about one callback.
struct CallbackVerdict: Equatable {
    /// What it does to the stored payments.
    enum Effect: Equatable {
        case nothing
        /// Moves its transaction on; the order tells which of the pair is the gateway's reference.
        case advance(to: TransactionStatus, ReferenceOrder)
        /// Makes a transaction. `isGuess`: the order is one that a query may correct.
        case create(TransactionStatus, ReferenceOrder, isGuess: Bool)
        /// The success that stands is known without its marks: it takes the callback's.
        case learnMarks
    }

    var answer: CallbackAnswer
    var outcome: CallbackOutcome
    var effect = Effect.nothing

    /// Entries that it raises, in the order in which they are opened.
    var attention: [AttentionKind] = []

    /// Whether the gateway is to be asked about it at once.
    var asks = false

    init(
        _ answer: CallbackAnswer,
        _ outcome: CallbackOutcome,
        attention: [AttentionKind?] = [],
        asks: Bool = false
    ) {
        self.answer = answer
        self.outcome = outcome
        self.attention = attention.compactMap(\.self)
        self.asks = asks
    }
}
