package import Payments

/// One authentic callback as it was received: what the store is given.
package struct Delivery: Sendable {
    /// Where an authentic callback failed before it could be judged.
    package enum Failure: String, Sendable {
        /// Its headers: rows 3 and 4 of the checks table. Headers other than X-TIMESTAMP are not
        /// signed, so this says nothing about a later delivery with other headers.
        case headers
        /// X-PARTNER-ID is another one's: row 5.
        case partner
        /// Its body: rows 7 to 9.
        case body
    }

    /// What the callback says.
    package enum Content: Sendable {
        /// A readable one; `finishedTime` is the literal text.
        case fact(Fact, finishedTime: String?)
        /// An unreadable one, with the protocol's code and message for it, which the store only
        /// keeps, and the references where they could be read nevertheless.
        case failure(Failure, code: String, problem: String, pair: ReferencePair?)
    }

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
    package var receivedMilliseconds: Int64

    /// Who sent it, as text.
    package var client: String

    /// The request line and header fields, byte for byte.
    package var head: [UInt8]

    /// The body, byte for byte.
    package var body: [UInt8]

    /// X-EXTERNAL-ID, when it was well formed.
    package var externalID: String?

    /// X-TIMESTAMP, literally.
    package var timestamp: String

    /// X-TIMESTAMP in milliseconds since the epoch, when it was well formed.
    package var signedMilliseconds: Int64?

    /// The front of the SHA-256 of the string that was signed. Signatures of one key are equal
    /// exactly when these strings are; the body and X-TIMESTAMP are compared besides.
    package var signatureKey: Int64
    package var verification: Verification
    package var content: Content

    package init(
        receivedMilliseconds: Int64,
        client: String,
        head: [UInt8],
        body: [UInt8],
        externalID: String?,
        timestamp: String,
        signedMilliseconds: Int64?,
        signatureKey: Int64,
        verification: Verification,
        content: Content
    ) {
        self.receivedMilliseconds = receivedMilliseconds
        self.client = client
        self.head = head
        self.body = body
        self.externalID = externalID
        self.timestamp = timestamp
        self.signedMilliseconds = signedMilliseconds
        self.signatureKey = signatureKey
        self.verification = verification
        self.content = content
    }

    /// What it says, when that could be read.
    var fact: Fact? {
        if case .fact(let fact, _) = content { fact } else { nil }
    }

    /// What it says, for whoever acts on it; nil when that could not be read.
    func claim(callbackID: Int64) -> Claim? {
        guard case .fact(let fact, let finishedTime) = content else { return nil }
        return Claim(
            callbackID: callbackID,
            fact: fact,
            finishedTime: finishedTime,
            externalID: externalID
        )
    }

    /// Its references, when they could be read.
    var pair: ReferencePair? {
        switch content {
        case .fact(let fact, _): fact.pair
        case .failure(_, _, _, let pair): pair
        }
    }

    /// Where it failed, when it did.
    var failure: Failure? {
        if case .failure(let failure, _, _, _) = content { failure } else { nil }
    }
}

/// What became of a delivery, once that is on disk.
package struct Judgement: Equatable, Sendable {
    /// The journal's number of the callback; a repetition has the number of the kept one.
    package let callbackID: Int64
    package let answer: CallbackAnswer
    package let outcome: CallbackOutcome

    /// The transition that it caused, if it did.
    package let sequence: Int64?

    /// Whether the same bytes were kept before.
    package let isRepetition: Bool
}
