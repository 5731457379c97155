package import Payments

/// The SHA-256 of the string to sign, which identifies a signature.
///
/// RSASSA-PKCS1-v1_5 is deterministic: two signatures by one key are equal exactly when their
/// digests are. A redelivery is recognised by it (article Checks, row 5a).
package struct SignedDigest: Hashable, Sendable {
    /// The digest as four big-endian words.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    package init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        words = (first, second, third, fourth)
    }

    package static func == (one: SignedDigest, other: SignedDigest) -> Bool {
        one.words == other.words
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// Which part of an authentic callback failed a check before its fact could be judged.
package enum DeliveryFailure: String, Sendable {
    /// The client's address is not in `allowedAddresses` (article Checks, row 2).
    case address
    /// Its headers (article Checks, row 3, and article Checks, row 4).
    ///
    /// Headers other than X-TIMESTAMP are not signed, so a later delivery with other headers may
    /// pass.
    case headers
    /// X-PARTNER-ID is not the configured `clientId` (article Checks, row 5).
    case partner
    /// Its body, which is signed (article Checks, row 7, to article Checks, row 9).
    case body

    /// Whether the failure is in a part that the signature does not cover.
    package var isUnsigned: Bool { self != .body }
}

/// The parsed content of an authentic callback.
///
/// A class, so that all steps of a decision share one immutable object.
package final class CallbackContent: Sendable {
    /// Why a callback is unreadable.
    package struct Defect: Equatable, Sendable {
        package let failure: DeliveryFailure

        /// The response code for the failure, such as `4005601`.
        package let code: String

        /// The response message for the failure.
        package let problem: String

        package init(_ failure: DeliveryFailure, code: String, problem: String) {
            self.failure = failure
            self.code = code
            self.problem = problem
        }
    }

    /// Its fact; nil when it is unreadable.
    package let fact: Fact?

    /// Its `finishedTime` and `originalExternalId`; empty when it is unreadable.
    package let marks: SuccessMarks

    /// Nil when it is readable.
    package let defect: Defect?

    /// Its readable references in the order received: two, one or none.
    package let references: [Reference]

    /// Creates the content of a readable callback.
    package init(_ fact: Fact, marks: SuccessMarks) {
        self.fact = fact
        self.marks = marks
        defect = nil
        references = [fact.pair.originalPartnerReferenceNo, fact.pair.originalReferenceNo]
    }

    /// Creates the content of an unreadable callback, with the references that are still readable:
    /// by them the payment can be queried.
    package init(_ defect: Defect, references: [Reference]) {
        fact = nil
        marks = SuccessMarks()
        self.defect = defect
        self.references = references
    }

    /// The cause under which the attention list groups unreadable callbacks: the response.
    var failureCause: String? { defect.map { "\($0.code) \($0.problem)" } }

    /// The part that failed; nil when it is readable.
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
/// A row of the journal: one property for each column. A class, so that the steps from the event
/// loop to the stored change share one object instead of copying its bytes.
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

    /// The time of receipt, in milliseconds since the epoch, by the receiver's clock.
    package let receivedMilliseconds: Int64

    /// The client's address, as text.
    package let client: String

    /// The request line and header fields, byte for byte.
    package let head: [UInt8]

    /// The body, byte for byte.
    package let body: [UInt8]

    /// X-EXTERNAL-ID with the day of receipt; nil when malformed.
    package let externalIDKey: ExternalIDKey?

    /// X-TIMESTAMP as received.
    package let timestamp: String

    /// X-TIMESTAMP in milliseconds since the epoch; nil when malformed.
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
    /// X-EXTERNAL-ID; nil when malformed.
    package var externalID: String? { externalIDKey?.externalID }
}

/// The decision about a delivery.
package struct Judgement: Equatable, Sendable {
    /// The ID of the callback in the journal; for a redelivery, that of the stored callback.
    package let callbackID: Int64
    package let response: CallbackResponse
    package let outcome: CallbackOutcome

    /// The sequence number of the transition that it caused; nil when it caused none.
    package let sequence: Int64?

    /// Whether a callback with the same signature was already stored.
    package let isRedelivery: Bool

    package init(
        callbackID: Int64,
        response: CallbackResponse,
        outcome: CallbackOutcome,
        sequence: Int64?,
        isRedelivery: Bool
    ) {
        self.callbackID = callbackID
        self.response = response
        self.outcome = outcome
        self.sequence = sequence
        self.isRedelivery = isRedelivery
    }
}
