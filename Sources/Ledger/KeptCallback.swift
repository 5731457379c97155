package import Payments

/// A callback of the journal, as far as decisions need it.
///
/// A row: a property for each column that decisions need.
package struct KeptCallback: Equatable, Sendable {
    package typealias ID = Int64

    package let id: ID

    /// The payment that its references lead to; nil when none of them could be read.
    package var paymentID: Payment.ID?

    /// Milliseconds since the epoch, by our clock.
    package let receivedMilliseconds: Int64

    /// X-TIMESTAMP in milliseconds since the epoch, when it was well formed.
    package let signedMilliseconds: Int64?

    /// X-EXTERNAL-ID, when it was well formed.
    package let externalID: String?
    package let signedDigest: SignedDigest
    package var content: CallbackContent
    package var outcome: CallbackOutcome
    package var answer: CallbackAnswer

    /// Whether it waits for the gateway's answer to a query. Of several callbacks with one fact
    /// only the first waits: what resolves it resolves the others.
    package var isWaiting = false

    /// The transition that it caused, if it did.
    package var sequence: Int64?

    /// Whether it was the first under its X-EXTERNAL-ID, on its day of receipt, that was answered
    /// 2005600.
    package var ownsExternalID = false

    package init(
        id: ID,
        paymentID: Payment.ID?,
        receivedMilliseconds: Int64,
        signedMilliseconds: Int64?,
        externalID: String?,
        signedDigest: SignedDigest,
        content: CallbackContent,
        outcome: CallbackOutcome,
        answer: CallbackAnswer
    ) {
        self.id = id
        self.paymentID = paymentID
        self.receivedMilliseconds = receivedMilliseconds
        self.signedMilliseconds = signedMilliseconds
        self.externalID = externalID
        self.signedDigest = signedDigest
        self.content = content
        self.outcome = outcome
        self.answer = answer
    }
}

extension KeptCallback {
    /// Its X-EXTERNAL-ID on its day of receipt.
    package var externalIDKey: ExternalIDKey? {
        externalID.map { ExternalIDKey(externalID: $0, receivedMilliseconds: receivedMilliseconds) }
    }
}

/// An X-EXTERNAL-ID on one day of receipt: what has to be unique (contract section 4, row 10).
package struct ExternalIDKey: Hashable, Sendable {
    package let externalID: String

    /// Days since 1970-01-01 in Jakarta, by our clock.
    package let day: Int64

    /// Of ``externalID``: computed once, since one key is looked up several times.
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

    /// Days since 1970-01-01 in Jakarta, which has no daylight saving time.
    package static func day(of milliseconds: Int64) -> Int64 {
        let shifted = milliseconds + 7 * 3_600_000
        let quotient = shifted / 86_400_000
        return shifted < 0 && shifted % 86_400_000 != 0 ? quotient - 1 : quotient
    }

    /// When a day begins in Jakarta, in milliseconds since the epoch.
    package static func start(of day: Int64) -> Int64 { day * 86_400_000 - 7 * 3_600_000 }
}

/// The first callback under an X-EXTERNAL-ID on its day that was answered 2005600.
package struct ExternalIDOwner: Equatable, Sendable {
    package let callbackID: KeptCallback.ID

    /// What it says; nil when it could not be read.
    package let fact: Fact?

    package init(callbackID: KeptCallback.ID, fact: Fact?) {
        self.callbackID = callbackID
        self.fact = fact
    }
}

/// A fact that was decided about without a transition of the payment's own references.
package struct DecidedFact: Equatable, Sendable {
    /// What was decided about it.
    package enum Decision: UInt8, CaseIterable, Sendable {
        /// An operator accepted it: it stands.
        case accepted = 0
        /// An operator resolved its entry without accepting it.
        case dismissed = 1
        /// A query answered what it asks: its retry is answered 2005600.
        case answered = 2
    }

    package var paymentID: Payment.ID?
    package let decision: Decision

    /// Nil for a cause that is no fact.
    package let fact: Fact?

    /// What else may be decided about: the cause of an entry's event.
    package let cause: String

    /// The entry that an operator resolved.
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
