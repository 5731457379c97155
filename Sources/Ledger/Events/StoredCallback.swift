package import Payments

/// A callback of the journal, without the bytes, which no decision needs.
///
/// A row: one property for each column that decisions need.
package struct StoredCallback: Equatable, Sendable {
    package let id: CallbackID

    /// The payment that its references identify; nil when no reference is readable.
    package var paymentID: Payment.ID?

    /// The time of receipt, in milliseconds since the epoch, by the receiver's clock.
    package let receivedMilliseconds: Int64

    /// X-TIMESTAMP in milliseconds since the epoch; nil when malformed.
    package let signedMilliseconds: Int64?

    /// X-EXTERNAL-ID; nil when malformed.
    package let externalID: String?
    package let signedDigest: SignedDigest
    package var content: CallbackContent
    package var outcome: CallbackOutcome
    package var response: CallbackResponse

    /// Whether it waits for a query.
    ///
    /// Of several callbacks with one fact only the first waits: the report that resolves it
    /// resolves the others.
    package var isWaiting = false

    /// The sequence number of the transition that it caused; nil when it caused none.
    package var sequence: Int64?

    /// Whether it was the first callback under its X-EXTERNAL-ID, on its day of receipt, with the
    /// response 2005600.
    package var ownsExternalID = false

    package init(
        id: CallbackID,
        paymentID: Payment.ID?,
        receivedMilliseconds: Int64,
        signedMilliseconds: Int64?,
        externalID: String?,
        signedDigest: SignedDigest,
        content: CallbackContent,
        outcome: CallbackOutcome,
        response: CallbackResponse
    ) {
        self.id = id
        self.paymentID = paymentID
        self.receivedMilliseconds = receivedMilliseconds
        self.signedMilliseconds = signedMilliseconds
        self.externalID = externalID
        self.signedDigest = signedDigest
        self.content = content
        self.outcome = outcome
        self.response = response
    }
}

extension StoredCallback {
    /// Its X-EXTERNAL-ID together with its day of receipt.
    package var externalIDKey: ExternalIDKey? {
        externalID.map { ExternalIDKey(externalID: $0, receivedMilliseconds: receivedMilliseconds) }
    }
}

/// An X-EXTERNAL-ID on one day of receipt, which must not name two facts (article Checks, row 10).
package struct ExternalIDKey: Hashable, Sendable {
    package let externalID: String

    /// Days since 1970-01-01 in Jakarta, by the receiver's clock.
    package let day: Int64

    /// The hash of ``externalID``, computed once because one key is looked up several times.
    private let textHash: Int

    package init(externalID: String, receivedMilliseconds: Int64) {
        self.externalID = externalID
        textHash = externalID.hashValue
        day = Self.day(of: receivedMilliseconds)
    }

    package static func == (one: ExternalIDKey, other: ExternalIDKey) -> Bool {
        one.textHash == other.textHash && one.day == other.day
            && one.externalID == other.externalID
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(textHash) }

    /// Days since 1970-01-01 in Jakarta, rounded down; +07:00 throughout, without daylight saving.
    package static func day(of milliseconds: Int64) -> Int64 {
        let shifted = milliseconds + 7 * 3_600_000
        let (quotient, remainder) = shifted.quotientAndRemainder(dividingBy: 86_400_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// When a day begins in Jakarta, in milliseconds since the epoch.
    package static func start(of day: Int64) -> Int64 { day * 86_400_000 - 7 * 3_600_000 }
}

/// The first callback under an X-EXTERNAL-ID on its day with the response 2005600.
///
/// Only an acknowledged callback owns its id: the gateway retries a rejected one under the same id,
/// and that retry must not conflict with itself.
package struct ExternalIDOwner: Equatable, Sendable {
    package let callbackID: CallbackID

    /// Its fact; nil when it is unreadable.
    package let fact: Fact?

    package init(callbackID: CallbackID, fact: Fact?) {
        self.callbackID = callbackID
        self.fact = fact
    }
}

/// A decision about a fact or cause that no transition of the payment records.
package struct DecidedFact: Equatable, Sendable {
    /// The decision.
    package enum Decision: UInt8, CaseIterable, Sendable {
        /// An operator accepted it: it stands.
        case accepted = 0
        /// An operator resolved its entry without accepting it.
        case dismissed = 1
        /// A query has resolved it: its retry gets 2005600 instead of another rejection.
        case resolvedByQuery = 2
    }

    package var paymentID: Payment.ID?
    package let decision: Decision

    /// Nil when the decision is about a cause.
    package let fact: Fact?

    /// The cause of the entry's event; empty when the decision is about a fact.
    package let cause: String

    /// The entry that an operator resolved; redeliveries are counted there.
    package let entryID: AttentionEntry.ID?

    package init(
        paymentID: Payment.ID?,
        decision: Decision,
        fact: Fact?,
        cause: String,
        entryID: AttentionEntry.ID?
    ) {
        self.paymentID = paymentID
        self.decision = decision
        self.fact = fact
        self.cause = cause
        self.entryID = entryID
    }
}
