import Crypto
package import Snap

/// The explanation why the signature of one callback verifies or does not.
///
/// The caller of the notify listener never sees it: the response to a bad signature is always the
/// same (article Checks, row 5).
package struct SignatureDiagnosis: Equatable, Sendable {
    /// The result of the diagnosis; a test checks that the operators' page has each case.
    ///
    /// The raw values are part of the API (`verdict`) and must not change.
    package enum Verdict: String, CaseIterable, Sendable {
        /// The signature verifies, and the headers pass every check.
        case verifies
        /// The signature verifies, but a header, the method or the path fails a check.
        case refusedHeaders
        /// One change would make it verify.
        case oneChange
        /// Several changes together would make it verify.
        case severalChanges
        /// The key is right, but the signature covers none of the strings that were tried.
        case otherContent
        /// The signature was made with none of the keys.
        case otherKey
        /// The header is not a signature: not base64, or not of the length of a key.
        case unusableSignature
        /// X-SIGNATURE or X-TIMESTAMP is missing.
        case missingHeader
        /// No key of the gateway is configured.
        case noKeys
    }

    /// The hash of the body in one form.
    package struct Body: Equatable, Sendable {
        package let form: BodyForm
        /// Length of the body in this form.
        package let bytes: Int

        /// Lowercase hexadecimal SHA-256 of these bytes.
        package let sha256: String

        /// Whether the configuration accepts this form.
        package let isConfigured: Bool
    }

    /// A string that verification accepts: one for each configured path and body form.
    package struct Candidate: Equatable, Sendable {
        package let path: String
        package let form: BodyForm
        package let stringToSign: String
        package let bodySHA256: String
    }

    /// The form of X-SIGNATURE.
    package struct Signature: Equatable, Sendable {
        /// The number of X-SIGNATURE fields.
        package let occurrences: Int

        /// Whether a value is strict base64.
        package let isStrictBase64: Bool

        /// The number of bytes after lenient decoding; nil if it cannot be decoded.
        package let bytes: Int?

        /// The lengths in bytes of signatures by the gateway's keys, ascending.
        package let expectedBytes: [Int]

        /// The symmetric signatures of SNAP BI and its relatives, by their length in bytes.
        static let symmetricBytes = [32: "HMAC-SHA256", 64: "HMAC-SHA512"]

        /// The symmetric signature that has this length; nil if none has.
        var symmetricName: String? {
            bytes.flatMap { expectedBytes.contains($0) ? nil : Self.symmetricBytes[$0] }
        }
    }

    /// The content of the opened signature.
    package struct Signed: Equatable, Sendable {
        /// The fingerprint of the key that opens it.
        package let keyFingerprint: String

        /// `RSASSA-PKCS1-v1_5` or `RSASSA-PSS`.
        package let scheme: String

        /// The hash function, such as `SHA-256`; nil if the signature names no known one.
        package let hashFunction: String?

        /// The digest of the signed string in hexadecimal; nil if the signature does not contain
        /// it.
        package let digest: String?

        /// The signed string; nil if it was not found.
        package let stringToSign: String?

        /// The path in the signed string; nil if it was not found or has none.
        package let path: String?
    }

    package let verdict: Verdict

    /// The result in one sentence.
    package let summary: String

    /// All changes that are necessary before the signature verifies.
    package let changes: [SignatureDifference]

    /// What to do about each of ``changes``, in their order.
    package let remedies: [Remedy]

    /// The strings that verification accepts; empty unless X-TIMESTAMP occurs once.
    package let candidates: [Candidate]
    package let bodies: [Body]
    /// The keys that were tried.
    package let keys: [KeyReport]
    package let signature: Signature
    /// The content of the signature; nil if no key opens it.
    package let signed: Signed?
    package let clock: ClockReport
    package let headers: HeaderReport

    /// Further findings, as sentences.
    package let notes: [String]

    /// The number of strings tried.
    package let triedCount: Int

    /// Whether all variants of the request were tried; false if ``triedCountMax`` or the size limit
    /// was reached.
    package let isComplete: Bool

    /// Maximum number of strings tried.
    package static let triedCountMax = CandidateSearch.candidatesMax
}

/// One difference between what was signed and what the configuration expects.
package struct SignatureDifference: Equatable, Sendable {
    package let name: Name

    /// The difference, as a sentence without its full stop.
    package let detail: String

    /// The closed list of differences that the search knows; a test checks that the
    /// operators' page has each.
    ///
    /// The raw values are part of the API (`changes[].change`) and must not change.
    package enum Name: String, CaseIterable, Sendable {
        // Changes of the path in the string to sign.
        case completeURL, pathOnly, registeredPath, standardPath, snapPath, receivedTarget
        case proxyPrefix, query, trailingSlash, leadingSlash, scheme, host
        // Changes of the hashed body.
        case bodyForm, whitespaceFree, lineBreaks, blankRuns, layout, lineEnds, bodyEnd
        case byteOrderMark, memberOrder, nullMembers, slashEscapes, unicodeEscapes, numberLiterals
        case numberQuotes, quotes, charset, unicodeForm, compression, wrapper, emptyBody
        // Changes of the other parts of the string to sign.
        case timestampForm, timestampShift, method, hashCase, hashForm, bodyText, separators
        case bearerToken, tokenString
        // Faults of the signature and its key.
        case repeatedHeader, signatureEncoding, signatureHash, signatureScheme, merchantKey
        case otherKey
    }
}
