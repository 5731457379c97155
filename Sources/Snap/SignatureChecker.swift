package import Crypto

/// What verified a signature; stored with the callback (article Protocol).
package struct SignatureMatch: Equatable, Sendable {
    /// The configured path that matched.
    package let path: String

    package let form: BodyForm

    /// The fingerprint of the key.
    package let keyFingerprint: String

    /// SHA-256 of the string to sign. Signatures of one key are equal exactly when the digests are.
    package let digest: Digest

    /// Equal for redeliveries of one callback: ``digest``, unless the form is lossy. Then bodies
    /// with other values share the digest, and the bytes as received are part of it.
    package let identity: Digest
}

/// Verifies the signatures of callbacks: the candidates are paths × body forms; the keys are tried
/// in turn.
///
/// One RSA operation for each key recovers the signed digest, which is compared with every
/// candidate. The checker belongs to one event loop, because it reuses contexts and buffers; all
/// loops share the keys.
package final class SignatureChecker {
    /// RSA operations so far: the most expensive part, and the load that a flood causes.
    package private(set) var recoveriesCount: UInt64 = 0

    private let recoverers: [DigestRecoverer]
    private let paths: [String]
    private let prefixes: [[UInt8]]
    private let forms: [BodyForm]
    private let hasher: SHA256

    /// The decoded signature and the string to sign; they are properties only to reuse their
    /// memory.
    private var signature: [UInt8] = []
    private var text: [UInt8] = []

    /// The path and the key of the last match, which are tried first. A gateway uses the same path
    /// and key for months. Candidates differ, so the order cannot change the result.
    private var pathIndex = 0
    private var keyIndex = 0

    /// Without keys every signature is rejected. Throws when OpenSSL has no memory or no RSA.
    package init(
        keys: [RSAPublicKey],
        paths: [String],
        forms: [BodyForm] = BodyForm.standard
    ) throws(CryptoError) {
        var recoverers: [DigestRecoverer] = []
        for key in keys { recoverers.append(try DigestRecoverer(key)) }
        self.recoverers = recoverers
        self.paths = paths
        self.forms = forms
        prefixes = paths.map(StringToSign.prefix)
        hasher = try SHA256()
    }

    /// The match of `signature`; nil when it does not verify.
    ///
    /// - Parameters:
    ///   - text: the value of X-SIGNATURE: strict base64 of exactly the modulus length. Anything
    ///     else is rejected before an RSA operation.
    ///   - timestamp: X-TIMESTAMP as received.
    package func match(
        signature text: Span<UInt8>,
        timestamp: Span<UInt8>,
        body: Span<UInt8>
    ) -> SignatureMatch? {
        // No key is larger, so a longer signature need not be decoded.
        guard text.count <= RSAKeyBits.max / 8 * 2 else { return nil }
        guard Base64.decode(text, into: &signature) else { return nil }
        for offset in recoverers.indices {
            let index = (keyIndex + offset) % recoverers.count
            let recoverer = recoverers[index]
            guard signature.count == recoverer.key.modulusBytes else { continue }
            recoveriesCount += 1
            guard let digest = recoverer.digest(in: signature.span) else { continue }
            keyIndex = index
            // A padding that is well formed under one key cannot be well formed under another.
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
                    digest: digest,
                    identity: form.isLossy ? identity(digest, of: body) : digest
                )
            }
        }
        return nil
    }

    /// The digest of the body in one form; nil when another form has the same bytes.
    private func bodyDigest(of body: Span<UInt8>, as form: BodyForm) -> Digest? {
        guard form != .raw else { return hasher.digest(of: body) }
        guard let changed = form.changed(body) else {
            return forms.contains(.raw) ? nil : hasher.digest(of: body)
        }
        return hasher.digest(of: changed.span)
    }

    /// SHA-256 of the digest of the string to sign and of the body as received.
    private func identity(_ digest: Digest, of body: Span<UInt8>) -> Digest {
        var text: [UInt8] = []
        digest.appendHex(to: &text)
        hasher.digest(of: body).appendHex(to: &text)
        return hasher.digest(of: text.span)
    }
}
