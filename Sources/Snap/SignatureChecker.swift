package import Crypto

/// What made a signature verify; kept with the callback (contract section 4).
package struct SignatureMatch: Equatable, Sendable {
    /// The one of the configured paths.
    package let path: String

    package let form: BodyForm

    /// Fingerprint of the key.
    package let keyFingerprint: String

    /// SHA-256 of the string to sign. Signatures of one key are equal exactly when these are.
    package let digest: Digest
}

/// Checks signatures of callbacks: candidates are paths × body forms, the keys are tried in turn.
///
/// One RSA operation per key: the digest is recovered and compared with every candidate. Belongs to
/// one event loop, because it reuses contexts and buffers; the keys are shared between all of them.
package final class SignatureChecker {
    /// RSA operations so far; the costly part of the work, and what a flood makes us do.
    package private(set) var recoveriesCount: UInt64 = 0

    private let recoverers: [DigestRecoverer]
    private let paths: [String]
    private let prefixes: [[UInt8]]
    private let forms: [BodyForm]
    private let hasher: SHA256

    /// The decoded signature and the string to sign, kept for their memory only.
    private var signature: [UInt8] = []
    private var text: [UInt8] = []

    /// Where the last match was found. A gateway signs one path with one key for months, so both
    /// are tried first the next time. Candidates differ, so the order cannot change the answer.
    private var pathIndex = 0
    private var keyIndex = 0

    /// Without keys every signature is refused. Throws when OpenSSL has no memory or no RSA.
    package init(
        keys: [RSAPublicKey],
        paths: [String],
        forms: [BodyForm] = BodyForm.allCases
    ) throws(CryptoError) {
        var recoverers: [DigestRecoverer] = []
        for key in keys { recoverers.append(try DigestRecoverer(key)) }
        self.recoverers = recoverers
        self.paths = paths
        self.forms = forms
        prefixes = paths.map(StringToSign.prefix)
        hasher = try SHA256()
    }

    /// What `signature` verifies over, or nil when it does not.
    ///
    /// `signature` is the header's value: strict base64 of exactly the modulus length, anything
    /// else is refused before any RSA operation. `timestamp` is X-TIMESTAMP as received.
    package func match(
        signature text: Span<UInt8>,
        timestamp: Span<UInt8>,
        body: Span<UInt8>
    ) -> SignatureMatch? {
        // No key is larger than this, so neither is a signature that is worth decoding.
        guard text.count <= RSAKeyBits.max / 8 * 2 else { return nil }
        guard Base64.decode(text, into: &signature) else { return nil }
        for offset in recoverers.indices {
            let index = (keyIndex + offset) % recoverers.count
            let recoverer = recoverers[index]
            guard signature.count == recoverer.key.modulusBytes else { continue }
            recoveriesCount += 1
            guard let digest = recoverer.digest(in: signature.span) else { continue }
            keyIndex = index
            // A well-formed padding under this key cannot be one under another, too.
            return match(digest, by: recoverer.key, timestamp: timestamp, body: body)
        }
        return nil
    }

    /// The candidate whose digest was signed; each form of the body is hashed at most once.
    private func match(
        _ digest: Digest,
        by key: RSAPublicKey,
        timestamp: Span<UInt8>,
        body: Span<UInt8>
    ) -> SignatureMatch? {
        for form in forms {
            guard let bodyDigest = bodyDigest(of: body, as: form) else { continue }
            for offset in paths.indices {
                let index = (pathIndex + offset) % paths.count
                text.removeAll(keepingCapacity: true)
                StringToSign.append(
                    prefix: prefixes[index],
                    bodyDigest: bodyDigest,
                    timestamp: timestamp,
                    to: &text
                )
                guard hasher.digest(of: text.span) == digest else { continue }
                pathIndex = index
                return SignatureMatch(
                    path: paths[index],
                    form: form,
                    keyFingerprint: key.fingerprint,
                    digest: digest
                )
            }
        }
        return nil
    }

    /// The digest of the body in one form, or nil when that form is another one's bytes.
    private func bodyDigest(of body: Span<UInt8>, as form: BodyForm) -> Digest? {
        guard form == .minified else { return hasher.digest(of: body) }
        guard let minified = minified(body) else {
            return forms.contains(.raw) ? nil : hasher.digest(of: body)
        }
        return hasher.digest(of: minified.span)
    }
}
