package import Payments

/// A decision of an operator about an entry or a payment.
package struct OperatorDecision: Sendable {
    package var note: String

    /// The name of the operator's token, written to the transition and the entries.
    package var name: String

    /// The status that is accepted; nil resolves an entry without accepting anything.
    package var accept: LatestTransactionStatus?

    /// The accepted amount; nil for that of the chosen fact.
    package var amount: Amount?

    /// The callback whose fact is accepted, where the entry has several.
    package var callbackID: CallbackID?

    package init(
        note: String,
        name: String,
        accept: LatestTransactionStatus? = nil,
        amount: Amount? = nil,
        callbackID: CallbackID? = nil
    ) {
        self.note = note
        self.name = name
        self.accept = accept
        self.amount = amount
        self.callbackID = callbackID
    }
}

/// The result of an operator's decision.
package enum DecisionOutcome: Equatable, Sendable {
    /// It is recorded; nil where the accepted status is already the current one.
    case done(Transition?)
    /// No entry has this ID.
    case unknownEntry
    case alreadyResolved
    /// The status table does not lead from the current status to the accepted one.
    case notAllowed(from: TransactionStatus?, to: LatestTransactionStatus)
    /// The entry is about no fact.
    case nothingToAccept
    /// The entry is about references that no transaction carries; the operator must name the
    /// merchant's reference, because here it is only assumed.
    case unconfirmedPayment(partnerReferenceNo: Reference)
    /// The entry has facts with several amounts; the operator must choose one.
    case severalFacts([Fact])
    /// No callback of the payment has the ID that the operator named.
    case unknownCallback(CallbackID)
    /// A success or refund needs an amount, and no fact has one.
    case amountRequired
}
