import Crypto
package import Snap

/// Why the signature of one callback verifies or does not.
package struct SignatureDiagnosis: Equatable, Sendable {
    /// The answer in a word; each stands in the README.
    package enum Verdict: String, CaseIterable, Sendable {
        /// The signature verifies, and nothing in the headers is against the callback.
        case verifies
        /// The signature verifies, but the request is refused for its headers, method or path.
        case refusedHeaders
        /// One change would make it verify.
        case oneChange
        /// Several changes together would.
        case severalChanges
        /// The key is right, and something was signed that is none of the candidates.
        case otherContent
        /// None of the keys made the signature.
        case otherKey
        /// The signature cannot be one: not base64, or not of a key's length.
        case unusableSignature
        /// X-SIGNATURE or X-TIMESTAMP is not there.
        case missingHeader
        /// There is no key to verify with.
        case noKeys
    }

    /// The body in one form.
    package struct Body: Equatable, Sendable {
        package let form: BodyForm
        package let bytes: Int

        /// Lowercase hexadecimal.
        package let sha256: String

        /// Whether a signature may cover it.
        package let isConfigured: Bool
    }

    /// A string that would verify.
    package struct Candidate: Equatable, Sendable {
        package let path: String
        package let form: BodyForm
        package let stringToSign: String
        package let bodySHA256: String
    }

    /// What X-SIGNATURE is.
    package struct Signature: Equatable, Sendable {
        /// How often the header is there.
        package let occurrences: Int

        /// Whether it is base64 as it has to be.
        package let isStrictBase64: Bool

        /// What it decodes to, leniently; nil when it does not.
        package let bytes: Int?

        /// The lengths of signatures by the gateway's keys.
        package let expectedBytes: [Int]
    }

    /// What was found in the signature.
    package struct Signed: Equatable, Sendable {
        package let keyFingerprint: String

        /// `RSASSA-PKCS1-v1_5` or `RSASSA-PSS`.
        package let scheme: String

        /// Such as `SHA-256`; nil when the signature names none that we know.
        package let hashFunction: String?

        /// Of the string that was signed, in hexadecimal; nil where it cannot be told.
        package let digest: String?

        /// The string that was signed, when it was found.
        package let stringToSign: String?
    }

    package let verdict: Verdict

    /// The answer in one sentence.
    package let summary: String

    /// What has to change, all of it, before the signature verifies.
    package let changes: [Change]
    package let candidates: [Candidate]
    package let bodies: [Body]
    package let keys: [KeyReport]
    package let signature: Signature
    package let signed: Signed?
    package let clock: ClockReport
    package let headers: HeaderReport

    /// Further remarks, as sentences.
    package let notes: [String]

    /// How many strings were tried.
    package let triedCount: Int

    /// Whether all were tried that the request gives rise to; at most ``triedCountMax`` are.
    package let isComplete: Bool

    /// How many strings are tried at most.
    package static let triedCountMax = CandidateSearch.candidatesMax
}
