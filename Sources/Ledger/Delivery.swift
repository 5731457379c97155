package import Payments

/// The SHA-256 of the string that was signed.
///
/// RSASSA-PKCS1-v1_5 is deterministic: signatures of one key are equal exactly when these are.
package struct SignedDigest: Hashable, Sendable {
    /// The digest's four words, the first bytes in the highest places.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    package init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        words = (first, second, third, fourth)
    }

    package static func == (one: SignedDigest, other: SignedDigest) -> Bool {
        one.words == other.words
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// Where an authentic callback failed before it could be judged.
package enum DeliveryFailure: String, Sendable {
    /// Its headers: rows 3 and 4 of the checks table. Headers other than X-TIMESTAMP are not
    /// signed, so this says nothing about a later delivery with other headers.
    case headers
    /// X-PARTNER-ID is another one's: row 5.
    case partner
    /// Its body: rows 7 to 9.
    case body

    /// Whether it lies in what the signature does not cover.
    package var isUnsigned: Bool { self != .body }
}

/// What an authentic callback says.
///
/// A class: it never changes, and every step of a decision looks at it.
package final class CallbackContent: Sendable {
    /// Why one cannot be read.
    package struct Defect: Equatable, Sendable {
        package let failure: DeliveryFailure

        /// The response code for it.
        package let code: String

        /// The response message for it.
        package let problem: String

        package init(_ failure: DeliveryFailure, code: String, problem: String) {
            self.failure = failure
            self.code = code
            self.problem = problem
        }
    }

    /// What it says; nil when that cannot be read.
    package let fact: Fact?

    /// Its `finishedTime` and `originalExternalId`, when it can be read.
    package let marks: SuccessMarks

    /// Nil when it can be read.
    package let defect: Defect?

    /// Its references in the order received; fewer than two where one cannot be read.
    package let references: [Reference]

    /// A readable one.
    package init(_ fact: Fact, marks: SuccessMarks) {
        self.fact = fact
        self.marks = marks
        defect = nil
        references = [fact.pair.originalPartnerReferenceNo, fact.pair.originalReferenceNo]
    }

    /// An unreadable one, with the references that can be read nevertheless.
    package init(_ defect: Defect, references: [Reference]) {
        fact = nil
        marks = SuccessMarks()
        self.defect = defect
        self.references = references
    }

    /// What tells an unreadable one from others in the attention list: the answer that it got.
    var failureCause: String? { defect.map { "\($0.code) \($0.problem)" } }

    /// Where it failed, when it did.
    package var failure: DeliveryFailure? { defect?.failure }
}

extension CallbackContent: Equatable {
    package static func == (one: CallbackContent, other: CallbackContent) -> Bool {
        one === other
            || (one.fact == other.fact && one.marks == other.marks && one.defect == other.defect
                && one.references == other.references)
    }
}

/// One authentic callback as it was received.
///
/// A row of the journal: a property for each column. A class, because it goes through many hands,
/// from the loop that received it to the change that keeps it, and a copy is dear.
package final class Delivery: Sendable {
    /// How the signature was verified.
    package struct Verification: Hashable, Sendable {
        /// The path that was signed.
        package let path: String
        /// `raw` or `minified`.
        package let bodyForm: String
        /// Lowercase hex SHA-256 of the key's SPKI DER.
        package let keyFingerprint: String

        package init(path: String, bodyForm: String, keyFingerprint: String) {
            self.path = path
            self.bodyForm = bodyForm
            self.keyFingerprint = keyFingerprint
        }
    }

    /// Milliseconds since the epoch, by our clock.
    package let receivedMilliseconds: Int64

    /// The client's address, as text.
    package let client: String

    /// The request line and header fields, byte for byte.
    package let head: [UInt8]

    /// The body, byte for byte.
    package let body: [UInt8]

    /// X-EXTERNAL-ID on its day of receipt, when it was well formed.
    package let externalIDKey: ExternalIDKey?

    /// X-TIMESTAMP, literally.
    package let timestamp: String

    /// X-TIMESTAMP in milliseconds since the epoch, when it was well formed.
    package let signedMilliseconds: Int64?
    package let signedDigest: SignedDigest
    package let verification: Verification
    package let content: CallbackContent

    package init(
        receivedMilliseconds: Int64,
        client: String,
        head: [UInt8],
        body: [UInt8],
        externalID: String?,
        timestamp: String,
        signedMilliseconds: Int64?,
        signedDigest: SignedDigest,
        verification: Verification,
        content: CallbackContent
    ) {
        self.receivedMilliseconds = receivedMilliseconds
        self.client = client
        self.head = head
        self.body = body
        externalIDKey = externalID.map {
            ExternalIDKey(externalID: $0, receivedMilliseconds: receivedMilliseconds)
        }
        self.timestamp = timestamp
        self.signedMilliseconds = signedMilliseconds
        self.signedDigest = signedDigest
        self.verification = verification
        self.content = content
    }
}

extension Delivery {
    /// X-EXTERNAL-ID, when it was well formed.
    package var externalID: String? { externalIDKey?.externalID }
}

/// What was decided about a delivery.
package struct Judgement: Equatable, Sendable {
    /// The journal's number of the callback; a redelivery has the number of the kept one.
    package let callbackID: Int64
    package let answer: CallbackAnswer
    package let outcome: CallbackOutcome

    /// The transition that it caused, if it did.
    package let sequence: Int64?

    /// Whether the same signature was kept before.
    package let isRedelivery: Bool

    package init(
        callbackID: Int64,
        answer: CallbackAnswer,
        outcome: CallbackOutcome,
        sequence: Int64?,
        isRedelivery: Bool
    ) {
        self.callbackID = callbackID
        self.answer = answer
        self.outcome = outcome
        self.sequence = sequence
        self.isRedelivery = isRedelivery
    }
}
